import Files
import Foundation
package import Manifests
import Provenance
import Records

/// A run as `replicate run` does it, in a process that kills itself at a chosen point.
package struct KillableRun: Sendable {
  /// What is run, and where it ends.
  struct Request: Sendable, Equatable, Codable {
    /// Steps to which the manifest is shortened; nil if it is not.
    var steps: Int?
    /// Where the process is killed; nil lets it finish.
    var kill: RunPoint?
  }

  private let file: ManifestFile
  private var options: RunOptions
  private let request: Request

  /// Prepares a run; `request` is what a parent process wrote.
  ///
  /// Throws ``DeterminismError`` `child` for any other text.
  package init(_ file: ManifestFile, options: RunOptions, request: String) throws {
    do {
      self.request = try JSONDecoder().decode(Request.self, from: Data(request.utf8))
    } catch {
      throw DeterminismError(
        .child, "This command is run by `replicate determinism`, not by hand: \(error)")
    }
    guard self.request.steps ?? 1 > 0 else {
      throw DeterminismError(.child, "This command is run by `replicate determinism`, not by hand.")
    }
    self.file = self.request.steps.map { file.shortened(steps: $0) } ?? file
    self.options = options
    // The record is compared and thrown away.
    self.options.repository = nil
  }

  /// Runs to the end, or until the chosen point.
  package func run() async throws {
    var place = request.kill
    place?.delay = 0
    _ = try await Runner(file, options: options) { [place, request] event in
      if let place, event.point == place { Self.kill(after: request.kill?.delay ?? 0) }
    }.run()
  }

  /// Ends this process as `kill -9` does.
  private static func kill(after delay: Int) {
    guard delay > 0 else {
      Foundation.kill(getpid(), SIGKILL)
      return
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) {
      Foundation.kill(getpid(), SIGKILL)
    }
  }
}

extension RunEvent {
  /// The point that the run has passed, if it is one.
  fileprivate var point: RunPoint? {
    switch self {
    case .planned: RunPoint(kind: .begun)
    case .trained(let progress):
      RunPoint(kind: .trained, arm: progress.arm, step: progress.step)
    case .evaluating(let progress) where progress.completed > 0:
      RunPoint(kind: .evaluating, arm: progress.arm, evaluation: progress.task)
    case .reached(let point): point
    default: nil
    }
  }
}

extension ManifestFile {
  /// The same file with its work shortened.
  func shortened(steps: Int) -> ManifestFile {
    ManifestFile(
      path: path, sha256: sha256, manifest: manifest.shortened(steps: steps), isShortened: true)
  }
}
