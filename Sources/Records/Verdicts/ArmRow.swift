import Files
import Manifests
import Provenance
import Scoring
import Statistics

/// Why a row cannot be judged.
struct Obstacle: Error, Equatable {
  /// Skipped, untestable or invalid.
  let status: Verdict.Status
  /// The sentence that says so.
  let why: String
}

/// A row of one arm over all seeds, found to be sound: finite scores, each item once, the same items in every seed.
struct ArmRow: Sendable, Equatable {
  /// The arm.
  let arm: String
  /// The row.
  let name: DocumentedResults.RowName
  /// What was asked, in the order of the first seed, scores averaged over seeds.
  let items: [ArmScores.Item]
  /// The mean score of every seed.
  let values: [Double]
  /// The number of right answers of every seed; nil if there are other scores than 0 and 1.
  let rightCounts: [Int]?

  /// The digest of what was asked: names, prompts and right answers; nil where an answer was not recorded.
  var documents: Digest? { ArmScores.Item.documents(items) }

  /// Number of scores of a seed.
  let count: Int

  /// What the row's metric measures.
  let quantity: Quantity
  /// The seeds of ``values``; nil for an arm that is not trained.
  let seeds: [UInt64?]

  /// Mean over seeds.
  var value: Double { Sample.mean(values) ?? .nan }

  /// The share of answers that ran into their longest length; nil where it is not recorded.
  var cutOffShare: Double? {
    let shares = items.compactMap(\.answers?.cutOffShare)
    return shares.count == items.count ? Sample.mean(shares) : nil
  }

  /// 1 if higher values are better, -1 if lower ones are.
  var advantage: Double { quantity.isLowerBetter ? -1 : 1 }

  /// The values of both arms seed by seed, in the order of the first one's; nil for other seeds on either side.
  ///
  /// An arm that is not trained has the same value for every seed.
  func paired(with other: ArmRow) -> [(first: Double, second: Double)]? {
    if other.seeds.count == 1, other.seeds[0] == nil || seeds.count == 1 {
      return values.map { ($0, other.values[0]) }
    }
    if seeds.count == 1, seeds[0] == nil { return other.values.map { (values[0], $0) } }
    let known = Dictionary(zip(other.seeds, other.values), uniquingKeysWith: { first, _ in first })
    let pairs = zip(seeds, values).compactMap { seed, value in
      known[seed].map { (first: value, second: $0) }
    }
    return pairs.count == values.count && pairs.count == other.values.count ? pairs : nil
  }

  /// Reads a row of an arm.
  ///
  /// - Throws: an ``Obstacle``: skipped if there is no such arm or row, invalid with the item named if there is something wrong.
  init(
    _ name: DocumentedResults.RowName, arm: String, in results: MeasuredResults
  ) throws(Obstacle) {
    let runs = results.arms.filter { $0.arm == arm }
    guard !runs.isEmpty else {
      throw Obstacle(status: .skipped, why: "There is no arm \"\(arm)\" in these results.")
    }
    var rows: [ArmScores.Row] = []
    for (index, run) in runs.enumerated() {
      let label = Self.label(run)
      guard !runs[..<index].contains(where: { $0.seed == run.seed }) else {
        throw Obstacle(status: .invalid, why: "The results hold \(label) twice.")
      }
      let found = run.rows.filter { $0.isNamed(name) }
      guard found.count < 2 else {
        throw Obstacle(status: .invalid, why: "\(name) stands twice in the results of \(label).")
      }
      guard let row = found.first, row.count > 0 else {
        throw Obstacle(status: .skipped, why: "There is no \(name) in the results of \(label).")
      }
      try Self.check(row, of: label)
      rows.append(row)
    }
    for (run, row) in zip(runs, rows) {
      try Self.compare(row.items, with: rows[0].items, Self.label(run), Self.label(runs[0]))
    }
    self.arm = arm
    self.name = name
    count = rows[0].count
    quantity = rows[0].quantity
    seeds = runs.map(\.seed)
    items = Self.averaged(rows)
    values = rows.compactMap(\.value)
    let counts = rows.compactMap(\.rightCount)
    rightCounts = counts.count == rows.count ? counts : nil
  }

