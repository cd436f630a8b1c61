import Files

/// Asks the Hub, or a server that speaks its protocol, what a repository has.
struct HubClient: Sendable {
  /// What may come before it is taken for an attack.
  struct Limits: Sendable {
    /// Bytes of one answer.
    var answerBytes = 16 << 20
    /// Pages of a list of files; the Hub's have a thousand entries.
    var pages = 2000
    /// Bytes of all pages of a list.
    var listBytes = 1 << 30
  }

  /// The server.
  let endpoint: AssetAddress
  /// Who asks.
  let token: HubToken?
  /// What to ask with.
  let web: WebClient
  /// What may come.
  var limits = Limits()
  /// Takes the number of an attempt that follows a failure, and the reason.
  var retrying: @Sendable (Int, String) -> Void = { _, _ in }

  /// The address of a path of the server, in which everything unusual is percent-encoded.
  private func address(_ path: String, query: String = "") throws -> AssetAddress {
    let encoded = path.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        String(Unicode.Scalar(byte))
      case _ where "-._~/".utf8.contains(byte): String(Unicode.Scalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
    guard let address = AssetAddress(endpoint.text + encoded + query) else {
      preconditionFailure("A path after an address is an address.")
    }
    return address
  }

  /// Where a file of a repository is, at a commit.
  func address(of path: String, in repository: HubRepository, at commit: String) throws
    -> AssetAddress
  {
    let kind = repository.kind == .dataset ? "/datasets" : ""
    return try address("\(kind)/\(repository.name)/resolve/\(commit)/\(path)")
  }

  private func apiPath(_ repository: HubRepository, _ part: String) -> String {
    "/api/\(repository.kind == .dataset ? "datasets" : "models")/\(repository.name)/\(part)"
  }

  // MARK: - Metadata

  /// The wanted files of a repository, at the commit that its revision stands for now.
  ///
  /// The list is read until all are found: a data set can have a hundred thousand files. What is not there is missing.
  ///
  /// - Throws: ``AssetError`` with what to do about the server's answer, or about there being none.
  func tree(of repository: HubRepository, wanted: Set<String>) async throws -> HubTree {
    do {
      return try await list(repository, at: try await commit(of: repository), wanted)
    } catch let failure as WebFailure {
      throw HubRefusal(failure, repository: repository, endpoint: endpoint, token: token).error
    }
  }

  private func commit(of repository: HubRepository) async throws -> String {
    if repository.isCommit { return repository.revision }
    // Without the rest of what it says: names of all files, for one.
    let address = try address(
      apiPath(repository, "revision/\(repository.revision)"), query: "?expand=sha")
    let answer = try await json(address).value
    let commit = try wrapping { () throws(FileError) in
      try JSONField(answer, source: address.text)["sha"].string()
    }
    guard GitBlob.isName(commit) else {
      throw WebFailure("it names no commit for the revision", isFinal: true)
    }
    return commit
  }

  private func list(_ repository: HubRepository, at commit: String, _ wanted: Set<String>)
    async throws -> HubTree
  {
    var tree = HubTree(commit: commit)
    var next = try address(
      apiPath(repository, "tree/\(commit)"), query: "?recursive=true&expand=false")
    var seen: Set<String> = []
    var bytes = 0
    while seen.insert(next.text).inserted {
      guard seen.count <= limits.pages else {
        throw WebFailure(
          "its list of files has more than \(limits.pages) pages", isFinal: true)
      }
      let page = try await json(next)
      bytes += page.bytes
      guard bytes <= limits.listBytes else {
        throw WebFailure(
          "its list of files has more than \(limits.listBytes) bytes", isFinal: true)
      }
      try wrapping { () throws(FileError) in
        try tree.add(page.value, wanted: wanted, source: next.text)
      }
      guard let link = page.head.nextPage, tree.files.count < wanted.count else { return tree }
      next = try following(link, from: next)
    }
    throw WebFailure("its list of files goes round in circles", isFinal: true)
  }

  /// The address of the next page, which is on the same server.
  ///
  /// A mirror may pass the Hub's own addresses on, of which it has the pages itself.
  private func following(_ link: String, from page: AssetAddress) throws(WebFailure) -> AssetAddress
  {
    guard let next = page.resolving(link) else {
      throw WebFailure("its list of files goes on at what is no address", isFinal: true)
    }
    if next.origin == endpoint.origin { return next }
    let standard = HubEnvironment.standardEndpoint
    guard next.text.hasPrefix(standard + "/"),
      let own = AssetAddress(endpoint.text + next.text.dropFirst(standard.count))
    else { throw WebFailure("its list of files goes on at another server", isFinal: true) }
    return own
  }

  private func json(_ address: AssetAddress) async throws
    -> (head: HTTPHead, value: JSON, bytes: Int)
  {
    let (head, body) = try await web.text(
      address, token: token, limit: limits.answerBytes, retrying: retrying)
    do {
      return (head, try JSONParser.parse(body, source: address.text), body.count)
    } catch {
      let type = head["content-type"].map { " (\($0.prefix(60)))" } ?? ""
      throw WebFailure("it answered something else than JSON\(type)", isFinal: true)
    }
  }

  /// Turns what is wrong with an answer into a failure of the server.
  private func wrapping<Result>(_ body: () throws(FileError) -> Result) throws(WebFailure) -> Result
  {
    do {
      return try body()
    } catch {
      throw WebFailure("its answer cannot be read: \(error.message)", isFinal: true)
    }
  }
}
