import Files
import Scoring
import Statistics

/// The standard errors of groups as versions of the harness until 0.4.3 computed them: from the group's direct members,
/// which may be groups, and not from the tasks at the end.
///
/// References: `evaluate` in lm_eval/evaluator.py of 0.4.0 (variances combined one after the other) and of 0.4.2 and
/// 0.4.3 (`pooled_sample_stderr`).
struct OldGroupErrors {
  /// The score of a task or of a group.
  private struct Score {
    let value: Double
    let error: Double
    let count: Int
  }

  private let members: JSON?
  private let metric: (String) -> MetricResult?
  /// No group stands deeper than this; what refers to itself ends here.
  private static let deepest = 16

  /// Takes the groups of results, and one metric of each task by the results' name for it.
  init(results: JSON, metric: @escaping (String) -> MetricResult?) {
    members = results["group_subtasks"]
    self.metric = metric
  }

  /// Whether results may be of a version that computed errors so; those without a version may be of any.
  static func isOld(_ results: JSON) -> Bool {
    guard let version = results["lm_eval_version"]?.stringValue else { return true }
    let parts = version.split(separator: ".").prefix(3).map {
      Int($0.prefix(while: \.isNumber)) ?? 0
    }
    return parts.lexicographicallyPrecedes([0, 4, 4])
  }

  /// The errors by either formula; none where a member or its error is missing.
  func errors(of group: String) -> [Double] {
    [Self.pooled, Self.combined].compactMap { score(of: group, by: $0, depth: 0)?.error }
  }

  private func score(
    of name: String, by formula: ([Score]) -> Score?, depth: Int
  ) -> Score? {
    let names = members?[name]?.arrayValue?.compactMap(\.stringValue) ?? []
    guard !names.isEmpty else {
      guard let metric = metric(name), let error = metric.standardError else { return nil }
      return Score(value: metric.value, error: error, count: metric.count)
    }
    guard depth < Self.deepest else { return nil }
    let scores = names.compactMap { score(of: $0, by: formula, depth: depth + 1) }
    return scores.count == names.count ? formula(scores) : nil
  }

  private static func pooled(_ scores: [Score]) -> Score? {
    let mean = GroupMean(
      weightingBySize: scores.map {
        GroupMean.Member(value: $0.value, standardError: $0.error, count: $0.count)
      })
    guard let mean, let error = mean.standardError else { return nil }
    return Score(value: mean.value, error: error, count: mean.count)
  }

  private static func combined(_ scores: [Score]) -> Score? {
    guard let first = scores.first else { return nil }
    var (value, variance, size) = (first.value, first.error * first.error, Double(first.count))
    for score in scores.dropFirst() {
      let own = Double(score.count)
      let total = size + own
      value = (value * size + score.value * own) / total
      // The mean that is subtracted is the new one, as the harness has it.
      let distance = value - score.value
      variance =
        ((size - 1) * variance + (own - 1) * score.error * score.error) / (total - 1)
        + size * own / (total * (total - 1)) * distance * distance
      size = total
    }
    return Score(value: value, error: variance.squareRoot(), count: Int(size))
  }
}
