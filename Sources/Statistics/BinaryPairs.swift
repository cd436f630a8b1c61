/// Two arms scored right or wrong on the same items, as counted in a table of two by two.
///
/// The items on which both arms agree say nothing about the difference; b, which only the first gets right, and c, which
/// only the second does, say it all.
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

  /// Counts the items of two arms; nil without items or if the arms were not scored on equally many.
  package init?(first: [Bool], second: [Bool]) {
    guard first.count == second.count else { return nil }
    let pairs = zip(first, second)
    self.init(
      count: first.count, firstOnly: pairs.count { $0 && !$1 },
      secondOnly: pairs.count { !$0 && $1 })
  }

  /// The number of items on which the arms disagree, m = b + c.
  package var discordantCount: Int { firstOnly + secondOnly }

  /// The share of the items on which the arms disagree, m/n.
  package var discordance: Double { Double(discordantCount) / Double(count) }

  /// The difference of the proportions right, first minus second: (b - c)/n.
  package var difference: Double { Double(firstOnly - secondOnly) / Double(count) }

  /// The standard error of the difference, √([m - (b - c)²/n]/(n - 1)/n); nil for a single item.
  package var standardError: Double? {
    guard count > 1 else { return nil }
    // mn - (b - c)² is exact, as it would cancel where nearly all items differ the same way.
    let net = Int128(firstOnly - secondOnly)
    let spread = Int128(discordantCount) * Int128(count) - net * net
    let n = Double(count)
    return (Double(spread) / n / n / (n - 1)).squareRoot()
  }

  /// The difference with its standard error and n - 1 degrees of freedom; nil if the items show no spread.
  package var estimate: Estimate? {
    standardError.flatMap {
      Estimate(value: difference, standardError: $0, degreesOfFreedom: Double(count - 1))
    }
  }

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
