import Files

/// The steps of a training as the Trainer of Hugging Face logged them.
struct LoggedSteps {
  /// The steps with a loss, first step first; of batches the log tells nothing.
  let steps: [RunSummary.Step]
  /// How many steps were done when the log was written, and how many were to be done; nil where it does not say so.
  let done: Int?
  let planned: Int?

  /// The log's names of values, and the records'.
  private static let names = [
    ("loss", "loss"), ("grad_norm", "gradient_norm"), ("learning_rate", "learning_rate"),
  ]

  /// Takes the steps out of a log.
  ///
  /// - Throws: ``LogError`` `damaged` for a value that is no number, for a step with two of a kind, and for a step that was
  ///   not done.
  init(_ log: TrainingLog) throws(LogError) {
    done = log.globalStep
    planned = log.otherFields["max_steps"]?.integerValue.flatMap { $0 > 0 ? $0 : nil }
    var steps: [RunSummary.Step] = []
    for entry in log.steps where entry.values.contains(where: { $0.key == "loss" }) {
      func damaged(_ problem: String) -> LogError {
        LogError(.damaged, "\(log.path): step \(entry.number) \(problem).")
      }
      guard (1...(done ?? .max)).contains(entry.number) else {
        throw damaged("is logged, but \(done.map { "\($0) were done" } ?? "steps count from 1")")
      }
      var values: [String: Double] = [:]
      for (theirs, ours) in Self.names {
        guard let found = entry.values.first(where: { $0.key == theirs })?.value else { continue }
        guard let value = found.first, found.count == 1 else {
          throw damaged("has \(found.count) values of \(theirs) that differ")
        }
        guard let number = value.doubleValue else {
          throw damaged("has the \(theirs) \(English.shown(value)), which is no number")
        }
        values[ours] = number
      }
      steps.append(RunSummary.Step(number: entry.number, batchDigest: nil, values: values))
    }
    self.steps = steps
  }
}

extension [RunSummary.Step] {
  /// Whether no loss has more than four digits after the point, to which older versions of transformers round.
  var haveRoundedLosses: Bool {
    allSatisfy { step in
      guard let loss = step.values["loss"], loss.isFinite else { return true }
      return (loss * 1e4).rounded() / 1e4 == loss
    }
  }
}
