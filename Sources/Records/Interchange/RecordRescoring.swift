import Files
import Foundation
import Manifests
package import Scoring

/// Computes all answers and scores of a record anew from the responses that it holds, without model and data.
package struct RecordRescoring: Sendable {
  /// What came of it.
  package struct Outcome: Sendable {
    /// The record.
    package let record: SealedRecord
    /// Number of samples that were scored.
    package let documents: Int
    /// Scores of documents that changed.
    package let differences: [ScoreDifference]
    /// Scores and standard errors of tasks and groups that changed.
    package let aggregateDifferences: [AggregateDifference]
    /// What is not as it was sealed, in sentences.
    package let findings: [String]
    /// What was left out, in sentences.
    package let notes: [String]

    /// 0 if nothing changed, 3 if the record is not as it was sealed, 1 if a score changed.
    package var exitCode: Int32 {
      if !findings.isEmpty { return ExitStatus.tampered }
      return differences.isEmpty && aggregateDifferences.isEmpty
        ? ExitStatus.success : ExitStatus.different
    }
  }

  private let record: SealedRecord
  private let languageData: String?
  private let tools: LanguageTools?

  /// Finds a record: the folder of one, or the beginning of the id of one in a store.
  ///
  /// - Throws: ``RunError`` or ``FileError`` when there is none, several, or a damaged one.
  package init(_ name: String, artifacts: String, languageData: String?) throws {
    self.init(try SealedRecord(named: name, artifacts: artifacts), languageData: languageData)
  }

  /// Takes a record that was read already.
  ///
  /// What instructions are checked with comes from the folder `languageData`, or is `tools`, if there is none.
  package init(_ record: SealedRecord, languageData: String?, tools: LanguageTools? = nil) {
    self.record = record
    self.languageData = languageData
    self.tools = tools
  }

  /// Scores and compares everything.
  ///
  /// - Throws: ``InterchangeError`` `noSamples`, ``EvaluationCommandError`` `missingData`, and what reading the files throws.
  package func run() throws -> Outcome {
    var findings = try record.findings()
    var notes: [String] = []
    var files: [SampleRecord] = []
    for file in record.files where RecordFile.isOfSamples(file.name) {
      do {
        files.append(try record.samples(inFile: file.name))
      } catch let error as RunError {
        findings.append(error.message)
      } catch let error as FileError where error.code == .notFound {
        // The findings say already that it is missing.
        continue
      }
    }
    guard !files.isEmpty || !findings.isEmpty else {
      throw InterchangeError(
        .noSamples, "The record \(record.id) holds no samples that could be scored.")
    }
    let tasks = files.flatMap { $0.tasks.map(\.task) }
    let tools =
      languageData == nil && tools != nil
      ? tools : try LanguageData.needed(by: tasks, folder: languageData)?.tools
    var differences: [ScoreDifference] = []
    var aggregates: [AggregateDifference] = []
    var checked: [String: Set<String>] = [:]
    for file in files {
      do {
        let computed = try file.rescored(tools: tools, isImported: record.isImported)
        differences += computed.differences
        guard let arm = file.arm(in: record) else {
          notes.append(
            "\(file.name) belongs to no arm of the record; only its samples were checked.")
          continue
        }
        let key = "\(arm.arm.name) \(arm.arm.seed.map(String.init) ?? "")"
        let metrics = computed.result.summary(of: arm.evaluation)
        checked[key, default: []].formUnion(metrics.map { "\($0.task) \($0.name)" })
        aggregates += AggregateDifference.all(arm.arm, from: metrics)
      } catch let error as EvaluationError {
        findings.append("\(file.name) cannot be scored: \(error.message)")
      }
    }
    for arm in record.summary.arms {
      let key = "\(arm.name) \(arm.seed.map(String.init) ?? "")"
      let rest = arm.metrics.filter { !(checked[key] ?? []).contains("\($0.task) \($0.name)") }
      guard !rest.isEmpty else { continue }
      notes.append(
        "Of \(arm.name), \(English.list(rest.map { "\($0.task) \($0.name)" })) was not computed: there are no samples of it."
      )
    }
    return Outcome(
      record: record, documents: files.reduce(0) { $0 + $1.count }, differences: differences,
      aggregateDifferences: aggregates, findings: findings, notes: notes)
  }
}

extension AggregateDifference {
  /// What an arm's record says otherwise, to the last bit.
  package static func all(
    _ arm: RunSummary.Arm, from metrics: [RunSummary.Metric]
  ) -> [AggregateDifference] {
    metrics.flatMap { metric -> [AggregateDifference] in
      let recorded = arm.metrics.first { $0.task == metric.task && $0.name == metric.name }
      let parts: [(name: String, recorded: Double?, computed: Double?)] = [
        ("", recorded?.value, metric.value),
        (" standard error", recorded?.standardError, metric.standardError),
        (
          " clustered standard error", recorded?.clusteredStandardError,
          // Older records hold none.
          recorded?.clusteredStandardError.flatMap { _ in metric.clusteredStandardError }
        ),
        (
          " prediction standard error", recorded?.predictionStandardError,
          metric.predictionStandardError
        ),
        (" n", recorded.map { Double($0.count) }, Double(metric.count)),
      ]
      return parts.filter { $0.recorded != $0.computed }.map { part in
        AggregateDifference(
          arm: arm.name + (arm.seed.map { " \($0)" } ?? ""), task: metric.task,
          name: metric.name + part.name, recorded: part.recorded, computed: part.computed)
      }
    }
  }
}
