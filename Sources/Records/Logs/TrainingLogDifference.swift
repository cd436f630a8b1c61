import Files

/// How two training logs differ.
package struct TrainingLogDifference: Sendable, Equatable {
  /// A step at which the logs differ.
  package struct Place: Sendable, Equatable {
    /// Number of optimizer steps done.
    package let step: Int
    /// The key; nil if only one log has the step, or if the logs agree and only the ends of the runs differ.
    package let key: String?
    /// The two values; for a step that only one log has, the number of the step; for the end, `global_step`.
    package let difference: ValueDifference
  }

  /// How the values of one key differ over all steps.
  package struct Key: Sendable, Equatable {
    /// The key.
    package let name: String
    /// Steps at which both logs have it.
    package fileprivate(set) var stepsCompared = 0
    /// Steps at which both have it and its values differ.
    package fileprivate(set) var stepsDiffering = 0
    /// Steps that both logs have and at which only the first one has the key.
    package fileprivate(set) var stepsOnlyInA = 0
    /// Steps that both logs have and at which only the second one has the key.
    package fileprivate(set) var stepsOnlyInB = 0
    /// The step with the largest relative distance of finite values, and that distance.
    package fileprivate(set) var largest: StepDistance?

    /// Whether the logs differ in this key.
    package var differs: Bool { stepsDiffering + stepsOnlyInA + stepsOnlyInB > 0 }
  }

  /// A distance and the step at which it was found.
  package struct StepDistance: Sendable, Equatable {
    /// Number of optimizer steps done.
    package let step: Int
    /// The distance of the values.
    package let distance: NumberDistance
  }

  /// The files that were compared, with the reason for their choice.
  package let files: (a: LogFile, b: LogFile)
  /// The first step that differs and, at that step, the first key in the order of cause and effect.
  package private(set) var first: Place?
  /// The first place where both logs have a value and the values differ, if this is another one than ``first``.
  package private(set) var firstValue: Place?
  /// Number of steps that both logs have.
  package private(set) var stepsCompared = 0
  /// Number of steps that both logs have and that differ.
  package private(set) var stepsDiffering = 0
  /// The steps that only the first log has.
  package private(set) var stepsOnlyInA: [Int] = []
  /// The steps that only the second log has.
  package private(set) var stepsOnlyInB: [Int] = []
  /// All compared keys, sorted.
  package private(set) var keys: [Key] = []
  /// Keys that depend on the clock or on the machine's memory and were not compared, sorted.
  package private(set) var ignoredKeys: [String] = []
  /// Fields besides the history that differ, such as `max_steps`; they do not count as a difference.
  package let otherFields: [ValueDifference]

  /// Whether every compared value is the same bit by bit.
  package var isIdentical: Bool { first == nil }

  /// Compares two logs.
  ///
  /// - Throws: ``LogError`` `unrelated` if no key was compared and nothing else differs.
  init(_ a: TrainingLog, _ b: TrainingLog) throws(LogError) {
    files = (LogFile(path: a.path, choice: a.choice), LogFile(path: b.path, choice: b.choice))
    otherFields = ValueDifference.all(a.otherFields, b.otherFields, at: "")
    var comparison = KeyTable()
    let pairs = SortedMerge.pairs(
      a.steps.map { ($0.number, $0) }, b.steps.map { ($0.number, $0) }, by: <)
    for (number, left, right) in pairs {
      guard let left, let right else {
        if left == nil { stepsOnlyInB.append(number) } else { stepsOnlyInA.append(number) }
        first =
          first
          ?? Place(
            step: number, key: nil,
            difference: .only(JSON(number), inA: left != nil, at: "step"))
        continue
      }
      stepsCompared += 1
      let places = comparison.compare(left, right)
      if !places.isEmpty { stepsDiffering += 1 }
      first = first ?? places.first
      firstValue =
        firstValue ?? places.first { $0.difference.a != nil && $0.difference.b != nil }
    }
    // Histories can agree where the runs went on for different numbers of steps after the last entry.
    if first == nil { first = TrainingLogDifference.differentEnd(a.globalStep, b.globalStep) }
    if firstValue == first { firstValue = nil }
    keys = comparison.keys.values.sorted { $0.name.precedes($1.name) }
    ignoredKeys = comparison.ignored.sorted { $0.precedes($1) }
    guard first != nil || !keys.isEmpty else {
      let values =
        ignoredKeys.isEmpty
        ? "no values" : "no values but clocks and memory (\(English.list(ignoredKeys)))"
      throw LogError(
        .unrelated,
        "Nothing in \(a.path) and \(b.path) can be compared: log_history has \(English.count(stepsCompared, "step")) with \(values) in both; expected values such as the loss."
      )
    }
  }

  /// The place where runs part that ended at different steps, or of which only one says where; nil if they ended alike.
  private static func differentEnd(_ a: Int?, _ b: Int?) -> Place? {
    guard a != b else { return nil }
    let step =
      if let a, let b { min(a, b) + 1 } else { a ?? b ?? 0 }
    return Place(
      step: step, key: nil,
      difference: ValueDifference(
        path: "global_step", a: a.map { JSON($0) }, b: b.map { JSON($0) }))
  }

  package static func == (left: TrainingLogDifference, right: TrainingLogDifference) -> Bool {
    left.files == right.files && left.first == right.first && left.firstValue == right.firstValue
      && left.stepsCompared == right.stepsCompared && left.stepsDiffering == right.stepsDiffering
      && left.stepsOnlyInA == right.stepsOnlyInA && left.stepsOnlyInB == right.stepsOnlyInB
      && left.keys == right.keys && left.ignoredKeys == right.ignoredKeys
      && left.otherFields == right.otherFields
  }

  /// The keys of all steps that both logs have.
  private struct KeyTable {
    var keys: [String: Key] = [:]
    var ignored: Set<String> = []

    /// Compares one step and gives its differences in the order of cause and effect.
    mutating func compare(_ a: TrainingLog.Step, _ b: TrainingLog.Step) -> [Place] {
      var places: [Place] = []
      for (name, left, right) in SortedMerge.pairs(a.values, b.values, by: { $0.precedes($1) }) {
        guard !TrainingLogKey.isMeasured(name) else {
          ignored.insert(name)
          continue
        }
        var key = keys[name] ?? Key(name: name)
        let difference = KeyTable.difference(left, right, name)
        switch (left, right) {
        case (_?, _?):
          key.stepsCompared += 1
          if difference != nil { key.stepsDiffering += 1 }
          if let distance = difference?.distance,
            distance.relative > key.largest?.distance.relative ?? -1
          {
            key.largest = StepDistance(step: a.number, distance: distance)
          }
        case (_?, nil): key.stepsOnlyInA += 1
        case (nil, _): key.stepsOnlyInB += 1
        }
        keys[name] = key
        if let difference {
          places.append(Place(step: a.number, key: name, difference: difference))
        }
      }
      let ranks = places.map { TrainingLogKey.causalRank($0.key ?? "") }
      return places.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { places[$0] }
    }

    private static func difference(_ a: [JSON]?, _ b: [JSON]?, _ name: String) -> ValueDifference? {
      guard let a, let b else {
        return ValueDifference(path: name, a: a?.first, b: b?.first)
      }
      // One value is the rule; an index would only confuse.
      if a.count == 1, b.count == 1 { return ValueDifference.first(a[0], b[0], at: name) }
      return ValueDifference.first(.array(a), .array(b), at: name)
    }
  }
}
