import Files
import Scoring
import Statistics

/// The standard errors of groups as versions of the harness until 0.4.3 computed them: from the group's direct members,
/// which may be groups, and not from the tasks at the end.
///
/// Reference: `evaluate` in lm_eval/evaluator.py of 0.4.2 and 0.4.3 (`pooled_sample_stderr`).
struct OldGroupErrors {
  /// The score of a task or of a group.
  private struct Score {
    let value: Double
    let error: Double
    let count: Int
  }

  /// The direct members of each group.
  private let members: [String: [String]]
  private let metric: (String) -> MetricResult?
  /// No benchmark has more groups and tasks than this; groups that hold themselves end here.
  private static let most = 10_000

  /// Takes the groups of results, and one metric of each task by the results' name for it.
  init(results: JSON, metric: @escaping (String) -> MetricResult?) {
    members = Dictionary(
      (results["group_subtasks"]?.objectValue?.members ?? []).map {
        ($0.key, $0.value.arrayValue?.compactMap(\.stringValue) ?? [])
      }
    ) { $1 }
    self.metric = metric
  }

  /// Whether results are of 0.4.0, whose errors depend on an order of the tasks that it does not write.
  static func dependOnLostOrder(_ results: JSON) -> Bool {
    results["lm_eval_version"] == nil && results["group_subtasks"] == nil
  }

  /// Whether results may be of a version that computed errors so; those without a version may be of any.
  static func isOld(_ results: JSON) -> Bool {
    guard let version = results["lm_eval_version"]?.stringValue else { return true }
    let parts = version.split(separator: ".").prefix(3).map {
      Int($0.prefix(while: \.isNumber)) ?? 0
    }
    return parts.lexicographicallyPrecedes([0, 4, 4])
  }

  /// The error of a group; nil where a member or its error is missing.
  func error(of group: String) -> Double? {
    var count = 0
    return score(of: group, &count)?.error
  }

  private func score(of name: String, _ count: inout Int) -> Score? {
    count += 1
    guard count <= Self.most else { return nil }
    let names = members[name] ?? []
    guard !names.isEmpty else {
      guard let metric = metric(name), let error = metric.standardError else { return nil }
      return Score(value: metric.value, error: error, count: metric.count)
    }
    var scores: [Score] = []
    for name in names {
      guard let score = score(of: name, &count) else { return nil }
      scores.append(score)
    }
    return Self.pooled(scores)
  }

  private static func pooled(_ scores: [Score]) -> Score? {
    let mean = GroupMean(
      weightingBySize: scores.map {
        GroupMean.Member(value: $0.value, standardError: $0.error, count: $0.count)
      })
    guard let mean, let error = mean.standardError else { return nil }
    return Score(value: mean.value, error: error, count: mean.count)
  }
}
