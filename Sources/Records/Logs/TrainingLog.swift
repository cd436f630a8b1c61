import Files

/// What the Trainer of Hugging Face, and Axolotl on top of it, logged: the content of a `trainer_state.json`.
struct TrainingLog {
  /// What was logged at one step, by all entries of that step together.
  struct Step {
    /// Number of optimizer steps done, from 1.
    let number: Int
    /// Values by key, sorted by the keys' bytes.
    ///
    /// A step has several entries (training, evaluation, the summary at the end), which repeat some keys; values that
    /// repeat the one before are left out.
    let values: [(key: String, value: [JSON])]
  }

  /// The file that was read.
  let path: String
  /// Why this file was read, if a folder with several was named.
  let choice: String?
  /// Steps with an entry, in order.
  let steps: [Step]
  /// How many steps the run did when the file was written, if it says so.
  let globalStep: Int?
  /// Everything else that the file says about the run.
  let otherFields: JSON

  /// What says nothing about the numbers of the run: paths, roles of the process, state of callbacks.
  private static let fieldsWithoutMeaning = [
    "best_model_checkpoint", "global_step", "is_local_process_zero", "is_world_process_zero",
    "log_history", "stateful_callbacks",
  ]

  /// Whether a JSON value is such a file's content.
  static func isLog(_ value: JSON) -> Bool { value["log_history"]?.arrayValue != nil }

  /// Reads the content of a `trainer_state.json`.
  ///
  /// - Parameters:
  ///   - value: The content.
  ///   - path: The file it was read from.
  ///   - choice: Why this file was read, if a folder with several was named.
  /// - Throws: ``LogError`` `damaged` if the history holds anything but objects with a step, or if a step is no number.
  init(_ value: JSON, path: String, choice: String? = nil) throws(LogError) {
    self.path = path
    self.choice = choice
    if let step = value["global_step"] {
      guard let number = step.integerValue, number >= 0 else {
        throw LogError(
          .damaged,
          "\(path): global_step must be a whole number from 0 on, found \(English.shown(step)).")
      }
      globalStep = number
    } else {
      globalStep = nil
    }
    var other = value.objectValue ?? JSON.Object()
    for key in TrainingLog.fieldsWithoutMeaning { other[key] = nil }
    otherFields = .object(other)

    var entries: [(step: Int, members: [(key: String, value: JSON)])] = []
    for (index, entry) in (value["log_history"]?.arrayValue ?? []).enumerated() {
      guard let object = entry.objectValue else {
        throw LogError(
          .damaged, "\(path): log_history[\(index)] must be an object, found \(entry.kind).")
      }
      guard let step = object["step"]?.integerValue, step >= 0 else {
        throw LogError(
          .damaged,
          "\(path): log_history[\(index)].step must be a whole number from 0 on, found \(object["step"].map(English.shown) ?? "nothing")."
        )
      }
      entries.append((step, object.members.filter { $0.key != "step" }))
    }
    steps = TrainingLog.grouped(entries)
  }

  private static func grouped(
    _ entries: [(step: Int, members: [(key: String, value: JSON)])]
  ) -> [Step] {
    let order = entries.indices.sorted { (entries[$0].step, $0) < (entries[$1].step, $1) }
    var steps: [Step] = []
    var members: [(key: String, value: JSON)] = []
    for (place, index) in order.enumerated() {
      members += entries[index].members
      let isLast = place + 1 == order.count || entries[order[place + 1]].step != entries[index].step
      guard isLast else { continue }
      steps.append(Step(number: entries[index].step, values: merged(members)))
      members = []
    }
    return steps
  }

  /// The values by key; repeated keys keep their order.
  private static func merged(_ members: [(key: String, value: JSON)]) -> [(
    key: String, value: [JSON]
  )] {
    let order = members.indices.sorted { left, right in
      let (a, b) = (members[left].key, members[right].key)
      return a.precedes(b) || left < right && !b.precedes(a)
    }
    var values: [(key: String, value: [JSON])] = []
    for index in order {
      let (key, value) = members[index]
      if let last = values.indices.last, values[last].key.utf8.elementsEqual(key.utf8) {
        let repeats = values[last].value.last.map {
          ValueDifference.first($0, value, at: "") == nil
        }
        if repeats != true { values[last].value.append(value) }
      } else {
        values.append((key, [value]))
      }
    }
    return values
  }
}
