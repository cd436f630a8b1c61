/// How far a repetition may be off a documented value: where the tolerance comes from, and which question it answers.
///
/// The limits follow from kind and inputs; stored ones are only there to be compared with them.
package struct Band: Sendable, Equatable {
  /// Where the limits come from.
  package let kind: Kind
  /// The limits as they were written down, as decimal text in the cell's unit; nil if they were not.
  package let stored: Stored?

  /// The values of the runs that the limits are computed from; empty for other kinds.
  package var runs: [String] {
    switch kind {
    case .seedPrediction(let runs, _), .referenceConvergence(let runs, _, _): runs
    case .rounding, .exactCount, .conditionalFlip, .binomial, .authored: []
    }
  }

  /// Limits as decimal text.
  package struct Stored: Sendable, Equatable {
    /// The lower limit.
    package let lower: String
    /// The upper limit.
    package let upper: String
  }

  /// Where the limits of a band come from, with all that they are computed from.
  package enum Kind: Sendable, Equatable {
    /// The values that are printed as the documented one.
    case rounding
    /// The integer counts that are printed as the documented one.
    case exactCount
    /// One more run beside these, by the t prediction interval.
    case seedPrediction(runs: [String], level: Double)
    /// The mean of our runs beside that of these reference runs, by MLPerf's test of reference convergence points, of which
    /// so many of the best and of the worst are left out.
    case referenceConvergence(runs: [String], level: Double, dropped: Int)
    /// One more run on the same items, of which the share `discordance` is answered otherwise.
    case conditionalFlip(discordance: Double, from: String, level: Double)
    /// Other items of the same kind: not a repetition on the same ones.
    case binomial(level: Double)
    /// Limits that somebody chose, for the reason given.
    case authored(reason: String)
  }
}
