import Files

/// Fetches a file from the web.
///
/// A pinned file is continued where an earlier attempt, or an earlier process, stopped.
struct WebDownload {
  /// The asset, for messages.
  let name: String
  /// Where the file is.
  let address: AssetAddress
  /// SHA-256 of the file, if it is pinned.
  let sha256: Digest?
  /// Size of the file in bytes, if it is pinned.
  let bytes: Int?
  /// What to ask with.
  let client: WebClient
  /// Takes what happens.
  let report: @Sendable (AssetEvent) -> Void

  /// Downloads, verifies and stores the file.
  ///
  /// - Throws: ``AssetError`` `downloadFailed` with curl's or the server's own words, or `wrongDigest`.
  func run(into writer: ArtifactWriter) async throws -> ArtifactStore.Blob {
    let key = sha256 ?? SHA256.digest(of: address.text)
    let path = writer.store.partialFolder.appending(key.hex + ArtifactWriter.resumableSuffix)
    // What an unpinned address serves may have changed since, so only pinned files are continued.
    if sha256 == nil { try FileTransfer.remove(path) }
    let resumed = try FileTransfer.size(of: path)
    report(.downloading(item: name, resumedFrom: resumed, totalBytes: bytes))
    try await complete(path)
    do {
      return try store(path, writer)
    } catch let error as AssetError where error.code == .wrongDigest && resumed > 0 {
      // The beginning came from an earlier process: it may be what is wrong.
      report(.retrying(item: name, attempt: 2, reason: error.message))
      try await complete(path)
      return try store(path, writer)
    }
  }

  private func store(_ path: ContainedPath, _ writer: ArtifactWriter) throws -> ArtifactStore.Blob {
    try writer.adopt(fileAt: path, name, from: address.text, sha256: sha256, bytes: bytes)
  }

  private func complete(_ path: ContainedPath) async throws {
    let progress = DownloadProgress(
      name, bytes: try FileTransfer.size(of: path), totalBytes: bytes, report: report)
    let transfer = FileTransfer(
      client: client, address: address, wanted: bytes.map { 0..<$0 },
      count: { progress.add($0) },
      retrying: { [name, report] in report(.retrying(item: name, attempt: $0, reason: $1)) })
    do {
      try await transfer.complete(path)
    } catch let failure as WebFailure {
      throw AssetError(
        code: .downloadFailed,
        message:
          "curl could not download \(name) from \(address.text): \(failure.reason); check the network and the address, or put the file into a mirror folder."
      )
    } catch let error as FileTransfer.OtherSize {
      throw AssetError.otherSize(name, from: address.text, expected: bytes ?? 0, found: error.found)
    }
    progress.tell()
  }
}

extension AssetError {
  /// The error for a server's file whose size differs from its pin; `found` is nil if it just sends more.
  static func otherSize(_ name: String, from origin: String, expected: Int, found: Int?)
    -> AssetError
  {
    if let found { return wrongSize(name, from: origin, expected: expected, found: found) }
    return AssetError(
      code: .wrongDigest,
      message:
        "\(name) from \(origin) is larger than the pinned \(expected) bytes; nothing was kept."
    )
  }
}
