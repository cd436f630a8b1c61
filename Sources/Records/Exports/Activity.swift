import Files
import Provenance
import Scoring

/// A training or an evaluation of an arm.
struct Activity: Sendable {
  /// What was done.
  enum Kind: Sendable {
    /// A training with these settings; nil for one that an earlier run had done already.
    case training(settings: String?)
    /// An evaluation of this name, the file of its samples, and the metrics that come from them.
    case evaluation(name: String, samples: RecordFile, metrics: [RunSummary.Metric])
  }

  /// What was done.
  let kind: Kind
  /// The arm, with its seed.
  let arm: RunSummary.Arm
  /// When it began and ended, as far as the log tells.
  let started: String?
  let ended: String?
  /// The number of the session that ended it, from 0.
  let session: Int

  /// A name that no other activity of the record has: "evaluation.mmlu.sft.42".
  var id: String {
    switch kind {
    case .training: "training.\(arm.label)"
    case .evaluation(let name, _, _): "evaluation.\(name).\(arm.label)"
    }
  }
}

extension RunSummary.Arm {
  /// The name, and the seed if there is one: "sft.42".
  package var label: String { name + (seed.map { ".\($0)" } ?? "") }
  /// The same for a person: "sft with the seed 42".
  package var sentence: String { name + (seed.map { " with the seed \($0)" } ?? "") }
}

// MARK: - Reading

extension Activity {
  /// The training of an arm, which may have been interrupted or be an earlier run's; nil for an arm that was not trained.
  static func training(of arm: RunSummary.Arm, in history: RunHistory) -> Activity? {
    guard let weights = arm.digests["weights"] else { return nil }
    let training = TrainingHistory(history)[arm.armSeed]
    let end = training?.ends.first { $0.weights == weights }
    return Activity(
      kind: .training(settings: training?.configuration), arm: arm, started: training?.started,
      ended: end?.time, session: end?.session ?? 0)
  }

  /// The evaluation that a file of samples came from; when it began, no event tells.
  static func evaluation(
    in file: RecordFile, of record: SealedRecord, _ history: RunHistory
  ) throws -> Activity {
    let samples = try record.samples(inFile: file.name)
    guard let (arm, name) = samples.arm(in: record) else {
      throw InterchangeError(
        .damaged, "\(record.path)/\(file.name) belongs to no arm of the record \(record.id).")
    }
    let tasks = try samples.tasks.map { try TaskResult(task: $0.task, samples: $0.samples) }
    let own = BenchmarkResult(samples.benchmark, tasks: tasks).summary(of: name)
    let metrics = arm.metrics.filter { metric in
      own.contains {
        $0.task == metric.task && $0.name == metric.name && $0.value == metric.value
      }
    }
    var (session, end) = (-1, 0)
    var added: String?
    var finished: String?
    for event in history.events {
      switch event.content {
      case .session: session += 1
      case .fileAdded(let told) where told.name == file.name:
        (added, end) = (event.time, session)
      case .evaluationFinished(let told, let evaluation, _, _)
      where added != nil && finished == nil && told.arm == arm.name && evaluation == name:
        (finished, end) = (event.time, session)
      default: break
      }
    }
    // An import only adds the file.
    return Activity(
      kind: .evaluation(name: name, samples: file, metrics: metrics), arm: arm, started: nil,
      ended: finished ?? added, session: end)
  }
}
