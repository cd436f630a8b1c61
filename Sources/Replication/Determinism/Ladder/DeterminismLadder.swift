import Foundation
import Provenance
import Tensors

/// Executes a manifest's work again and again, each time in another way, and finds the first operation whose bits differ.
///
/// Every execution leaves fingerprints of all its results (``ExecutionTrace``); values are captured only where two
/// executions part, by executing both once more.
package struct DeterminismLadder: Sendable {
  /// What is verified, and against what.
  package struct Settings: Sendable {
    /// The rungs; nil for all that need nothing else, and the golden file's if there is one.
    package var rungs: [Rung]?
    /// The golden file to compare with; nil for the one that lies where ``goldenPath`` says, if there is one.
    package var golden: String?
    /// Where to write a golden file; nil for none.
    package var record: String?
    /// Steps to shorten training to, with few documents of each evaluation; nil for all of the manifest.
    package var steps: Int?
    /// Absolute path of this program, which is run again for most rungs.
    package var program: String

    /// Settings with everything else at its default.
    package init(program: String) { self.program = program }
  }

  /// The manifest, shortened if it is to be.
  let file: ManifestFile
  let options: RunOptions
  let settings: Settings
  let report: @Sendable (LadderEvent) -> Void

  /// Prepares a verification; nothing is touched yet.
  package init(
    _ file: ManifestFile, options: RunOptions, settings: Settings,
    report: @escaping @Sendable (LadderEvent) -> Void
  ) {
    self.file = settings.steps.map { file.shortened(steps: $0) } ?? file
    self.options = options
    self.settings = settings
    self.report = report
  }

  var manifest: Manifest { file.manifest }

  /// Where the golden file of a manifest lies unless said otherwise: `artifacts/golden/` beside the manifests' folder.
  package static func goldenPath(for file: ManifestFile) -> String {
    URL(fileURLWithPath: file.folder).deletingLastPathComponent()
      .appending(path: "artifacts/golden/\(file.manifest.name).json").path
  }

  // MARK: - Running

  /// Verifies rung by rung.
  ///
  /// Throws ``DeterminismError`` if something kept it from comparing; that results differ is part of the outcome.
  package func run() async throws -> LadderOutcome {
    let start = ContinuousClock.now
    let golden = try findGolden()
    let rungs =
      settings.rungs
      ?? Rung.allCases.filter { $0 != .golden || golden != nil }
    if case .pretrained = manifest.model.source, settings.steps == nil {
      report(
        .note(
          "every execution does all of \(manifest.name), and most rungs need several; --steps 2 shortens them"
        ))
    }
    let session = try await LadderSession(self, golden: golden)
    defer { session.close() }
    var results: [RungResult] = []
    for rung in rungs {
      let result = try await session.run(rung)
      results.append(result)
      report(.rung(result))
    }
    var recorded: String?
    if let path = settings.record {
      // What differs from run to run is no standard for other machines; what differs from an old one may be meant.
      if let result = results.first(where: { $0.status == .different && $0.rung != .golden }) {
        report(.note("no golden file is written, because \(result.rung.name) differs"))
      } else {
        try await session.record(to: path)
        recorded = path
      }
    }
    return LadderOutcome(
      name: manifest.name, steps: settings.steps, numerics: manifest.numerics.identity,
      instructionSet: InstructionSet.selected.rawValue, rungs: results, recorded: recorded,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func findGolden() throws -> GoldenFile? {
    if let rungs = settings.rungs, !rungs.contains(.golden) { return nil }
    // A file that is about to be renewed is compared with only if somebody says so.
    if settings.rungs == nil, settings.record != nil, settings.golden == nil { return nil }
    let path: String
    if let given = settings.golden {
      path = given
    } else {
      path = Self.goldenPath(for: file)
      guard FileManager.default.fileExists(atPath: path) else { return nil }
    }
    let golden = try GoldenFile.read(path)
    do {
      try golden.check(manifest, steps: settings.steps, source: path)
    } catch {
      // A file that nobody asked for may be of another length.
      if settings.golden == nil, settings.rungs == nil {
        report(.note("\(error)"))
        return nil
      }
      throw error
    }
    return golden
  }
}
