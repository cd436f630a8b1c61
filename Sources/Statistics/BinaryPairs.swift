/// Two arms scored right or wrong on the same items, as counted in a table of two by two.
///
/// The items on which both arms agree say nothing about which is better; b, which only the first gets right, and c, which
/// only the second does, say it all. How large the difference is says ``PairedDifference``.
///
/// ```swift
/// let pairs = BinaryPairs(count: 1319, firstOnly: 40, secondOnly: 62)
/// let pValue = pairs?.exactPValue  // 0.037
/// ```
package struct BinaryPairs: Sendable, Equatable {
  /// The number of items, n.
  package let count: Int
  /// Items that only the first arm gets right, b.
  package let firstOnly: Int
  /// Items that only the second arm gets right, c.
  package let secondOnly: Int

  /// Creates the table from its counts; nil without items, with more than 1e12, or for impossible counts.
  package init?(count: Int, firstOnly: Int, secondOnly: Int) {
    guard 1...1_000_000_000_000 ~= count, 0...count ~= firstOnly,
      0...(count - firstOnly) ~= secondOnly
    else { return nil }
    self.count = count
    self.firstOnly = firstOnly
    self.secondOnly = secondOnly
  }

  /// The number of items on which the arms disagree, m = b + c.
  package var discordantCount: Int { firstOnly + secondOnly }

  /// The exact two-sided p value of McNemar's test: min(1, 2 P[Bin(m, ½) ≤ min(b, c)]).
  package var exactPValue: Double {
    guard firstOnly != secondOnly else { return 1 }
    return min(1, 2 * fair.cumulativeProbability(at: min(firstOnly, secondOnly)))
  }

  /// The mid-p value of McNemar's test: the exact one less P[Bin(m, ½) = min(b, c)] (Fagerland, Lydersen and Laake 2013).
  ///
  /// 1 if b = c, where twice the smaller tail, with half the probability of the observed count, is exactly 1.
  package var midPValue: Double {
    guard firstOnly != secondOnly else { return 1 }
    let smaller = min(firstOnly, secondOnly)
    return max(0, exactPValue - fair.probability(of: smaller))
  }

  /// The p value of McNemar's chi-squared test with one degree of freedom, (|b - c| - 1)²/m or without correction
  /// (b - c)²/m.
  ///
  /// An approximation for many discordant items; 1 if there are none.
  package func chiSquaredPValue(continuityCorrection: Bool) -> Double {
    guard discordantCount > 0 else { return 1 }
    let net = (firstOnly - secondOnly).magnitude
    let distance = continuityCorrection ? max(1, net) - 1 : net
    let z = Double(distance) / Double(discordantCount).squareRoot()
    return NormalDistribution.twoSidedProbability(of: z)
  }

  /// The distribution of b given m if no arm is better.
  private var fair: BinomialDistribution {
    guard let distribution = BinomialDistribution(count: discordantCount, probability: 0.5) else {
      preconditionFailure("No more items can be discordant than there are.")
    }
    return distribution
  }
}
