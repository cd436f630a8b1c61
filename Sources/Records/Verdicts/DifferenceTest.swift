import Scoring
import Statistics

/// The difference of two arms in a row with its error, and what it says about any limit.
///
/// It is turned so that it is positive where it speaks for one arm, which scores higher or, of what is better low, lower.
/// Over several seeds two errors are known, that between items and that between seeds: the larger one counts, so that a
/// p value is the larger of both and an interval reaches as far as the farther one.
struct DifferenceTest: Sendable, Equatable {
  /// What was compared.
  let pair: PairedRow
  /// 1 if first minus second is what speaks for the arm in question, -1 if second minus first is.
  let sign: Double
  /// The mean difference with its error between items, clustered where these depend on each other.
  let paired: PairedDifference
  /// The mean difference with its error between seeds; nil for fewer than three, and for seeds that are all alike.
  let seeds: Estimate?
  /// Tango's test, for scores that are shares.
  private let score: PairedScoreTest?
  /// The test of signs, where few sums over items or clusters differ.
  private let flips: SignFlipTest?

  /// So many seeds are the least that tell how far others would be off.
  static let leastSeedCount = 3

  /// Measures a difference; `isReversed` for one that speaks for the second arm.
  init(_ pair: PairedRow, isReversed: Bool = false) {
    sign = pair.first.quantity.isLowerBetter != isReversed ? -1 : 1
    let isTurned = sign < 0
    let differences = isTurned ? pair.differences.map { 0 - $0 } : pair.differences
    guard
      let paired = PairedDifference(
        differences: differences, clusters: pair.clusters, weights: pair.weights,
        largestDifference: pair.first.quantity.largestDifference)
    else { preconditionFailure("A row that was read has items, and each its cluster.") }
    self.pair = pair
    self.paired = paired
    seeds = pair.seedDifferences.flatMap { differences in
      guard differences.count >= Self.leastSeedCount,
        let error = Sample.standardErrorOfMean(differences)
      else { return nil }
      return Estimate(
        value: paired.value, standardError: error,
        degreesOfFreedom: Double(differences.count - 1))
    }
    if pair.first.quantity.unit == .share, pair.weights == nil {
      score = PairedScoreTest(
        count: differences.count,
        firstOnly: Sample.sum(differences.map { max($0, 0) }),
        secondOnly: Sample.sum(differences.map { max(0 - $0, 0) }))
    } else {
      score = nil
    }
    let weighted = pair.weights.map { zip(differences, $0).map { $0 * $1 } } ?? differences
    flips = SignFlipTest(
      sums: pair.clusters.map { clusters in
        Sample.grouped(weighted, by: clusters).map { Sample.sum($0) }
      } ?? weighted)
  }

  /// The mean, positive where it speaks for the arm in question.
  var value: Double { paired.value }

  /// Value with the larger of both errors; nil without a spread.
  var estimate: Estimate? { isOfSeeds ? seeds : paired.estimate }

  /// Whether seeds vary more than items let expect, so that their error counts.
  var isOfSeeds: Bool {
    seeds.map { $0.standardError > paired.standardError ?? 0 } ?? false
  }

  /// Whether both arms score every item the same.
  var isIdentical: Bool { pair.differentCount == 0 }

  /// The table of right and wrong answers, if the exact test applies; else nil.
  var exact: BinaryPairs? {
    guard let discordance = pair.discordance, pair.clusters == nil else { return nil }
    return BinaryPairs(
      count: pair.differences.count, firstOnly: discordance.firstOnly,
      secondOnly: discordance.secondOnly)
  }

  // MARK: - Tests

  /// The two-sided p value of no difference.
  ///
  /// Exact for single runs with scores 0 and 1 whose items are independent (McNemar), and where few sums differ (sign flips);
  /// else by Student's t.
  var twoSided: Double {
    max(exact?.exactPValue ?? flips?.pValue ?? paired.pValue, seeds?.pValue ?? 0)
  }

  /// The p value of "the true difference is not above the limit".
  ///
  /// Of shares it is that of Tango's score test if it is the less clear one: where few items differ, Student's t takes the
  /// difference for surer than it is.
  func above(_ limit: Double) -> Double {
    max(
      paired.pValue(above: limit), score?.pValue(above: limit) ?? 0,
      seeds?.pValue(above: limit) ?? 0)
  }

  /// The p value of "the true difference is not below the limit".
  func below(_ limit: Double) -> Double {
    max(
      paired.pValue(below: limit), score?.pValue(below: limit) ?? 0,
      seeds?.pValue(below: limit) ?? 0)
  }