  /// How sentences call an arm and its seed.
  private static func label(_ run: ArmScores) -> String {
    "the arm \"\(run.arm)\"" + (run.seed.map { " (seed \($0))" } ?? "")
  }

  /// Refuses items without a score, scores that the metric cannot have, weights that are none, and items that come twice.
  private static func check(_ row: ArmScores.Row, of label: String) throws(Obstacle) {
    if let contradiction = row.contradiction {
      throw Obstacle(status: .invalid, why: contradiction)
    }
    let quantity = row.quantity
    var known: Set<String> = []
    for item in row.items {
      guard known.insert(item.id).inserted else {
        throw Obstacle(
          status: .invalid, why: "The item \(item.id) stands twice in \(label), \(row.task).")
      }
      guard !item.scores.isEmpty else {
        throw Obstacle(
          status: .invalid, why: "The item \(item.id) of \(label) has no score on \(row.metric).")
      }
      if let score = item.scores.first(where: { !quantity.admits($0) }) {
        throw Obstacle(
          status: .invalid,
          why:
            "The item \(item.id) of \(label) has the score \(score); scores are \(quantity.rangeText)."
        )
      }
      guard item.weight > 0, item.weight.isFinite else {
        throw Obstacle(
          status: .invalid,
          why: "The item \(item.id) of \(label) has the weight \(item.weight), which is none.")
      }
    }
  }

  /// Refuses two lists of items that do not ask the same.
  static func compare(
    _ items: [ArmScores.Item], with others: [ArmScores.Item], _ label: String, _ otherLabel: String
  ) throws(Obstacle) {
    let known = Dictionary(others.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for item in items {
      guard let other = known[item.id] else {
        throw Obstacle(
          status: .invalid,
          why: "The item \(item.id) was asked of \(label), but not of \(otherLabel).")
      }
      guard item.prompt == other.prompt else {
        throw Obstacle(
          status: .invalid,
          why: "The item \(item.id) has another prompt in \(label) than in \(otherLabel).")
      }
      guard item.scores.count == other.scores.count else {
        throw Obstacle(
          status: .invalid,
          why:
            "The item \(item.id) has another number of scores in \(label) (\(item.scores.count)) than in \(otherLabel) (\(other.scores.count))."
        )
      }
      guard item.weight == other.weight else {
        throw Obstacle(
          status: .invalid,
          why:
            "The item \(item.id) counts otherwise in \(label) (\(item.weight)) than in \(otherLabel) (\(other.weight))."
        )
      }
    }
    guard items.count < others.count else { return }
    let own = Set(items.map(\.id))
    if let missing = others.first(where: { !own.contains($0.id) }) {
      throw Obstacle(
        status: .invalid,
        why: "The item \(missing.id) was asked of \(otherLabel), but not of \(label).")
    }
  }

  /// The items of the first row with the means of the scores in all rows, which hold the same items.
  private static func averaged(_ rows: [ArmScores.Row]) -> [ArmScores.Item] {
    guard rows.count > 1 else { return rows[0].items }
    let others = rows.dropFirst().map { row in
      Dictionary(row.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return rows[0].items.map { item in
      let items = [item] + others.compactMap { $0[item.id] }
      return ArmScores.Item(
        id: item.id, prompt: item.prompt, scores: averaged(items.map(\.scores)),
        cluster: item.cluster, weight: item.weight, target: item.target,
        answers: averaged(items.map(\.answers)))
    }
  }

  /// The means of lists of equal length, place by place.
  private static func averaged(_ lists: [[Double]]) -> [Double] {
    lists[0].indices.map { index in Sample.mean(lists.map { $0[index] }) ?? .nan }
  }

  /// The answers of all seeds, whose k-th scores are averaged; nil unless each has as many.
  private static func averaged(_ answers: [ArmScores.Answers?]) -> ArmScores.Answers? {
    let known = answers.compactMap(\.self)
    guard known.count == answers.count, Set(known.map(\.scores.count)).count == 1 else {
      return nil
    }
    return ArmScores.Answers(
      scores: averaged(known.map(\.scores)),
      cutOffShare: Sample.mean(known.map(\.cutOffShare)) ?? .nan)
  }
}

extension DocumentedResults.RowName: CustomStringConvertible {
  /// Task and metric, as in "mmlu.acc".
  package var description: String { "\(task).\(metric)" }
}
