import Statistics

/// The difference of two arms in a row with its error, and what it says about any limit.
struct DifferenceTest: Sendable, Equatable {
  /// What was compared.
  let pair: PairedRow
  /// Mean of first minus second.
  let value: Double
  /// Its standard error, clustered where items depend on each other; nil for one item or cluster.
  let standardError: Double?
  /// Value and error as an estimate with clusters or items, less one, as degrees of freedom; nil without a spread.
  let estimate: Estimate?

  /// Measures a difference.
  init(_ pair: PairedRow) {
    self.init(pair, differences: pair.differences)
  }

  private init(_ pair: PairedRow, differences: [Double]) {
    self.pair = pair
    value = Sample.mean(differences) ?? .nan
    if let clusters = pair.clusters {
      standardError = Sample.standardErrorOfMean(
        clusters: Self.grouped(differences, by: clusters))
    } else {
      standardError = Sample.standardErrorOfMean(differences)
    }
    estimate = standardError.flatMap { [value] error in
      Estimate(
        value: value, standardError: error,
        degreesOfFreedom: Double(pair.independentCount - 1))
    }
  }

  /// Values of one cluster together, in the order in which clusters come first.
  private static func grouped(_ values: [Double], by clusters: [String]) -> [[Double]] {
    var places: [String: Int] = [:]
    var groups: [[Double]] = []
    for (value, cluster) in zip(values, clusters) {
      if let place = places[cluster] {
        groups[place].append(value)
      } else {
        places[cluster] = groups.count
        groups.append([value])
      }
    }
    return groups
  }

  /// Whether both arms score every item the same.
  var isIdentical: Bool { pair.differentCount == 0 }

  /// The name of the test against zero.
  var name: String {
    if pair.discordance != nil, pair.clusters == nil { return "exact McNemar" }
    return pair.clusters == nil ? "paired t" : "paired t, clustered"
  }

  /// The table of right and wrong answers, if the exact test applies; else nil.
  private var exact: BinaryPairs? {
    guard let discordance = pair.discordance, pair.clusters == nil else { return nil }
    return BinaryPairs(
      count: pair.differences.count, firstOnly: discordance.firstOnly,
      secondOnly: discordance.secondOnly)
  }

  /// The two-sided p value of no difference.
  ///
  /// Exact (McNemar) for single runs with scores 0 and 1 whose items are independent; else by Student's t.
  var twoSided: Double {
    if let exact { return exact.exactPValue }
    return min(1, 2 * min(above(0), below(0)))
  }

  /// The smallest two-sided p value that the same items could have given, had they all spoken for the same arm.
  var smallestTwoSided: Double {
    guard let exact else {
      let best = DifferenceTest(pair, differences: pair.differences.map(abs))
      return min(1, 2 * min(best.above(0), best.below(0)))
    }
    let best = BinaryPairs(
      count: exact.count, firstOnly: exact.discordantCount, secondOnly: 0)
    return best?.exactPValue ?? 1
  }

  /// The p value of "the true difference is not above the limit".
  func above(_ limit: Double) -> Double { tail(distance: -limit, excess: value - limit) }

  /// The p value of "the true difference is not below the limit".
  func below(_ limit: Double) -> Double { tail(distance: limit, excess: limit - value) }

  private func tail(distance: Double, excess: Double) -> Double {
    guard let estimate,
      let student = StudentDistribution(degreesOfFreedom: estimate.degreesOfFreedom)
    else {
      // Equal answers everywhere: were as many as `distance` of all items different, none of these would be found with
      // this probability. A difference without spread cannot be judged.
      guard isIdentical, distance > 0,
        let unseen = BinomialDistribution(
          count: pair.independentCount, probability: min(1, distance))
      else { return 1 }
      return unseen.probability(of: 0)
    }
    return student.upperTailProbability(at: excess / estimate.standardError)
  }

  /// The confidence interval of the difference; nil without a spread.
  func interval(level: Double) -> SignificanceTest.Interval? {
    estimate?.confidenceInterval(level: level).map {
      SignificanceTest.Interval(lower: $0.lowerBound, upper: $0.upperBound, level: level)
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
