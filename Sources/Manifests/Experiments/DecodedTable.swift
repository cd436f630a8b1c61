import Files
package import Statistics

/// A published table, decoded: which whole numbers of right answers stand behind its values, and what contradicts itself.
package struct DecodedTable: Sendable, Equatable {
  /// The table.
  package let results: DocumentedResults
  /// Its rows.
  package let rows: [Row]
  /// The rows that are made from others, arm by arm.
  package let compositions: [Composition]
  /// Pairs of arms that the claims compare; the first arm with others, if they compare none.
  package let comparisons: [Comparison]
  /// By which conventions of printing everything is possible that is not by the usual ones, a sentence each.
  package let conventions: [String]
  /// What cannot be, in the order of the table; empty if everything can.
  package let contradictions: [Contradiction]

  /// 0 if everything that is printed is possible, 1 if something is not.
  package var exitCode: Int32 { contradictions.isEmpty ? ExitStatus.success : ExitStatus.different }

  /// A row, decoded.
  package struct Row: Sendable, Equatable {
    /// The row.
    package let cell: DocumentedResults.Cell
    /// Its values, in the order of the arms.
    package var values: [Value]
    /// The numbers of items that all its values fit; nil if they are means, of other rows or of runs.
    package let itemCounts: ItemCounts?

    /// The value of an arm; nil if the row has none.
    package func value(of arm: String) -> Value? { values.first { $0.arm == arm } }
  }

  /// A value, decoded.
  package struct Value: Sendable, Equatable {
    /// The arm.
    package let arm: String
    /// The value as it was printed.
    package let printed: PrintedValue
    /// The whole numbers of right answers behind it, of all runs together.
    package var counts: Counts
    /// Number of items; nil if it is not known.
    package let itemCount: Int?
    /// Number of runs whose mean it is.
    package let runs: Int
    /// The standard error as it was printed; nil if it was not.
    package let printedStandardError: PrintedValue?

    /// Number of answers, those of all runs; nil if the number of items is not known.
    package var answerCount: Int? { itemCount.map { $0 * runs } }

    /// Whether some value of as many decimals would be impossible; nil if the number of items is not known.
    package var isInformative: Bool? {
      answerCount.map { GRIM.isInformative(printed, count: $0) }
    }

    /// The probability that a value of as many decimals, taken at random, is impossible; nil like the above.
    package var probabilityOfInconsistency: Double? {
      answerCount.map { GRIM.probabilityOfInconsistency(printed, count: $0) }
    }

    /// The numbers of right answers of a single run; nil for the mean of several, and if they are not known.
    package var countsOfRun: ClosedRange<Int>? { runs == 1 ? counts.range : nil }

    /// The printed share with its standard error over independent items, √(p(1 − p)/(n − 1)); nil where there is none.
    ///
    /// The error is that of the middle of the possible counts. The mean of several runs has none: they answer the same items.
    package var estimate: Estimate? {
      guard let range = countsOfRun, let itemCount, itemCount > 1 else { return nil }
      let share = Double(range.lowerBound + range.upperBound) / 2 / Double(itemCount)
      let variance = share * (1 - share) / Double(itemCount - 1)
      return Estimate(value: printed.value, standardError: variance.squareRoot())
    }
  }

  /// Which whole numbers of right answers stand behind a value.
  package enum Counts: Sendable, Equatable {
    /// The number of items is not known, or the value is a mean of other rows or of several runs.
    case unknown
    /// None.
    case impossible
    /// One of these.
    case possible(ClosedRange<Int>)

    /// The possible numbers; nil if there are none or they are not known.
    package var range: ClosedRange<Int>? {
      if case .possible(let range) = self { range } else { nil }
    }

    /// The number, if only one is possible.
    package var unique: Int? { range.flatMap { $0.count == 1 ? $0.lowerBound : nil } }
  }

  /// The numbers of items that all values of a row fit.
  package struct ItemCounts: Sendable, Equatable {
    /// Where they were looked for.
    package let range: ClosedRange<Int>
    /// The numbers.
    package let fitting: [Int]
  }

  /// An arm's value of a row that is made from others, beside what its parts come to.
  package struct Composition: Sendable, Equatable {
    /// The row.
    package let cell: DocumentedResults.Cell
    /// The arm.
    package let arm: String
    /// What the parts come to.
    package let outcome: Outcome

    /// What the parts come to.
    package enum Outcome: Sendable, Equatable {
      /// The parts add up to so many right answers, of which these are possible for the total as well.
      case total(parts: ClosedRange<Int>, left: ClosedRange<Int>)
      /// The parts add up to so many right answers, none of which is possible for the total.
      case wrongTotal(parts: ClosedRange<Int>)
      /// The mean of the parts lies between these fractions, and the printed one can be it.
      case mean(ClosedRange<Double>)
      /// The mean of the parts lies between these fractions, and the printed one cannot be it.
      case wrongMean(ClosedRange<Double>)
      /// A part has no value, no number of items, or no possible one.
      case unchecked
    }
  }

  /// Two arms, row by row.
  package struct Comparison: Sendable, Equatable {
    /// The arm that is subtracted from.
    package let minuend: String
    /// The arm that is subtracted.
    package let subtrahend: String
    /// The rows that both have a value in.
    package let rows: [ComparedRow]
  }

  /// Two arms in one row.
  package struct ComparedRow: Sendable, Equatable {
    /// The row.
    package let cell: DocumentedResults.Cell
    /// The difference of their printed values, as a fraction; of means that cannot be, that of what their parts come to.
    package let difference: Double
    /// Whether a printed mean cannot be, so that the difference is another one than that of the printed values.
    package let isRecomputed: Bool
    /// That difference in standard errors of two independent samples; nil where there are none.
    package let unpairedStatistic: Double?
    /// That difference in standard errors that are typical of two models on this benchmark, a prior (``PublishedNoise``); nil
    /// where nothing is published, or no single run is known.
    package let typicalStatistic: Double?
    /// What a paired test could say; nil without possible counts of both.
    package let frontier: Frontier?
  }

  /// What McNemar's exact test at 5 % could say of two counts on the same items, of which no more is known.
  package struct Frontier: Sendable, Equatable {
    /// How many more the first arm has right, b − c; several if the counts are not unique.
    package let net: ClosedRange<Int>
    /// Number of items.
    package let itemCount: Int
    /// The largest number of items answered differently, b + c, with which the largest possible difference is significant; nil
    /// if none is.
    package let largestDiscordance: Int?
    /// The largest b + c that the two counts allow.
    package let possibleDiscordance: Int

    /// Whether it is the best case, for the largest of several possible differences.
    package var isBestCase: Bool { net.count > 1 }
    /// Whether no number of items answered differently makes the difference significant.
    package var isNeverSignificant: Bool { largestDiscordance == nil }
    /// Whether every number of them that is possible does.
    package var isAlwaysSignificant: Bool { largestDiscordance == possibleDiscordance }
    /// The largest b + c as a share of all items.
    package var largestRate: Double? {
      largestDiscordance.map { Double($0) / Double(itemCount) }
    }
  }

  /// Something printed that cannot be.
  package struct Contradiction: Sendable, Equatable {
    /// The row.
    package let row: String
    /// The arm.
    package let arm: String
    /// What it is.
    package let kind: Kind
    /// One sentence, with row and arm.
    package let message: String

    /// The kinds of contradiction.
    package enum Kind: String, Sendable {
      /// No whole number of right answers gives the value.
      case impossibleValue = "impossible-value"
      /// The standard error is not that of a proportion as printed.
      case impossibleStandardError = "impossible-standard-error"
      /// Parts do not add up to the total.
      case wrongTotal = "wrong-total"
      /// The mean of parts is not the printed one.
      case wrongMean = "wrong-mean"
    }
  }
}
