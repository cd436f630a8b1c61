import Files
import Foundation

/// Brings what lm-evaluation-harness wrote into the store of records: its files as they are, and its samples scored anew.
package struct HarnessImport: Sendable {
  /// What an import came to.
  package struct Outcome: Sendable {
    /// The sealed record.
    package let record: SealedRecord
    /// Why the record is an earlier one; nil for a new one.
    package let reuse: String?
    /// The folder that was read.
    package let source: String
    /// What the folder says, held against what its samples give.
    package let comparison: HarnessComparison
    /// What a person should know besides, in a sentence; nil if there is nothing.
    package let note: String?

    /// The exit code of a command that ends with this outcome.
    package var exitCode: Int32 { comparison.exitCode }
  }

  private let path: String
  private let names: TaskNames
  private let date: String?
  private let arm: String
  private let languageData: String?
  private let artifacts: String

  /// Prepares an import; nothing is read yet.
  ///
  /// - Parameters:
  ///   - path: the folder with results and samples, or the one above it.
  ///   - names: what the folder's names stand for.
  ///   - date: what the date of the run has to begin with; nil for the newest with samples and results.
  ///   - arm: what the model is called in the record, as in "eaft".
  ///   - languageData: a folder with the data for sentences and languages (``LanguageData``); nil without.
  ///   - artifacts: the folder with the store of records.
  package init(
    _ path: String, names: TaskNames = TaskNames(), date: String? = nil,
    arm: String = Imported.standardArm, languageData: String?, artifacts: String
  ) {
    self.path = path
    self.names = names
    self.date = date
    self.arm = arm
    self.languageData = languageData
    self.artifacts = artifacts
  }

  /// Reads, scores and compares the folder, and seals a record unless there is one of the same files.
  ///
  /// - Throws: ``LogError`` or ``InterchangeError`` when the folder cannot be read, ``RunError`` or ``FileError``
  ///   when the record cannot be written.
  package func run() throws -> Outcome {
    let evidence = try HarnessEvidence(
      path, names: names, date: date, languageData: languageData)
    let log = evidence.folder.log
    let record = try Imported.record(
      of: log.settings["model_name"]?.stringValue ?? (log.path as NSString).lastPathComponent,
      by: "lm-evaluation-harness",
      description: [("arm", .string(arm)), ("sources", evidence.sources)] + evidence.description,
      artifacts: artifacts
    ) { record in
      let metrics = try evidence.write(to: record, arm: arm, seed: nil)
      return RunSummary(
        arms: [RunSummary.Arm(name: arm, seed: nil, metrics: metrics)],
        details: [
          "comparison": evidence.comparison.json,
          RunSummary.unknownDetails: .array(evidence.unknowns.map(\.json)),
        ])
    }
    return Outcome(
      record: record.sealed, reuse: record.reuse, source: log.path,
      comparison: evidence.comparison, note: record.note)
  }
}
