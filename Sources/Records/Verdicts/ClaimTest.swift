import Files
import Statistics

/// A test that decides about a row of a claim once it is corrected for the others.
protocol RowTest: Sendable {
  /// The p value that has to be small for the claim to be shown.
  var favourable: Double { get }
  /// The p value that has to be small for the opposite to be shown.
  var unfavourable: Double { get }

  /// Decides.
  func finding(_ corrected: CorrectedPValues) -> Finding
}

/// A test's p values, corrected for the other claims of the run, and for the other rows where one of them suffices.
struct CorrectedPValues: Sendable {
  /// That of the claim: all its rows have to hold, so that they do not cost each other anything.
  let favourable: Double
  /// That of the opposite, which any row can show.
  let unfavourable: Double
  /// The number of claims that were corrected for.
  let claimCount: Int
}

/// A claim's test of a difference in one row.
struct ClaimTest: RowTest, Equatable {
  /// What is claimed of the difference, which is positive where it speaks for the arm in question.
  enum Hypothesis: Sendable, Equatable {
    /// It is positive and, if a least effect is given, larger than that.
    case better(by: Double?)
    /// It is not above the margin.
    case notBetter(margin: Double)
    /// It is smaller than the margin, one way or the other.
    case equivalent(margin: Double)
    /// The second arm loses against the base, and the first arm loses less.
    case retained(losses: Losses)
  }

  /// What tuning costs each of the two arms: base minus arm.
  struct Losses: Sendable, Equatable {
    /// The loss of the arm that is claimed to lose less.
    let first: DifferenceTest
    /// The loss of the other arm.
    let second: DifferenceTest

    /// The p value of the other arm's loss; 1 if it loses nothing.
    var pValue: Double { second.value > 0 ? second.twoSided : 1 }
  }

  /// What is claimed.
  let hypothesis: Hypothesis
  /// The difference of the two arms.
  let difference: DifferenceTest
  /// The documented difference, first minus second; nil if it is not documented.
  let documented: Double?

  /// The significance level of every test, after correction.
  static let level = 0.05

  /// The effect whose absence refutes that one arm is better: the least of interest, or the documented one.
  var refutable: Double? {
    guard case .better(let least) = hypothesis else { return nil }
    if let least { return least }
    return documented.flatMap { $0 * difference.sign > 0 ? $0 * difference.sign : nil }
  }

  var favourable: Double {
    switch hypothesis {
    case .better(nil): return difference.twoSided
    case .better(let least?):
      let isAhead = difference.value > 0
      return max(min(1, 2 * difference.above(least)), isAhead ? difference.twoSided : 1)
    case .notBetter(let margin): return difference.below(margin)
    case .equivalent(let margin): return difference.equivalence(margin)
    case .retained(let losses):
      return max(losses.pValue, difference.value > 0 ? difference.twoSided : 1)
    }
  }

  var unfavourable: Double {
    switch hypothesis {
    case .better:
      guard let refutable else { return difference.twoSided }
      let opposite = difference.value < 0 ? difference.twoSided : 1
      return min(opposite, 2 * difference.below(refutable))
    case .retained: return difference.twoSided
    case .notBetter(let margin): return difference.above(margin)
    case .equivalent(let margin):
      return min(1, 2 * min(difference.above(margin), difference.below(-margin)))
    }
  }

  func finding(_ corrected: CorrectedPValues) -> Finding {
    let status = status(corrected)
    let isDiverged = status == .diverged
    let test = SignificanceTest(
      name: testName, statistic: statistic,
      degreesOfFreedom: isOfSigns ? nil : difference.estimate?.degreesOfFreedom,
      pValue: isDiverged ? unfavourable : favourable,
      adjustedPValue: isDiverged ? corrected.unfavourable : corrected.favourable,
      standardError: difference.estimate?.standardError ?? difference.paired.standardError,
      interval: difference.interval(level: intervalLevel, isOfLimits: isOfLimits),
      bootstrap: difference.bootstrap(level: intervalLevel),
      discordant: difference.pair.discordance, exact: isExact ? difference.exact : nil)
    let level = Self.level / Double(corrected.claimCount)
    var finding = Finding(status: status, why: sentence(status, test, level: level))
    finding.row = difference.pair.first.name
    finding.expected = documented.map { Decimals.signed($0, 4) }
    finding.values = [difference.pair.first.value, difference.pair.second.value]
    finding.observed = difference.sign < 0 ? 0 - difference.value : difference.value
    finding.test = test
    finding.count = difference.pair.differences.count
    finding.smallestDetectable = difference.smallestDetectable(
      level: level, isOneSided: isOneSided)
    return finding
  }

  private func status(_ corrected: CorrectedPValues) -> Verdict.Status {
    let isShown = corrected.favourable < Self.level
    var isRefuted = corrected.unfavourable < Self.level
    let isPositive = difference.value > 0
    switch hypothesis {
    case .better(nil):
      if isShown, isPositive { return .consistent }
      if refutable == nil { isRefuted = isRefuted && difference.value < 0 }
    case .retained:
      if isShown { return .consistent }
      isRefuted = isRefuted && difference.value < 0
    case .better, .notBetter, .equivalent:
      if isShown { return .consistent }
    }
    if isRefuted { return .diverged }
    return isOutOfReach ? .untestable : .inconclusive
  }

  /// Whether no outcome with so few items could show the claim: known before any data.
  private var isOutOfReach: Bool {
    guard let smallest = difference.smallestTwoSided, smallest >= Self.level else { return false }
    switch hypothesis {
    case .better, .retained: return true
    case .notBetter, .equivalent: return false
    }
  }

  // MARK: - Names and numbers

  /// Whether the test is against zero.
  var isAgainstZero: Bool { !isOfLimits }

  /// Whether the difference is held against another limit than zero.
  var isOfLimits: Bool {
    switch hypothesis {
    case .better(nil), .retained: false
    case .better, .notBetter, .equivalent: true
    }
  }

  /// Whether the claim is shown by one-sided tests.
  var isOneSided: Bool {
    switch hypothesis {
    case .better, .retained: false
    case .notBetter, .equivalent: true
    }
  }

  private var testName: String {
    switch hypothesis {
    case .better(nil), .retained: difference.name
    case .better: difference.limitName("two-sided")
    case .notBetter: difference.limitName("one-sided")
    case .equivalent: difference.limitName("two one-sided")
    }
  }

  /// Whether it is McNemar's exact test.
  var isExact: Bool { isAgainstZero && difference.exact != nil && !difference.isOfSeeds }

  /// Whether signs alone decide, of items or of clusters.
  private var isOfSigns: Bool {
    isAgainstZero && difference.decidingSigns != nil && !difference.isOfSeeds
  }

  private var statistic: Double? {
    guard !isOfSigns, let error = difference.estimate?.standardError else { return nil }
    let value = difference.value
    let distance =
      switch hypothesis {
      case .better(let least): value - (least ?? 0)
      case .retained: value
      case .notBetter(let margin): value - margin
      case .equivalent(let margin): abs(value) - margin
      }
    if case .equivalent = hypothesis { return distance / error }
    return difference.sign < 0 ? 0 - distance / error : distance / error
  }

  /// That of intervals: 95 % for two-sided tests; 90 % for one-sided ones, which the claim passes when the interval does.
  private var intervalLevel: Double { isOneSided ? 1 - 2 * Self.level : 1 - Self.level }
}
