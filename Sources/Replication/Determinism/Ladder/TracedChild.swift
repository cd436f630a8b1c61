import Files
import Foundation
import LanguageModels
package import Manifests

/// The part of the ladder that runs in a child process: one traced execution, left in a file.
package struct TracedChild: Sendable {
  private let file: ManifestFile
  private let options: RunOptions
  private let request: TraceRequest

  /// Prepares an execution; `request` is what a parent process wrote.
  ///
  /// Throws ``DeterminismError`` `child` for any other text.
  package init(_ file: ManifestFile, options: RunOptions, request: String) throws {
    do {
      self.request = try JSONDecoder().decode(TraceRequest.self, from: Data(request.utf8))
    } catch {
      throw DeterminismError(
        .child, "This command is run by `replicate determinism`, not by hand: \(error)")
    }
    let limits = self.request.limits
    guard (1...1024).contains(self.request.threads), limits.rows > 0, limits.sequences > 0,
      self.request.steps ?? 1 > 0
    else {
      throw DeterminismError(.child, "This command is run by `replicate determinism`, not by hand.")
    }
    self.file = self.request.steps.map { file.shortened(steps: $0) } ?? file
    self.options = options
  }

  /// Executes, and writes the trace to `path`.
  package func run(output path: String) async throws {
    let inputs = try await RunInputs(InputSources(file, options: options), quiet: true)
    let execution = try TracedExecution(manifest: file.manifest, inputs: inputs, request: request)
    let response = try await ComputeQueue.run { try execution.run() }
    try AtomicFile.write(response.bytes, to: path)
  }
}
