import Files
import Foundation

/// Fetches a file from the web with curl, so that the user's proxy, certificates and credentials hold.
///
/// The bytes come through a pipe: this process counts them, stops a server that sends too many, and takes curl down
/// with it when it is killed. A pinned file is continued where an earlier attempt, or an earlier process, stopped.
struct WebDownload {
  /// The asset, for messages.
  let name: String
  /// Where the file is.
  let address: AssetAddress
  /// SHA-256 of the file, if it is pinned.
  let sha256: Digest?
  /// Size of the file in bytes, if it is pinned.
  let bytes: Int?
  /// Variables for curl besides the inherited ones.
  let environment: [String: String]
  /// Takes what happens.
  let report: @Sendable (AssetEvent) -> Void

  /// Attempts in a row that bring no byte before the download fails.
  private static let fruitlessAttempts = 4
  /// Attempts in all: a connection that breaks again and again makes progress only so often.
  private static let attempts = 50
  /// Progress is told after so many bytes.
  private static let progressStep = 1 << 20

  /// Downloads, verifies and stores the file.
  ///
  /// - Throws: ``AssetError`` `downloadFailed` with curl's own words, or `wrongDigest`.
  func run(into writer: ArtifactWriter) async throws -> ArtifactStore.Blob {
    let key = sha256 ?? SHA256.digest(of: address.text)
    let path = writer.store.partialFolder.appending(key.hex + ArtifactWriter.resumableSuffix)
    // What an unpinned address serves may have changed since, so only pinned files are continued.
    if sha256 == nil { try AssetError.wrapping(.file) { try path.remove() } }
    let resumed = try size(of: path)
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

  /// Calls curl until the file at `path` is complete.
  private func complete(_ path: ContainedPath) async throws {
    var attempt = 1
    var fruitless = 0
    while try bytes == nil || size(of: path) != bytes {
      let before = try size(of: path)
      let outcome = try await transfer(to: path, from: before)
      if outcome.status == 0 { return }
      let failure = CurlFailure(outcome)
      // 33: the server cannot continue; 416: there is nothing after what we have.
      if before > 0, outcome.status == 33 || failure.httpStatus == 416 {
        try AssetError.wrapping(.file) { try path.remove() }
      }
      fruitless = try size(of: path) > before ? 0 : fruitless + 1
      guard !failure.isFinal(isResuming: before > 0), attempt < WebDownload.attempts,
        fruitless < WebDownload.fruitlessAttempts
      else {
        throw AssetError(
          code: .downloadFailed,
          message:
            "curl could not download \(name) from \(address.text): \(failure.reason); check the network and the address, or put the file into a mirror folder."
        )
      }
      attempt += 1
      report(.retrying(item: name, attempt: attempt, reason: failure.reason))
      try await Task.sleep(for: .milliseconds(250 << min(fruitless, 5)))
    }
  }

  /// Appends what one call of curl delivers to the file at `path`, which has `offset` bytes.
  private func transfer(to path: ContainedPath, from offset: Int) async throws
    -> ChildProcess.Outcome
  {
    let file = try PartialFile(path: path)
    let schemes = address.isPlain ? "=http,https" : "=https"
    var arguments = [
      "--fail", "--location", "--silent", "--show-error", "--globoff", "--proto", schemes,
      "--proto-redir", schemes, "--max-redirs", "10", "--connect-timeout", "30", "--speed-limit",
      "1000", "--speed-time", "60", "--write-out", "%{stderr}\nhttp_code=%{http_code}\n",
    ]
    if offset > 0 { arguments += ["--continue-at", String(offset)] }
    let curl = ChildProcess(
      program: "curl", arguments: arguments + ["--url", address.text], environment: environment)
    var size = offset
    var told = offset
    let outcome = try await curl.run { piece in
      size += piece.count
      if let bytes, size > bytes {
        try AssetError.wrapping(.file) { try path.remove() }
        throw AssetError(
          code: .wrongDigest,
          message:
            "\(name) from \(address.text) is larger than the pinned \(bytes) bytes; nothing was kept."
        )
      }
      try file.append(piece)
      if size - told >= WebDownload.progressStep {
        report(.progress(item: name, bytes: size, totalBytes: bytes))
        told = size
      }
    }
    report(.progress(item: name, bytes: size, totalBytes: bytes))
    return outcome
  }

  private func size(of path: ContainedPath) throws -> Int {
    try AssetError.wrapping(.file) { try FileStatus(at: path) }?.byteCount ?? 0
  }
}

/// A download that grows at its end.
private final class PartialFile {
  private let file: OpenFile

  init(path: ContainedPath) throws {
    file = try AssetError.wrapping(.file) {
      try OpenFile(path, flags: O_WRONLY | O_CREAT | O_APPEND)
    }
  }

  func append(_ piece: UnsafeRawBufferPointer) throws {
    try AssetError.wrapping(.file) { try file.write(piece) }
  }
}

/// Why curl gave up.
private struct CurlFailure {
  /// curl's own words, shortened.
  let reason: String
  /// The server's status; 0 if there was no answer.
  let httpStatus: Int
  private let status: Int32

  init(_ outcome: ChildProcess.Outcome) {
    let lines = outcome.errorText.split(whereSeparator: \.isNewline)
    let code = lines.last { $0.hasPrefix("http_code=") }
    httpStatus = code.flatMap { Int($0.dropFirst(10)) } ?? 0
    let words = lines.filter { !$0.hasPrefix("http_code=") }.joined(separator: " / ")
    reason = words.isEmpty ? "it ended with status \(outcome.status)" : String(words.prefix(500))
    status = outcome.status
  }

  /// Whether another attempt would end the same way.
  func isFinal(isResuming: Bool) -> Bool {
    switch status {
    // Bad usage, unsupported scheme, malformed address, TLS that cannot be trusted.
    case 1, 2, 3, 4, 51, 58, 60, 77, 83: true
    case 22:
      400..<500 ~= httpStatus && ![408, 425, 429].contains(httpStatus)
        && !(httpStatus == 416 && isResuming)
    default: false
    }
  }
}
