import Files
import Statistics

/// A claim's test in one row, before it is corrected for the other tests of the run.
struct ClaimTest: Sendable, Equatable {
  /// What is claimed of the difference.
  enum Hypothesis: Sendable, Equatable {
    /// The first arm scores higher.
    case better
    /// The first arm does not score higher by more than the margin.
    case notBetter(margin: Double)
    /// The difference is smaller than the margin.
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
  /// First arm minus second arm.
  let difference: DifferenceTest
  /// The documented difference; nil if it is not documented.
  let documented: Double?

  /// The significance level of every test, after correction.
  static let level = 0.05

  /// The p value that has to be small for the claim to be shown.
  var favourable: Double {
    switch hypothesis {
    case .better: difference.twoSided
    case .notBetter(let margin): difference.below(margin)
    case .equivalent(let margin): difference.paired.equivalencePValue(margin: margin)
    case .retained(let losses):
      max(losses.pValue, difference.value > 0 ? difference.twoSided : 1)
    }
  }

  /// The p value that has to be small for the opposite to be shown.
  var unfavourable: Double {
    switch hypothesis {
    case .better, .retained: difference.twoSided
    case .notBetter(let margin): difference.above(margin)
    case .equivalent(let margin):
      min(1, 2 * min(difference.above(margin), difference.below(-margin)))
    }
  }

  /// Decides with p values that are corrected for the other tests.
  func finding(favourable adjusted: Double, unfavourable adjustedOpposite: Double) -> Finding {
    let isPositive = difference.value > 0
    let isShown: Bool
    let isRefuted: Bool
    switch hypothesis {
    case .better:
      isShown = isPositive && adjusted < Self.level
      isRefuted = difference.value < 0 && adjusted < Self.level
    case .retained:
      isShown = adjusted < Self.level
      isRefuted = difference.value < 0 && adjustedOpposite < Self.level
    case .notBetter, .equivalent:
      isShown = adjusted < Self.level
      isRefuted = adjustedOpposite < Self.level
    }
    let status: Verdict.Status =
      isShown ? .consistent : isRefuted ? .diverged : isOutOfReach ? .untestable : .inconclusive
    let isOpposite = status == .diverged && hypothesis != .better
    let test = SignificanceTest(
      name: testName, statistic: statistic,
      degreesOfFreedom: isExact ? nil : difference.estimate?.degreesOfFreedom,
      pValue: isOpposite ? unfavourable : favourable,
      adjustedPValue: isOpposite ? adjustedOpposite : adjusted,
      standardError: difference.paired.standardError, interval: difference.interval(level: level),
      bootstrap: difference.bootstrap(level: level), discordant: difference.pair.discordance,
      exact: isExact ? difference.exact : nil)
    var finding = Finding(status: status, why: sentence(status, test))
    finding.row = difference.pair.first.name
    finding.expected = documented.map { Decimals.signed($0, 4) }
    finding.values = [difference.pair.first.value, difference.pair.second.value]
    finding.observed = difference.value
    finding.test = test
    finding.count = difference.pair.differences.count
    finding.smallestDetectable = difference.smallestDetectable
    return finding
  }

  /// Whether no way in which the differing items could have fallen would show the claim or its opposite.
  private var isOutOfReach: Bool {
    guard let smallest = difference.smallestTwoSided, smallest >= Self.level else { return false }
    switch hypothesis {
    case .better: return true
    case .retained(let losses): return losses.pValue < Self.level
    case .notBetter, .equivalent: return false
    }
  }

  private var isAgainstZero: Bool {
    switch hypothesis {
    case .better, .retained: true
    case .notBetter, .equivalent: false
    }
  }

  private var testName: String {
    switch hypothesis {
    case .better, .retained: difference.name
    case .notBetter: difference.name(spread: "one-sided t")
    case .equivalent: difference.name(spread: "two one-sided t")
    }
  }

  /// Whether it is McNemar's exact test.
  var isExact: Bool { isAgainstZero && difference.exact != nil }

  private var statistic: Double? {
    guard !isExact, let error = difference.estimate?.standardError else { return nil }
    switch hypothesis {
    case .better, .retained: return difference.value / error
    case .notBetter(let margin): return (difference.value - margin) / error
    case .equivalent(let margin): return (abs(difference.value) - margin) / error
    }
  }

  /// That of intervals: 95 % for a test against zero; 90 % for one-sided tests, which the claim passes when the interval does.
  private var level: Double { isAgainstZero ? 1 - Self.level : 1 - 2 * Self.level }
}
