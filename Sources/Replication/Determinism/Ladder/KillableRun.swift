import Foundation
import Provenance

/// A run as `replicate run` does it, in a process that kills itself at a chosen point.
package struct KillableRun: Sendable {
  /// What is run, and where it ends.
  struct Request: Sendable, Equatable, Codable {
    /// Steps to which the manifest is shortened; nil if it is not.
    var steps: Int?
    /// Where the process is killed; nil lets it finish.
    var kill: KillPoint?
  }

  /// A point at which a run is killed.
  struct KillPoint: Sendable, Equatable, Codable {
    /// The arm that is being trained or evaluated.
    var arm: String
    /// The step that has just been reported; nil in an evaluation.
    var step: Int?
    /// The evaluation of which documents have just been reported; nil in training.
    var evaluation: String?
    /// How much later the signal comes, in milliseconds.
    var delay = 0

    /// The point in words.
    var text: String {
      let place =
        step.map { "after step \($0) of \(arm)" }
        ?? "during the evaluation of \(arm) on \(evaluation ?? "")"
      return delay == 0 ? place : "\(delay) ms \(place)"
    }
  }

  private let file: ManifestFile
  private let options: RunOptions
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
  }

  /// Runs to the end, or until the chosen point.
  package func run() async throws {
    let point = request.kill
    _ = try await Runner(file, options: options) { event in
      switch event {
      case .trained(let progress)
      where progress.arm == point?.arm && progress.step == point?.step: Self.kill(point)
      case .evaluating(let progress)
      where progress.arm == point?.arm && progress.task == point?.evaluation
        && progress.completed > 0:
        Self.kill(point)
      default: break
      }
    }.run()
  }

  /// Ends this process as `kill -9` does.
  private static func kill(_ point: KillPoint?) {
    guard let delay = point?.delay, delay > 0 else {
      Foundation.kill(getpid(), SIGKILL)
      return
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) {
      Foundation.kill(getpid(), SIGKILL)
    }
  }
}

extension ManifestFile {
  /// The same file with its work shortened.
  func shortened(steps: Int) -> ManifestFile {
    ManifestFile(path: path, sha256: sha256, manifest: manifest.shortened(steps: steps))
  }
}