  /// The p value of "the true difference is the margin or more, one way or the other".
  func equivalence(_ margin: Double) -> Double { max(above(-margin), below(margin)) }

  /// The confidence interval of first minus second; nil without a spread.
  ///
  /// With `isOfLimits` it holds the limits that the tests against limits do not reject.
  func interval(level: Double, isOfLimits: Bool) -> SignificanceTest.Interval? {
    let estimates = [paired.estimate, seeds].compactMap(\.self)
    guard !estimates.isEmpty else { return nil }
    var ranges = estimates.compactMap { $0.confidenceInterval(level: level) }
    if isOfLimits, let range = score?.confidenceInterval(level: level) { ranges.append(range) }
    guard let lower = ranges.map(\.lowerBound).min(), let upper = ranges.map(\.upperBound).max()
    else { return nil }
    return SignificanceTest.Interval(
      sign < 0 ? (0 - upper)...(0 - lower) : lower...upper, level: level)
  }

  /// The interval that drawing whole clusters anew gives, where their errors rest on few of them; nil without clusters, and for
  /// items that count differently.
  func bootstrap(level: Double) -> SignificanceTest.Interval? {
    guard let clusters = pair.clusters, pair.weights == nil, paired.estimate != nil else {
      return nil
    }
    let groups = Sample.grouped(pair.differences, by: clusters)
    return Bootstrap(clusters: groups, seed: 0)?.percentileInterval(level: level).map {
      SignificanceTest.Interval($0, level: level)
    }
  }

  /// How many sums over items or clusters differ, where signs alone decide; nil where a spread or seeds do.
  var decidingSigns: Int? {
    guard seeds == nil else { return nil }
    return exact?.discordantCount ?? flips?.count
  }

  // MARK: - Names

  /// The name of the test against zero.
  var name: String {
    guard !isOfSeeds else { return name(spread: "paired t") }
    if exact != nil { return "exact McNemar" }
    guard !isIdentical, flips != nil else { return name(spread: "paired t") }
    return pair.clusters == nil ? "exact sign flips" : "exact sign flips, clustered"
  }

  /// The name of a test by Student's t, or of what takes its place where there is no spread.
  func name(spread name: String) -> String {
    guard !isOfSeeds else { return "\(name) over \(seedCount) seeds" }
    guard paired.estimate != nil else { return isIdentical ? "none differs" : "all differ alike" }
    return pair.clusters == nil ? name : "\(name), clustered"
  }

  /// The name of a test against limits.
  func limitName(_ name: String) -> String {
    guard score != nil, !isOfSeeds, paired.estimate != nil else {
      return self.name(spread: "\(name) t")
    }
    return pair.clusters == nil ? "\(name) score" : "\(name) score, clustered"
  }

  /// The number of seeds that were compared.
  var seedCount: Int { pair.seedDifferences?.count ?? 1 }

  // MARK: - Planning

  /// The smallest p value that so many independent items can have; nil where seeds decide, whose t has no limit.
  var smallestTwoSided: Double? {
    seeds == nil ? SignFlipTest.smallestPValue(count: paired.independentCount) : nil
  }

  /// The difference that would be found four times in five; nil without a spread to tell from.
  func smallestDetectable(level: Double, isOneSided: Bool) -> Double? {
    guard let estimate else { return nil }
    guard isOfSeeds else {
      return Power.minimumDetectableEffect(
        standardError: estimate.standardError, level: level, isOneSided: isOneSided)
    }
    return Power.minimumDetectableEffect(estimate, level: level, isOneSided: isOneSided)
  }

  /// How many items, or seeds where these decide, it would take to find a difference four times in five.
  ///
  /// Nil without a spread to tell from, or for numbers beyond any use.
  func countNeeded(for difference: Double, level: Double, isOneSided: Bool) -> Int? {
    guard difference != 0 else { return nil }
    if isOfSeeds, let seeds {
      return Power.requiredSeeds(
        difference: difference,
        standardDeviation: seeds.standardError * Double(seedCount).squareRoot(),
        level: isOneSided ? 2 * level : level)
    }
    guard let smallest = smallestDetectable(level: level, isOneSided: isOneSided) else {
      return nil
    }
    let ratio = smallest / abs(difference)
    let items = (Double(pair.differences.count) * ratio * ratio).rounded(.up)
    return items < 1e9 ? Int(items) : nil
  }
}
