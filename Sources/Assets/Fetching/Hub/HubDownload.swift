import Files
import Foundation

/// Fetches a file of the Hub over plain HTTPS: from where the Hub sends it, in parts at the same time if it is large.
///
/// Every attempt asks the Hub itself first, so that no signed address can be too old, and what it says of the file is
/// compared with what is expected before a byte is fetched.
struct HubDownload: Sendable {
  /// How a large file is cut.
  struct Cutting: Sendable {
    /// Connections at the same time.
    var connections = 4
    /// Bytes that a part has at least.
    var smallestPart = 16 << 20
  }

  /// The asset, for messages.
  let name: String
  /// The file.
  let file: HubFile
  /// The commit that it is taken from.
  let commit: String
  /// What the Hub's list says of it.
  let entry: HubEntry
  /// Whom to ask, and how.
  let client: HubClient
  /// How it is cut.
  var cutting = Cutting()
  /// Takes what happens.
  let report: @Sendable (AssetEvent) -> Void

  /// Downloads, verifies and stores the file; `sha256` is its pin, if it has one.
  ///
  /// - Throws: ``AssetError``: `wrongDigest`, or with what to do about the server's answer.
  func run(into writer: ArtifactWriter, sha256: Digest?) async throws -> ArtifactStore.Blob {
    let address = try client.address(of: file.path, in: file.repository, at: commit)
    let key = entry.content.sha256 ?? SHA256.digest(of: address.text)
    let partial = writer.store.partialFolder
    let whole = partial.appending(key.hex + ArtifactWriter.resumableSuffix)
    let parts = HubParts(whole: whole, bytes: entry.bytes, cutting: cutting)
    let resumed = try parts.byteCount()
    report(.downloading(item: name, resumedFrom: resumed, totalBytes: entry.bytes))
    do {
      try await complete(parts, address)
      return try store(whole, from: address.text, writer, sha256)
    } catch let error as AssetError where error.code == .wrongDigest && resumed > 0 {
      // The beginning came from an earlier process: it may be what is wrong.
      report(.retrying(item: name, attempt: 2, reason: error.message))
      try parts.remove()
      try await complete(parts, address)
      return try store(whole, from: address.text, writer, sha256)
    }
  }

  private func store(
    _ place: ContainedPath, from origin: String, _ writer: ArtifactWriter, _ sha256: Digest?
  ) throws -> ArtifactStore.Blob {
    if case .gitBlob = entry.content {
      let found = try AssetError.wrapping(.file) {
        try entry.content.found(in: try OpenFile.reading(place))
      }
      guard found == entry.content else {
        try FileTransfer.remove(place)
        throw AssetError.otherContent(name, from: origin, expected: entry.content, found: found)
      }
    }
    return try writer.adopt(
      fileAt: place, name, from: origin, sha256: entry.content.sha256 ?? sha256,
      bytes: entry.bytes)
  }

  // MARK: - Transfers

  private func complete(_ parts: HubParts, _ address: AssetAddress) async throws {
    let progress = DownloadProgress(
      name, bytes: try parts.byteCount(), totalBytes: entry.bytes, report: report)
    do {
      let pieces = try parts.prepare()
      if pieces.count > 1 {
        do {
          try await fetch(pieces, address, progress)
          try parts.join(pieces)
        } catch let failure as WebFailure where failure.needsRestart {
          report(.retrying(item: name, attempt: 2, reason: failure.reason))
          progress.add(-(try parts.byteCount()))
          try parts.remove()
        }
      }
      try await transfer(address, progress).complete(parts.whole)
    } catch let failure as WebFailure {
      throw HubRefusal(
        failure, repository: file.repository, endpoint: client.endpoint, token: client.token,
        path: file.path
      ).error
    } catch let error as FileTransfer.OtherSize {
      throw AssetError.otherSize(
        name, from: address.text, expected: entry.bytes, found: error.found)
    }
    progress.tell()
  }

  private func fetch(
    _ pieces: [HubParts.Piece], _ address: AssetAddress, _ progress: DownloadProgress
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for piece in pieces {
        var transfer = transfer(address, progress)
        transfer.wanted = piece.bytes
        transfer.isPart = true
        group.addTask { [transfer] in try await transfer.complete(piece.place) }
      }
      try await group.waitForAll()
    }
  }

  private func transfer(_ address: AssetAddress, _ progress: DownloadProgress) -> FileTransfer {
    FileTransfer(
      client: client.web, address: address, token: client.token, wanted: 0..<entry.bytes,
      inspect: { head in
        if head.status < 400 { try check(head, address) }
      },
      count: { progress.add($0) },
      retrying: { [name, report] in report(.retrying(item: name, attempt: $0, reason: $1)) })
  }

  /// Compares what the Hub says of the file with what is expected of it.
  private func check(_ head: HTTPHead, _ address: AssetAddress) throws {
    guard let found = head["x-repo-commit"] else {
      throw WebFailure(
        "it does not answer as the Hub does, which names the commit; a proxy or a page to log in may be in between",
        isFinal: true)
    }
    guard found == commit else {
      throw WebFailure(
        "it answers with the commit \(found.prefix(40)), not \(commit)", isFinal: true)
    }
    if let size = head["x-linked-size"].flatMap({ Int($0) }), size != entry.bytes {
      throw AssetError.wrongSize(name, from: address.text, expected: entry.bytes, found: size)
    }
    // Quotation marks belong to the field. `ETag` alone says nothing: behind mirrors it has other digests.
    let tag = head["x-linked-etag"]?.replacing("\"", with: "")
    if let content = tag.flatMap({ HubContent($0) }), content.kind == entry.content.kind,
      content != entry.content
    {
      throw AssetError.otherContent(
        name, from: address.text, expected: entry.content, found: content)
    }
  }
}

extension AssetError {
  /// The error for content that is identified by something else than is expected.
  static func otherContent(
    _ name: String, from origin: String, expected: HubContent, found: HubContent
  ) -> AssetError {
    AssetError(
      code: .wrongDigest,
      message:
        "\(name) from \(origin) has the wrong \(expected.kind): expected \(expected.hex), found \(found.hex); nothing was kept."
    )
  }
}
