import Files
import Manifests
import Statistics

/// A claim's test of a number that every seed gives, such as the logarithm of a ratio, against a limit.
struct SeedwiseTest: RowTest {
  /// The row that the verdict names.
  let row: DocumentedResults.RowName
  /// The number with its error between seeds; nil for fewer than three of them, and for seeds that are all alike.
  let seeds: Estimate?
  /// The same with its error between documents; nil where that is not known.
  let documents: Estimate?
  /// The limit that it has to lie below.
  let limit: Double
  /// The numbers of all seeds.
  let values: [Double]
  /// How many documents they rest on.
  let count: Int
  /// What a number of the test is called where it is shown, from the natural one.
  let shown: @Sendable (Double) -> Double
  /// The beginning of the sentence, as in "On text.kl_from_base eaft is … times sft".
  let subject: @Sendable (String) -> String
  /// How a number on the right side of the limit is called.
  let comparison: String
  /// What has to be said beside the numbers, as the end of a sentence; empty if nothing has.
  let remark: String
  /// Why whatever the numbers are they decide nothing; nil if they do.
  let obstacle: String?

  var favourable: Double { pValue { $0.pValue(below: limit) } }
  var unfavourable: Double { pValue { $0.pValue(above: limit) } }

  /// The larger two-sided p value of both errors; 1 without any.
  private func pValue(_ side: (Estimate) -> Double) -> Double {
    let sides = [seeds, documents].compactMap { $0.map(side) }
    return sides.max().map { min(1, 2 * $0) } ?? 1
  }

  /// The estimate with the larger error.
  private var estimate: Estimate? {
    guard let seeds, let documents else { return seeds ?? documents }
    return seeds.standardError >= documents.standardError ? seeds : documents
  }

  func finding(_ corrected: CorrectedPValues) -> Finding {
    let isShown = corrected.favourable < ClaimTest.level && obstacle == nil
    let isRefuted = corrected.unfavourable < ClaimTest.level && obstacle == nil
    let status: Verdict.Status = isShown ? .consistent : isRefuted ? .diverged : .inconclusive
    guard let estimate else {
      return Finding(
        status: .inconclusive, why: "\(subject("the same")) with every seed; nothing varies.")
    }
    let name = estimate == seeds ? "t over \(values.count) seeds" : "t over documents"
    let test = SignificanceTest(
      name: name, statistic: (estimate.value - limit) / estimate.standardError,
      degreesOfFreedom: estimate.degreesOfFreedom,
      pValue: isRefuted ? unfavourable : favourable,
      adjustedPValue: isRefuted ? corrected.unfavourable : corrected.favourable,
      standardError: estimate.standardError, interval: interval)
    var finding = Finding(status: status, why: sentence(status, test))
    finding.row = row
    finding.values = values.map(shown)
    finding.observed = shown(estimate.value)
    finding.test = test
    finding.count = count
    return finding
  }

  /// The interval at 95 %, as it is shown, that holds both estimates' ones.
  private var interval: SignificanceTest.Interval? {
    let level = 1 - ClaimTest.level
    let ranges = [seeds, documents].compactMap { $0?.confidenceInterval(level: level) }
    guard let lower = ranges.map(\.lowerBound).min(), let upper = ranges.map(\.upperBound).max()
    else { return nil }
    let (a, b) = (shown(lower), shown(upper))
    return SignificanceTest.Interval(min(a, b)...max(a, b), level: level)
  }

  private func sentence(_ status: Verdict.Status, _ test: SignificanceTest) -> String {
    let value = Decimals.fixed(shown(estimate?.value ?? .nan), 4)
    var parts: [String] = []
    if let interval {
      parts.append(
        "95 % interval \(Decimals.fixed(interval.lower, 4)) to \(Decimals.fixed(interval.upper, 4))"
      )
    }
    parts.append("\(test.name) p \(ProbabilityText.text(test.pValue))")
    if test.adjustedPValue != test.pValue {
      parts.append("adjusted \(ProbabilityText.text(test.adjustedPValue))")
    }
    if seeds == nil { parts.append("of these checkpoints, not of other seeds") }
    let bound = Decimals.fixed(shown(limit), 4)
    let outcome =
      switch status {
      case .consistent: "\(comparison) \(bound)"
      case .diverged: "not \(comparison) \(bound)"
      default: "which cannot be told from \(bound)"
      }
    let end = obstacle.map { "; \($0)" } ?? ""
    return "\(subject(value)), \(outcome) (\(parts.joined(separator: ", ")))\(remark)\(end)."
  }
}
