import Assets
import Files
import Foundation
package import Manifests
import Tensors

/// Executes a manifest's work again and again, each time in another way, and finds the first operation whose bits differ.
///
/// Every execution leaves fingerprints of all its results (``ExecutionTrace``); values are captured only where two
/// executions part, by executing both once more.
package struct DeterminismLadder: Sendable {
  /// What is verified, and against what.
  package struct Settings: Sendable {
    /// The rungs; nil for all, as far as they can be verified here.
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
  /// A folder of this verification's own.
  let workFolder: ContainedPath

  /// Prepares a verification; nothing is touched yet.
  package init(
    _ file: ManifestFile, options: RunOptions, settings: Settings,
    report: @escaping @Sendable (LadderEvent) -> Void
  ) {
    self.file = settings.steps.map { file.shortened(steps: $0) } ?? file
    self.options = options
    self.settings = settings
    self.report = report
    workFolder = options.folder.verifications.appending(UUID().uuidString)
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
    guard manifest.engine == .native else {
      throw DeterminismError(
        .ladder,
        "The ladder takes the native engine apart, and \(manifest.name) is computed by '\(manifest.engine.rawValue)'; `replicate diff` compares two runs of any engine."
      )
    }
    let start = ContinuousClock.now
    let golden = try findGolden()
    if case .pretrained = manifest.model.source, settings.steps == nil {
      report(
        .note(
          "every execution does all of \(manifest.name), and most rungs need several; --steps 2 shortens them"
        ))
    }
    let session = try await LadderSession(self, golden: golden)
    defer { session.close() }
    var results: [RungResult] = []
    for rung in settings.rungs ?? Rung.allCases {
      var result = try await session.run(rung)
      result.isNamed = settings.rungs != nil || (rung == .golden && settings.golden != nil)
      results.append(result)
      report(.rung(result))
    }
    var (recorded, isRecordingFailed) = (String?.none, false)
    if let path = settings.record {
      // What differs from run to run is no standard for other machines; what differs from an old one may be meant.
      if let result = results.first(where: { $0.status == .different && $0.rung != .golden }) {
        report(.note("no golden file is written, because \(result.rung.name) differs"))
      } else {
        do {
          try await session.record(to: path)
          recorded = path
        } catch {
          // What the rungs found is worth more than the file.
          report(.note("the golden file \(path) could not be written: \(error)"))
          isRecordingFailed = true
        }
      }
    }
    return LadderOutcome(
      name: manifest.name, steps: settings.steps, numerics: manifest.arithmetic,
      instructionSet: InstructionSet.selected.rawValue, rungs: results, recorded: recorded,
      isRecordingFailed: isRecordingFailed, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Removes the files of this verification; for a process that ends before ``run()`` has.
  package func removeWorkFolder() {
    try? workFolder.remove()
    // Kept if it is not empty.
    _ = try? workFolder.parent.removeIfEmpty()
  }

  /// Makes sure, before the work, that a result can be written to `path` after it: creates the folder.
  ///
  /// Throws ``DeterminismError`` `output` if that is not possible.
  package static func prepareOutput(_ path: String) throws(DeterminismError) {
    let folder = ContainedPath(path).parent.path
    do {
      try AtomicFile.createFolder(folder)
    } catch {
      throw DeterminismError(.output, "Nothing can be written to \(path): \(error)")
    }
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !isFolder.boolValue else {
      throw DeterminismError(.output, "\(path) is a folder; name a file to write to.")
    }
    guard access(folder, W_OK) == 0 else {
      throw DeterminismError(
        .output, "Nothing can be written to \(path): the folder cannot be written to.")
    }
  }

  // MARK: - Golden file

  /// The golden file to compare with, or why there is none.
  enum GoldenSource: Sendable {
    case file(GoldenFile)
    case none(reason: String)
  }

  private func findGolden() throws -> GoldenSource {
    if let rungs = settings.rungs, !rungs.contains(.golden) {
      guard settings.golden == nil else {
        throw DeterminismError(
          .ladder,
          "The ladder lacks D5, which compares with a golden file; add D5 to --ladder, or leave out --against."
        )
      }
      return .none(reason: "no rung compares with one")
    }
    // A file that is about to be renewed is compared with only if somebody says so.
    if settings.rungs == nil, settings.record != nil, settings.golden == nil {
      return .none(
        reason: "a golden file is to be written; to compare with one, name it with --against")
    }
    let path = settings.golden ?? Self.goldenPath(for: file)
    guard settings.golden != nil || FileManager.default.fileExists(atPath: path) else {
      return .none(
        reason:
          "there is no golden file at \(path); name one with --against, or write one with --record")
    }
    let golden = try GoldenFile.read(path)
    do {
      try golden.check(manifest, steps: settings.steps, source: path)
    } catch {
      // A file that nobody asked for may be of another length.
      guard settings.golden == nil, settings.rungs == nil else { throw error }
      return .none(reason: "\(error)")
    }
    return .file(golden)
  }
}
