import Files
import Scoring
import Statistics

/// The scores of tasks and groups that a folder claims, held against those computed from its samples.
struct ClaimedResults {
  private(set) var compared = 0
  private(set) var differences: [AggregateDifference] = []
  private(set) var notes: [String] = []
  private let names: TaskNames
  private let tasks: [TaskResult]
  private let groups: [BenchmarkResult.GroupResult]
  /// Tasks that the folder claims scores of, by this program's names.
  private let claimedTasks: [String]
  /// Tasks of which documents are missing, by this program's names.
  private let incompleteTasks: [String]
  private let folder: HarnessFolder

  init(_ folder: HarnessFolder, names: TaskNames) {
    self.names = names
    tasks = folder.results.flatMap(\.tasks)
    groups = folder.results.flatMap(\.groups)
    claimedTasks = folder.log.results.map { names.name(of: $0.key) }
    incompleteTasks = folder.samples.filter { $0.missing != nil }.map(\.task.name)
    self.folder = folder
  }

  /// Checks what is claimed of a task or group.
  mutating func check(_ name: String, _ entry: JSON.Object) {
    let own = names.name(of: name)
    if let task = tasks.first(where: { $0.task.name == own }) {
      guard !incompleteTasks.contains(own) else { return }
      check(name, entry, task.metrics, count: task.samples.count)
    } else if let group = groups.first(where: { $0.group.name == own }) {
      if let reason = reason(against: group, claimedAs: name) {
        notes.append("The scores of \(name) were not checked: \(reason).")
        return
      }
      check(
        name, entry, group.metrics, count: group.metrics.first?.count ?? 0,
        groupErrors: errors(of: group, claimedAs: name))
    } else {
      let group = UnknownGroup(name, entry, in: folder, tasks: tasks, names: names)
      for value in group.values { compare(name, value.key, value.claimed, value.computed) }
      notes += group.notes
    }
  }

  /// Why a group's scores cannot be checked; nil if they can.
  private func reason(
    against group: BenchmarkResult.GroupResult, claimedAs name: String
  ) -> String? {
    let missing = group.group.taskNames.filter { task in
      claimedTasks.contains(task) && !tasks.contains { $0.task.name == task }
    }
    guard missing.isEmpty else { return "there are no samples of \(English.list(missing))" }
    let incomplete = group.group.taskNames.filter(incompleteTasks.contains)
    guard incomplete.isEmpty else { return "documents of \(English.list(incomplete)) are missing" }
    let others = folder.samples.filter { samples in
      group.group.taskNames.contains(samples.task.name)
        && !folder.log.isOneRun(name, samplesOf: samples.name)
    }
    return others.isEmpty
      ? nil : "the samples of \(English.list(others.map(\.name))) are of another run"
  }

  /// What old versions of the harness give as the standard error of each metric of a group; nil where they do not.
  private func errors(
    of group: BenchmarkResult.GroupResult, claimedAs name: String
  ) -> [Double?] {
    let results = folder.log.resultsFile(of: name) ?? .null
    guard OldGroupErrors.isOld(results) else { return [] }
    return group.metrics.indices.map { metric in
      let members = tasks.map { task in
        (
          name: task.task.name,
          metric: task.metrics.indices.contains(metric) ? task.metrics[metric] : nil
        )
      }
      return OldGroupErrors(groups: GroupMembers(of: results)) { name in
        let own = names.name(of: name)
        return members.first { $0.name == own }?.metric.map(GroupMean.Member.init)
      }.error(of: name)
    }
  }

  private func isOrderLost(_ name: String) -> Bool {
    folder.log.resultsFile(of: name).map(OldGroupErrors.dependOnLostOrder) ?? false
  }

  private mutating func check(
    _ name: String, _ entry: JSON.Object, _ metrics: [MetricResult], count: Int,
    groupErrors: [Double?]? = nil
  ) {
    var checked: Set<String> = []
    for (index, metric) in metrics.enumerated() {
      let old = groupErrors.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      let parts: [(suffix: String, computed: Double?)] = [
        ("", metric.value), ("_stderr", metric.standardError),
        ("_clustered_stderr", metric.clusteredStandardError),
      ]
      for (suffix, computed) in parts {
        let keys = Self.keys(metric.metric.rawValue + suffix, metric.filter)
        guard let key = keys.first(where: { entry[$0] != nil }) else { continue }
        checked.insert(key)
        // Without a standard error the harness writes "N/A", which is no number to compare.
        guard let claimed = entry[key]?.doubleValue else {
          if suffix.isEmpty { compare(name, key, nil, computed) }
          continue
        }
        if suffix == "_stderr", groupErrors != nil, isOrderLost(name) {
          notes.append(
            "Of \(name), \(key) was not checked: 0.4.0 of the harness computed it in an order of the tasks that it does not write."
          )
          continue
        }
        let isOld = suffix == "_stderr" && AggregateDifference.isSame(claimed, old)
        compare(name, key, claimed, isOld ? old : computed)
      }
    }
    if let claimed = entry["sample_len"]?.doubleValue {
      compare(name, "sample_len", claimed, Double(count))
    }
    let others = entry.keys.filter {
      $0.contains(",") && !$0.contains("_stderr") && !checked.contains($0)
    }
    if !others.isEmpty {
      notes.append(
        "Of \(name), \(English.list(others)) was not checked: this program has no such score.")
    }
  }

  /// Checks that what a results file says of groups by themselves is what it says of them beside the tasks.
  mutating func checkGroups(of results: JSON) {
    for (name, group) in results["groups"]?.objectValue?.members ?? [] {
      guard let entry = results["results"]?[name]?.objectValue else { continue }
      for (key, value) in group.objectValue?.members ?? [] {
        let other = entry[key]?.doubleValue
        guard let number = value.doubleValue, !AggregateDifference.isSame(number, other) else {
          continue
        }
        compare(name, "\(key) among the groups", number, other)
      }
    }
  }

  private mutating func compare(
    _ name: String, _ key: String, _ claimed: Double?, _ computed: Double?
  ) {
    compared += 1
    guard !AggregateDifference.isSame(claimed, computed) else { return }
    differences.append(
      AggregateDifference(task: name, name: key, recorded: claimed, computed: computed))
  }

  /// The keys under which versions of the harness write a value.
  static func keys(_ name: String, _ filter: AnswerFilter) -> [String] {
    switch filter {
    case .none: ["\(name),none", name]
    case .strictMatch: ["\(name),strict-match", "\(name),get-answer"]
    case .flexibleExtract: ["\(name),flexible-extract"]
    }
  }
}
