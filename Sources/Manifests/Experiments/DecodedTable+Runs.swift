import Statistics

extension DecodedTable {
  /// Means of several runs that look like values of a single one.
  ///
  /// The mean of r independent runs on n items is a multiple of 1/(r · n), and of those one in r is a multiple of 1/n, as every value
  /// of a single run is. If all are, the runs were one, or their answers were the same.
  package struct RepeatedRuns: Sendable, Equatable {
    /// Number of runs that the values are said to be the mean of.
    package let runs: Int
    /// Number of values of which the number of right answers is known.
    package let count: Int
    /// How many of them are multiples of 1/n.
    package let multiples: Int
    /// The probability of at least so many among means of independent runs.
    package let pValue: Double
  }

  /// The p value from which on means of runs are told to look like single runs.
  static let repeatedRunsLevel = 0.01

  /// For each number of runs, the values that are said to be means of as many and look like those of single runs.
  package var repeatedRuns: [RepeatedRuns] {
    let values = rows.flatMap(\.values).filter { $0.runs > 1 }
    return Set(values.map(\.runs)).sorted().compactMap { runs in
      let counts = values.filter { $0.runs == runs }.compactMap(\.counts.unique)
      let multiples = counts.count { $0 % runs == 0 }
      guard !counts.isEmpty,
        let chance = BinomialDistribution(count: counts.count, probability: 1 / Double(runs))
      else { return nil }
      let pValue = chance.upperTailProbability(at: multiples - 1)
      return pValue < Self.repeatedRunsLevel
        ? RepeatedRuns(runs: runs, count: counts.count, multiples: multiples, pValue: pValue) : nil
    }
  }
}

extension PrintedValue {
  /// The most runs that are tried.
  private static let largestRunCount = 100

  /// The smallest number of runs on `items` items whose mean is printed like this; nil for none up to 100.
  func fewestRuns(items: Int) -> Int? {
    (1...Self.largestRunCount).first {
      GRIM.possibleCounts(of: self, count: items * $0) != nil
    }
  }
}

extension DecodedTable.Composition {
  /// The middle of what the parts' mean can be, where the printed one cannot be it; else nil.
  var recomputedMean: Double? {
    guard case .wrongMean(let range) = outcome else { return nil }
    return (range.lowerBound + range.upperBound) / 2
  }
}
