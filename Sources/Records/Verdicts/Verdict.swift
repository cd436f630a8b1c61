package import Files
package import Manifests
package import Statistics

/// What a run says about one documented thing: a cell, a claim, or the results as a whole.
package struct Verdict: Sendable, Equatable {
  /// What a verdict is about.
  package enum Subject: String, Sendable {
    /// The bits of all results.
    case results
    /// One documented value.
    case cell
    /// One claim.
    case claim
  }

  /// How a verdict, or a run, comes out; from best to worst.
  package enum Status: String, Sendable, CaseIterable, Comparable {
    /// The same bits, or as many right answers.
    case reproduced = "REPRODUCED"
    /// Inside a band that could have been missed, or a claim that is shown.
    case consistent = "CONSISTENT"
    /// Too few items to tell.
    case inconclusive = "INCONCLUSIVE"
    /// No outcome could have told.
    case untestable = "UNTESTABLE"
    /// The run has no such result.
    case skipped = "SKIPPED"
    /// Outside the band, or a claim whose opposite is shown.
    case diverged = "DIVERGED"
    /// The evidence contradicts itself, or is about something else.
    case invalid = "INVALID"
    /// What was locked before the run has changed since; of runs only.
    case tampered = "TAMPERED"

    /// Whether the left status is the better one.
    package static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
  }

  /// What the verdict is about.
  package let subject: Subject
  /// Its name, such as "mmlu.acc.eaft" or that of a claim.
  package let id: String
  /// What the source calls the row, or the claim as a sentence.
  package let title: String
  /// Whether the verdict of the run depends on it.
  package let isRequired: Bool
  /// What was found, row by row for a claim; never empty.
  package let findings: [Finding]
  /// The finding that decides: the first of the worst ones.
  package let decisive: Finding

  /// How it comes out.
  package var status: Status { decisive.status }
  /// Why, in one sentence.
  package var why: String { decisive.why }
  /// Whether something was looked at: neither left out nor declared to be out of reach.
  package var isEvaluated: Bool { status != .skipped && decisive.isEvaluated }

  /// Creates a verdict that is as bad as the worst of its findings.
  init(
    subject: Subject, id: String, title: String, isRequired: Bool, first: Finding,
    others: [Finding] = []
  ) {
    self.subject = subject
    self.id = id
    self.title = title
    self.isRequired = isRequired
    findings = [first] + others
    decisive = others.reduce(first) { $1.status > $0.status ? $1 : $0 }
  }
}

/// What was found in one row: the numbers and what they come to.
package struct Finding: Sendable, Equatable {
  /// How it comes out.
  package let status: Verdict.Status
  /// Why, in one sentence.
  package var why: String
  /// Whether anything was compared; false for what is declared to be out of reach.
  package var isEvaluated = true
  /// The row; nil for what is not about one.
  package var row: DocumentedResults.RowName?
  /// How the source prints values of the row.
  package var unit = DocumentedResults.Unit.fraction
  /// What is documented, as it was printed.
  package var expected: String?
  /// The run's value of each seed, or the means of the two arms that are compared, as fractions.
  package var values: [Double] = []
  /// Their mean, or the difference that a claim is about, as a fraction.
  package var observed: Double?
  /// The limits that the observed value is held against.
  package var limits: Band.Limits?
  /// Where they come from.
  package var band: Band?
  /// The test that decided; nil where none was made.
  package var test: SignificanceTest?
  /// Number of scores.
  package var count: Int?
  /// The difference, or the distance from what is documented, that would be noticed four times in five, as a fraction.
  package var smallestDetectable: Double?
  /// The digest of the documents; nil where their right answers were not recorded.
  package var documents: Digest?
  /// How much of the tolerance the observed value uses: 0 at its centre, 1 at its limits.
  package var toleranceUsed: Double?
  /// What the share of right answers says about other items; nil for several seeds, and for other scores than 0 and 1.
  package var onOtherItems: ShareInterval?
}

/// A test of a difference between two arms, or of a value's distance from the documented one.
package struct SignificanceTest: Sendable, Equatable {
  /// Its name, such as "exact McNemar".
  package let name: String
  /// The test statistic; nil where the test has none.
  package let statistic: Double?
  /// Degrees of freedom; nil where the test has none, or infinitely many.
  package let degreesOfFreedom: Double?
  /// Probability of data at least as favourable to the claim if it were false; of a documented value, that of one at least
  /// as far off if the repetition were as the band takes it to be.
  package let pValue: Double
  /// The same, corrected by Holm's method for the other tests of the run.
  package var adjustedPValue: Double
  /// Standard error of the difference; nil for one item.
  package let standardError: Double?
  /// The confidence interval of the difference; nil for one item, and without a spread.
  package let interval: Interval?
  /// The same from drawing whole clusters anew; nil where items are independent.
  package var bootstrap: Interval?
  /// Items on which only the first arm, and only the second arm, is right; nil for other scores.
  package var discordant: Discordance?
  /// The table behind McNemar's exact test, which has other p values than the exact one; nil for other tests.
  package var exact: BinaryPairs?

  /// Limits of a confidence interval.
  package struct Interval: Sendable, Equatable {
    /// The lower limit.
    package let lower: Double
    /// The upper limit.
    package let upper: Double
    /// The share of samples whose interval holds the true value.
    package let level: Double

    init(_ range: ClosedRange<Double>, level: Double) {
      lower = range.lowerBound
      upper = range.upperBound
      self.level = level
    }
  }

  /// Numbers of items on which two arms disagree.
  package struct Discordance: Sendable, Equatable {
    /// Items that only the first arm gets right.
    package let firstOnly: Int
    /// Items that only the second arm gets right.
    package let secondOnly: Int
  }
}
