import Files

/// How long a server may take; nothing here is a limit on the size of a file.
struct WebPatience: Sendable {
  /// Seconds until a connection has to be there.
  var connectSeconds = 30
  /// Seconds in which less than ``stallBytes`` a second may come.
  var stallSeconds = 60
  /// Bytes a second that have to come.
  var stallBytes = 1000
}

/// One request with curl, so that the user's proxy, certificates and settings hold; nothing is followed or repeated.
///
/// The bytes come through a pipe: this process counts them, stops a server that sends too many, and takes curl down
/// with it when it is killed. Address and token are handed over on standard input, since everybody on the machine can
/// read a program's arguments, and a signed address is a key as well.
struct CurlRequest: Sendable {
  /// Which bytes of a file are asked for, counted from 0.
  struct Bytes: Sendable, Equatable {
    /// The first byte.
    let first: Int
    /// The last byte; nil for all that follow.
    let last: Int?
  }

  /// What is asked for.
  let address: AssetAddress
  /// Who asks, for the server that the token is meant for.
  var token: HubToken?
  /// The bytes, if not all are wanted.
  var bytes: Bytes?
  /// How long the server may take.
  var patience = WebPatience()
  /// Variables for curl besides the inherited ones, or (nil) not inherited.
  var environment: [String: String?] = [:]

  /// Asks.
  ///
  /// - Parameters:
  ///   - begin: Takes the head before the body comes; whatever it throws ends the request.
  ///   - body: Takes pieces of the body.
  /// - Throws: ``WebFailure``; ``AssetError`` if curl cannot be started; what `begin` and `body` throw.
  func send(
    begin: (HTTPHead) throws -> Void, body: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    var curl = ChildProcess(program: "curl", arguments: arguments, environment: environment)
    curl.secretInput = Array(configuration.utf8)
    var reader = HTTPAnswerReader()
    var count = 0
    let outcome = try await curl.run { piece in
      let hadHead = reader.head != nil
      let rest = try reader.take(piece)
      if !hadHead, let head = reader.head { try begin(head) }
      count += rest.count
      if !rest.isEmpty { try body(rest) }
    }
    guard outcome.status == 0 else { throw WebFailure(outcome, head: reader.head) }
    guard reader.head != nil else {
      throw WebFailure("the server answered nothing", isFinal: false)
    }
    // Fields after the body, which are allowed and which nobody sends, would be taken for a part of it.
    guard outcome.errorText.contains("body_bytes=\(count)\n") else {
      throw WebFailure("the server sends header fields after the file", isFinal: true)
    }
  }

  /// What may be read by everybody.
  private var arguments: [String] {
    let scheme = address.isPlain ? "=http,https" : "=https"
    return [
      "--config", "-", "--include", "--suppress-connect-headers", "--no-location", "--no-fail",
      "--no-compressed", "--no-verbose", "--silent", "--show-error", "--globoff", "--proto",
      scheme, "--connect-timeout", "\(patience.connectSeconds)", "--speed-limit",
      "\(patience.stallBytes)", "--speed-time", "\(patience.stallSeconds)", "--write-out",
      "%{stderr}body_bytes=%{size_download}\\n",
    ]
  }

  /// The rest, a line an option, as curl's --config reads it.
  var configuration: String {
    var lines = ["url = \(Self.quoted(address.text))", "header = \"Accept-Encoding: identity\""]
    if let token { lines.append("header = \(Self.quoted("Authorization: \(token.credentials)"))") }
    if let bytes {
      lines.append("header = \"Range: bytes=\(bytes.first)-\(bytes.last.map { "\($0)" } ?? "")\"")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text as curl reads it between quotation marks; neither addresses nor tokens have control characters.
  private static func quoted(_ text: String) -> String {
    precondition(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "A line would become two.")
    return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
