import Statistics

/// The scores of two arms on the same items, score by score.
struct PairedRow: Sendable, Equatable {
  /// The arm whose scores count as positive.
  let first: ArmRow
  /// The arm whose scores count as negative.
  let second: ArmRow
  /// First minus second, in the order of the first arm's items.
  let differences: [Double]
  /// The cluster of each difference; nil if all are independent of each other.
  let clusters: [String]?
  /// How much each difference counts; nil if all count the same.
  let weights: [Double]?
  /// What of the difference's error comes of which answers were drawn; nil unless both arms gave several answers to each item, as
  /// many, and for items that count differently.
  let noise: AnswerNoise?
  /// First minus second of every seed; nil for arms that were trained with different seeds.
  let seedDifferences: [Double]?
  /// Numbers of items that only one arm gets right; nil for other scores than 0 and 1, or for several seeds.
  let discordance: SignificanceTest.Discordance?

  /// Number of items with different scores.
  var differentCount: Int { differences.count { $0 != 0 } }

  /// Pairs two rows by item.
  ///
  /// - Throws: an ``Obstacle`` that names the first item that is not the same in both.
  init(_ first: ArmRow, _ second: ArmRow) throws(Obstacle) {
    try ArmRow.compare(
      first.items, with: second.items, "the arm \"\(first.arm)\"", "the arm \"\(second.arm)\"")
    let others = Dictionary(
      second.items.map { ($0.id, $0.scores) }, uniquingKeysWith: { known, _ in known })
    var differences: [Double] = []
    var clusters: [String] = []
    var weights: [Double] = []
    for item in first.items {
      for (score, other) in zip(item.scores, others[item.id] ?? []) {
        differences.append(score - other)
        weights.append(item.weight)
        // An item without a cluster is one by itself; its key cannot be that of another.
        clusters.append(item.cluster.map { "cluster \($0)" } ?? "item \(item.id)")
      }
    }
    self.first = first
    self.second = second
    self.differences = differences
    self.clusters = Set(clusters).count < differences.count ? clusters : nil
    self.weights = weights.contains { $0 != 1 } ? weights : nil
    let answers = Dictionary(
      second.items.map { ($0.id, $0.answers?.scores) }, uniquingKeysWith: { known, _ in known })
    let answerDifferences = first.items.compactMap { item -> [Double]? in
      guard let own = item.answers?.scores, let other = answers[item.id] ?? nil,
        own.count == other.count
      else { return nil }
      return zip(own, other).map { $0 - $1 }
    }
    noise =
      self.weights == nil && answerDifferences.count == first.items.count
      ? AnswerNoise(answerDifferences) : nil
    seedDifferences = first.paired(with: second)?.map { $0.first - $0.second }
    let isSingle = first.values.count == 1 && second.values.count == 1
    if isSingle, first.rightCounts != nil, second.rightCounts != nil {
      discordance = SignificanceTest.Discordance(
        firstOnly: differences.count { $0 > 0 }, secondOnly: differences.count { $0 < 0 })
    } else {
      discordance = nil
    }
  }

  /// Pairs two rows whose difference can be tested.
  ///
  /// - Throws: an ``Obstacle``, untestable where all items depend on each other.
  static func testable(_ first: ArmRow, _ second: ArmRow) throws(Obstacle) -> PairedRow {
    let pair = try PairedRow(first, second)
    guard let clusters = pair.clusters, Set(clusters).count == 1 else { return pair }
    throw Obstacle(
      status: .untestable,
      why:
        "All \(clusters.count) items of \(first.name) are of one cluster, whose scores may depend on each other, so that nothing tells how far their difference is off."
    )
  }
}
