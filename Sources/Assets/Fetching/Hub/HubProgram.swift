import Files
import Foundation

/// Fetches a file with the Hub's own program, for whoever wants its protocol (Xet); the result is verified all the same.
struct HubProgram: Sendable {
  /// The asset, for messages.
  let name: String
  /// The file.
  let file: HubFile
  /// The commit that it is taken from.
  let commit: String
  /// What the Hub's list says of it.
  let entry: HubEntry
  /// The token that the program finds by itself, so that no message repeats it.
  let token: HubToken?
  /// Variables for the program besides the inherited ones.
  let environment: [String: String]
  /// Takes what happens.
  let report: @Sendable (AssetEvent) -> Void

  /// Downloads, verifies and stores the file; `sha256` is its pin, if it has one.
  ///
  /// - Throws: ``AssetError`` `downloadFailed` with the program's own words, or `wrongDigest`.
  func run(into writer: ArtifactWriter, sha256: Digest?) async throws -> ArtifactStore.Blob {
    report(.downloading(item: name, resumedFrom: 0, totalBytes: entry.bytes))
    let folder = writer.store.partialFolder.appending("hf")
    defer { try? folder.remove() }
    try AssetError.wrapping(.file) {
      try folder.remove()
      try folder.createFolder()
    }
    let repository = file.repository
    let hf = ChildProcess(
      program: "hf",
      arguments: ["download", repository.name, file.path]
        + (repository.kind == .dataset ? ["--repo-type", "dataset"] : [])
        + ["--revision", commit, "--local-dir", folder.path],
      environment: environment.merging(["HF_HUB_DISABLE_PROGRESS_BARS": "1"]) { $1 },
      absence:
        "which --downloader names, was not found; install it (`pip install huggingface_hub`), or leave the option out"
    )
    let watcher = Task { [report, name, entry] in
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(250))
        let bytes = (try? DiskUsage.largestFile(in: folder)) ?? 0
        report(.progress(item: name, bytes: min(bytes, entry.bytes), totalBytes: entry.bytes))
      }
    }
    defer { watcher.cancel() }
    let outcome = try await hf.run { _ in }
    guard outcome.status == 0 else { throw failed(outcome) }
    let place = folder.appending(file.path)
    let origin = "hf download \(repository.name)"
    if case .gitBlob = entry.content {
      let found = try AssetError.wrapping(.file) {
        try entry.content.found(in: try OpenFile.reading(place))
      }
      guard found == entry.content else {
        throw AssetError.otherContent(name, from: origin, expected: entry.content, found: found)
      }
    }
    return try writer.adopt(
      fileAt: place, name, from: origin, sha256: entry.content.sha256 ?? sha256,
      bytes: entry.bytes)
  }

  private func failed(_ outcome: ChildProcess.Outcome) -> AssetError {
    let lines = outcome.errorText.split(whereSeparator: \.isNewline).suffix(3)
    let words = token?.hidden(in: lines.joined(separator: " / ")) ?? lines.joined(separator: " / ")
    let reason = words.isEmpty ? "it ended with status \(outcome.status)" : "\(words.prefix(500))"
    return AssetError(
      code: .downloadFailed,
      message:
        "hf could not download \(file.path) of \(file.repository.name): \(reason); without --downloader this program downloads it itself."
    )
  }
}
