import Files

extension ImportedTraining {
  private static let remedy = "`replicate run NAME --engine axolotl`, which pins and records it."

  /// What the files of a training leave open.
  ///
  /// - Parameters:
  ///   - steps: the steps that count.
  ///   - logged: the Trainer's log, if there is one.
  ///   - stated: what the plugin stated when training began.
  ///   - told: whether Axolotl's configuration is known.
  ///   - model: name of the model that training began with.
  /// - Returns: An entry for each thing that is not known.
  static func unknowns(
    _ steps: [RunSummary.Step], _ logged: LoggedSteps?, stated: JSON?, told: Bool, model: String?
  ) -> [Unknown] {
    var unknowns: [Unknown] = []
    func add(_ subject: String, _ sentence: String, _ remedy: String? = remedy) {
      unknowns.append(Unknown(subject: subject, sentence: sentence, remedy: remedy))
    }
    add(
      "initial weights",
      "Which weights training began with is not known: \(model.map { "the name \(English.quoted($0))" } ?? "not even a name") is known of them, and no digest."
    )
    add("data", "Which files training read is not known: Axolotl writes no digest of them.")
    if steps.contains(where: { $0.batchDigest == nil }) {
      add(
        "batches",
        "Which tokens a step learned from, and in which order, is not known: Axolotl's log has no digest of them."
      )
    }
    addLosses(steps, logged, add)
    switch (stated, told) {
    case (_?, _): break
    case (nil, true):
      add(
        "settings",
        "What Axolotl made of its configuration, and which keys of it it dropped, is not known.")
    case (nil, false):
      add(
        "settings",
        "What Axolotl was told is not known: there is no model card with its configuration.",
        "The YAML file, with --config FILE.")
    }
    if stated == nil {
      add(
        "environment",
        "On which machine, with which versions, precision and number of processes training ran is not known."
      )
    }
    return unknowns
  }

  /// What is open about values of steps.
  private static func addLosses(
    _ steps: [RunSummary.Step], _ logged: LoggedSteps?,
    _ add: (_ subject: String, _ sentence: String, _ remedy: String?) -> Void
  ) {
    let numbers = [0] + steps.map(\.number)
    if zip(numbers, numbers.dropFirst()).contains(where: { $1 > $0 + 1 }) {
      add(
        "steps",
        "Not every step was logged: a loss is the mean over the steps since the one logged before, and of the others nothing is known.",
        "`logging_steps: 1` in Axolotl's configuration.")
    }
    if steps.contains(where: { $0.batchDigest == nil }), steps.haveRoundedLosses {
      add("losses", "Losses were rounded to four digits when they were logged.", remedy)
    }
    for name in ["gradient_norm", "learning_rate"] {
      let count = steps.count { $0.values[name] == nil }
      guard count > 0 else { continue }
      add(
        "steps",
        "Of \(English.count(count, "step")) the \(name.replacing("_", with: " ")) was not logged.",
        remedy)
    }
    let last = steps.last?.number ?? 0
    let end = max(logged?.done ?? 0, logged?.planned ?? 0)
    if last < end {
      add(
        "end",
        "The last logged step is \(last) of \(end): what came after it is not known, and neither is whether anything did.",
        "The trainer_state.json that was written last.")
    }
  }
}
