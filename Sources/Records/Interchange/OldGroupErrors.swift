import Files
import Statistics

/// The standard errors of groups as versions of the harness until 0.4.3 computed them: from the group's direct members,
/// which may be groups, and not from the tasks at the end.
///
/// Reference: `evaluate` in lm_eval/evaluator.py of 0.4.2 and 0.4.3 (`pooled_sample_stderr`).
struct OldGroupErrors {
  private let groups: GroupMembers
  private let score: (String) -> GroupMean.Member?

  /// Takes the groups of results, and the score of each task on one metric by the results' name for it.
  init(groups: GroupMembers, score: @escaping (String) -> GroupMean.Member?) {
    self.groups = groups
    self.score = score
  }

  /// Whether results are of 0.4.0, whose errors depend on an order of the tasks that it does not write.
  static func dependOnLostOrder(_ results: JSON) -> Bool {
    results["lm_eval_version"] == nil && results["group_subtasks"] == nil
  }

  /// Whether results are of a version that computed errors so.
  ///
  /// Versions until 0.4.8 do not write which they are, but only those until 0.4.3 give groups a number of shots.
  static func isOld(_ results: JSON) -> Bool {
    guard let version = results["lm_eval_version"]?.stringValue else {
      guard let shots = results["n-shot"] else { return true }
      let groups = GroupMembers(of: results).groups
      return groups.isEmpty || groups.contains { shots[$0] != nil }
    }
    let parts = version.split(separator: ".").prefix(3).map {
      Int($0.prefix(while: \.isNumber)) ?? 0
    }
    return parts.lexicographicallyPrecedes([0, 4, 4])
  }

  /// The error of a group; nil where a member or its error is missing.
  func error(of group: String) -> Double? {
    var count = 0
    return score(of: group, depth: 0, &count)?.standardError
  }

  private func score(of name: String, depth: Int, _ count: inout Int) -> GroupMean.Member? {
    count += 1
    guard count <= GroupMembers.most, depth <= GroupMembers.deepest else { return nil }
    let names = groups.direct(of: name)
    guard !names.isEmpty else {
      guard let score = score(name), score.standardError != nil else { return nil }
      return score
    }
    var scores: [GroupMean.Member] = []
    for name in names {
      guard let score = score(of: name, depth: depth + 1, &count) else { return nil }
      scores.append(score)
    }
    guard let mean = GroupMean(weightingBySize: scores), let error = mean.standardError else {
      return nil
    }
    return GroupMean.Member(value: mean.value, standardError: error, count: mean.count)
  }
}
