import Scoring
import Statistics

/// The difference of two arms in a row with its error, and what it says about any limit.
struct DifferenceTest: Sendable, Equatable {
  /// What was compared.
  let pair: PairedRow
  /// Mean of first minus second with its error, clustered where items depend on each other.
  let paired: PairedDifference

  /// Measures a difference.
  init(_ pair: PairedRow) {
    guard
      let paired = PairedDifference(
        differences: pair.differences, clusters: pair.clusters, weights: pair.weights,
        largestDifference: pair.first.quantity.largestDifference)
    else { preconditionFailure("A row that was read has items, and each its cluster.") }
    self.pair = pair
    self.paired = paired
  }

  /// Mean of first minus second.
  var value: Double { paired.value }

  /// Value and error as an estimate; nil without a spread.
  var estimate: Estimate? { paired.estimate }

  /// Whether both arms score every item the same.
  var isIdentical: Bool { pair.differentCount == 0 }

  /// The name of the test against zero.
  var name: String {
    exact == nil ? name(spread: "paired t") : "exact McNemar"
  }

  /// The name of a test by Student's t, or of what takes its place where there is no spread.
  func name(spread name: String) -> String {
    guard estimate != nil else { return isIdentical ? "none differs" : "all differ alike" }
    return pair.clusters == nil ? name : "\(name), clustered"
  }

  /// The table of right and wrong answers, if the exact test applies; else nil.
  var exact: BinaryPairs? {
    guard let discordance = pair.discordance, pair.clusters == nil else { return nil }
    return BinaryPairs(
      count: pair.differences.count, firstOnly: discordance.firstOnly,
      secondOnly: discordance.secondOnly)
  }

  /// The two-sided p value of no difference.
  ///
  /// Exact (McNemar) for single runs with scores 0 and 1 whose items are independent; else by Student's t.
  var twoSided: Double { exact?.exactPValue ?? paired.pValue }

  /// The smallest two-sided p value that the differing items could have given, had they all spoken for the same arm.
  ///
  /// Nil where that cannot be said: of clusters and of several seeds, less even differences may be the clearer ones.
  var smallestTwoSided: Double? {
    guard !isIdentical else { return 1 }
    return exact.flatMap {
      BinaryPairs(count: $0.count, firstOnly: $0.discordantCount, secondOnly: 0)?.exactPValue
    }
  }

  /// The p value of "the true difference is not above the limit".
  func above(_ limit: Double) -> Double { paired.pValue(above: limit) }

  /// The p value of "the true difference is not below the limit".
  func below(_ limit: Double) -> Double { paired.pValue(below: limit) }

  /// The confidence interval of the difference; nil without a spread.
  func interval(level: Double) -> SignificanceTest.Interval? {
    estimate?.confidenceInterval(level: level).map { SignificanceTest.Interval($0, level: level) }
  }

  /// The interval that drawing whole clusters anew gives, where their errors rest on few of them; nil without clusters, and for
  /// items that count differently.
  func bootstrap(level: Double) -> SignificanceTest.Interval? {
    guard let clusters = pair.clusters, pair.weights == nil, estimate != nil else { return nil }
    let groups = Sample.grouped(pair.differences, by: clusters)
    return Bootstrap(clusters: groups, seed: 0)?.percentileInterval(level: level).map {
      SignificanceTest.Interval($0, level: level)
    }
  }

  /// The difference that would be found four times in five; nil without a spread to tell from.
  var smallestDetectable: Double? {
    estimate.map { Power.minimumDetectableEffect(standardError: $0.standardError) }
  }

  /// How many items of this kind it would take to find a difference four times in five.
  ///
  /// Nil without a spread to tell from, or for numbers beyond any use.
  func itemsNeeded(for difference: Double) -> Int? {
    guard let smallestDetectable, difference != 0 else { return nil }
    let ratio = smallestDetectable / abs(difference)
    let items = (Double(pair.differences.count) * ratio * ratio).rounded(.up)
    return items < 1e9 ? Int(items) : nil
  }
}
