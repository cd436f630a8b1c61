import Files
import Scoring
import Statistics

/// A group that this program does not know: what results claim of it, held against the scores of its tasks.
///
/// Versions from 0.4.4 on pool the tasks at the end, weighted by their sizes or not, which the results do not say, and their
/// errors as if weighted; 0.4.13 has another error for plain means. Versions before pooled the group's direct members.
///
/// Reference: `evaluate` in lm_eval/evaluator.py of 0.4.3, `consolidate_group_results` in lm_eval/evaluator_utils.py of
/// 0.4.5, `Group.aggregate` in lm_eval/api/group.py of 0.4.13.
struct UnknownGroup {
  /// A score or standard error of the group.
  struct Value: Equatable {
    let key: String
    let claimed: Double
    /// What the tasks give; nil if they give none.
    let computed: Double?
  }

  /// What was computed.
  private(set) var values: [Value] = []
  /// What was not, in sentences.
  private(set) var notes: [String] = []

  /// Groups whose scores the harness computes by functions of their own; of all that it has, the only one is LingOly's.
  private static let withFunctions = ["delta_nc"]

  /// Computes what an entry of results claims.
  ///
  /// - Parameters:
  ///   - name: the folder's name of the group.
  ///   - entry: what the results claim of it.
  ///   - folder: the folder.
  ///   - tasks: the tasks of this program that the folder has samples of, scored.
  ///   - names: what the folder's names stand for.
  init(
    _ name: String, _ entry: JSON.Object, in folder: HarnessFolder, tasks: [TaskResult],
    names: TaskNames
  ) {
    let claims = entry.members.compactMap { key, value in
      Self.isScore(key) ? value.doubleValue.map { (key: key, value: $0) } : nil
    }
    for (key, value) in entry.members where Self.isScore(key) && value.doubleValue == nil {
      notes.append("Of \(name), \(key) was not checked: it is no number.")
    }
    guard !claims.isEmpty else { return }
    let results = folder.log.resultsFile(of: name) ?? .null
    let groups = GroupMembers(of: results)
    guard let (members, inner) = groups.all(of: name) else {
      let isGroup = results["groups"]?[name] != nil
      notes.append(
        "The scores of \(name) were not checked: \(isGroup ? "the results do not say which tasks it consists of" : "there are no samples that they come from")."
      )
      return
    }
    if let reason = Self.reason(against: members, of: name, in: folder) {
      notes.append("The scores of \(name) were not checked: \(reason).")
      return
    }
    let isOld = OldGroupErrors.isOld(results)
    let scores = MemberScores(folder: folder, results: results, tasks: tasks, names: names)
    // Old versions weigh a group in a group by the size of any of its metrics, in no order.
    let isAmbiguous =
      isOld
      && inner.contains { group in
        Set((groups.tasks(of: group) ?? []).map { Set(scores.keys(of: $0)) }).count > 1
      }
    for (key, claimed) in claims {
      let parts = members.compactMap { scores.score($0, key) }
      let pooled = GroupMean(weightingBySize: parts)
      let reason =
        pooled == nil
        ? "none of its tasks has this score"
        : isAmbiguous
          ? "this version of the harness weighs groups by sizes that it does not write"
          : Self.withFunctions.contains(name) ? "the harness has a function of its own for it" : nil
      guard let pooled, reason == nil else {
        let keys = [key, Self.errorKey(key)].filter { entry[$0]?.doubleValue != nil }
        notes.append("Of \(name), \(English.list(keys)) was not checked: \(reason ?? "").")
        continue
      }
      let plain = isOld ? nil : GroupMean(weightingEqually: parts)
      let isPlain = plain != nil && AggregateDifference.isSame(claimed, plain?.value)
      values.append(
        Value(key: key, claimed: claimed, computed: isPlain ? plain?.value : pooled.value))
      let errorKey = Self.errorKey(key)
      guard let claimedError = entry[errorKey]?.doubleValue else { continue }
      let other =
        isOld
        ? OldGroupErrors(groups: groups) { scores.score($0, key) }.error(of: name)
        : isPlain ? plain?.standardError : nil
      let isOther = other != nil && AggregateDifference.isSame(claimedError, other)
      values.append(
        Value(
          key: errorKey, claimed: claimedError, computed: isOther ? other : pooled.standardError)
      )
    }
    if let count = entry["sample_len"]?.doubleValue {
      let sizes = members.map { scores.count(of: $0) }
      values.append(
        Value(key: "sample_len", claimed: count, computed: Double(sizes.reduce(0, +))))
    }
  }

  /// Whether a member of results is a score, which all versions from 0.4.0 on name by metric and filter.
  static func isScore(_ key: String) -> Bool { key.contains(",") && !key.contains("_stderr") }

  /// The key of a score's standard error.
  static func errorKey(_ key: String) -> String {
    key.split(separator: ",", omittingEmptySubsequences: false).joined(separator: "_stderr,")
  }

  /// Why scores that come from these tasks cannot be checked; nil if they can.
  private static func reason(
    against members: [String], of name: String, in folder: HarnessFolder
  ) -> String? {
    let files =
      folder.samples.map { ($0.name, $0.missing) } + folder.recorded.map { ($0.name, $0.missing) }
    let known = Dictionary(files) { first, _ in first }
    let missing = members.filter { known[$0] == nil }
    guard missing.isEmpty else { return "there are no samples of \(English.list(missing))" }
    let incomplete = members.filter { known[$0] != .some(nil) }
    guard incomplete.isEmpty else { return "documents of \(English.list(incomplete)) are missing" }
    let others = members.filter { !folder.log.isOneRun(name, samplesOf: $0) }
    return others.isEmpty ? nil : "the samples of \(English.list(others)) are of another run"
  }
}

/// The scores of a group's tasks.
private struct MemberScores {
  let folder: HarnessFolder
  let results: JSON
  let tasks: [TaskResult]
  let names: TaskNames

  /// The results' keys of a task's scores.
  func keys(of task: String) -> [String] {
    (results["results"]?[task]?.objectValue?.keys ?? []).filter(UnknownGroup.isScore)
  }

  /// Number of a task's documents.
  func count(of task: String) -> Int {
    folder.samples.first { $0.name == task }?.samples.count
      ?? folder.recorded.first { $0.name == task }?.documents ?? 0
  }

  /// A task's score as it was computed or, where its documents do not give it, as the results claim it.
  ///
  /// Nil where the results have none.
  func score(_ task: String, _ key: String) -> GroupMean.Member? {
    guard let entry = results["results"]?[task], let claimed = entry[key]?.doubleValue else {
      return nil
    }
    let own = names.name(of: task)
    if let result = tasks.first(where: { $0.task.name == own }) {
      let metric = result.metrics.first {
        ClaimedResults.keys($0.metric.rawValue, $0.filter).contains(key)
      }
      return metric.map(GroupMean.Member.init)
    }
    guard let recorded = folder.recorded.first(where: { $0.name == task }) else { return nil }
    if let metric = recorded.metrics.first(where: { $0.key == key }) {
      return GroupMean.Member(
        value: metric.value, standardError: metric.standardError, count: metric.count)
    }
    return GroupMean.Member(
      value: claimed, standardError: entry[UnknownGroup.errorKey(key)]?.doubleValue,
      count: count(of: task))
  }
}
