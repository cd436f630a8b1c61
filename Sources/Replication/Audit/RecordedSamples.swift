import Files
import Manifests
import Records
import Scoring

/// The samples of a record, as an audit compares them between arms, with the lock and with what the inputs ask.
struct RecordedSamples {
  let record: SealedRecord
  let manifest: Manifest
  let lock: ManifestLock
  private let samples: [ArmSamples]

  /// Reads lock and samples.
  ///
  /// - Throws: ``RunError``, ``FileError`` for files that cannot be read.
  init(_ record: SealedRecord, _ manifest: Manifest) throws {
    self.record = record
    self.manifest = manifest
    let source = "\(record.path)/\(RecordFile.lock)"
    guard record.files.contains(where: { $0.name == RecordFile.lock }) else {
      throw RunError(
        .damaged, "The record has no \(source), which every run is fixed to before it begins.")
    }
    lock = try ManifestLock(try record.contents(of: RecordFile.lock), source: source)
    samples = try record.samples()
  }

  /// The samples of an arm on an evaluation, task by task; nil if there are none.
  func samples(of arm: RunSummary.Arm, on evaluation: Manifest.Evaluation) -> [TaskResult]? {
    samples.first {
      $0.evaluation == evaluation.name && $0.arm == arm.name && $0.seed == arm.unsignedSeed
        && $0.benchmark.name == evaluation.benchmark.name
    }?.results
  }

  /// Evaluations without samples, with another number of them than was locked, or that ask one arm otherwise than
  /// another.
  func findings() -> [String] {
    var findings: [String] = []
    if lock.items.map(\.evaluation) != manifest.evaluations.map(\.name) {
      findings.append(
        "The run was locked to the evaluations \(English.list(lock.items.map(\.evaluation))), but the manifest asks for \(English.list(manifest.evaluations.map(\.name)))."
      )
    }
    for evaluation in manifest.evaluations {
      let locked = lock.items.first { $0.evaluation == evaluation.name }?.count
      var known: (label: String, questions: [SampleQuestion])?
      for arm in record.summary.arms {
        guard let own = samples(of: arm, on: evaluation) else {
          findings.append("There are no samples of \(arm.sentence) on \(evaluation.name).")
          continue
        }
        let questions = own.flatMap { $0.samples.map(\.question) }
        if questions.count != locked {
          findings.append(
            "\(arm.sentence) has \(English.count(questions.count, "sample")) of \(evaluation.name), but the run was locked to \(locked.map(String.init) ?? "none")."
          )
        }
        if let known,
          let difference = Self.difference(questions, known.questions, to: known.label)
        {
          findings.append("\(arm.sentence) was asked otherwise than \(difference)")
        }
        known = known ?? (arm.sentence, questions)
      }
    }
    return findings
  }

  /// The first question that is not the same, as the end of a sentence that says who was asked otherwise than `other`.
  static func difference(
    _ questions: [SampleQuestion], _ others: [SampleQuestion], to other: String
  ) -> String? {
    for (question, expected) in zip(questions, others) {
      let names = question.differences(from: expected)
      guard !names.isEmpty else { continue }
      return
        "\(other): document \(expected.documentIndex) of \(expected.task) differs in \(English.list(names))."
    }
    guard questions.count != others.count else { return nil }
    return "\(other): \(questions.count) documents against \(others.count)."
  }
}
