import Files

/// Which tasks and groups each group of the harness's results consists of, as `group_subtasks` says it.
struct GroupMembers {
  /// No benchmark has more groups and tasks than this; groups that hold themselves end here.
  static let most = 10_000
  /// Nor do groups stand deeper in each other than this.
  static let deepest = 100

  private let members: [String: [String]]

  /// Takes them from the content of a results file; 0.4.0 wrote none.
  init(of results: JSON) {
    members = Dictionary(
      (results["group_subtasks"]?.objectValue?.members ?? []).map {
        ($0.key, $0.value.arrayValue?.compactMap(\.stringValue) ?? [])
      }
    ) { $1 }
  }

  /// Names of all groups.
  var groups: [String] { members.filter { !$0.value.isEmpty }.map(\.key) }

  /// The tasks and groups that a group names itself; empty for a task.
  func direct(of group: String) -> [String] { members[group] ?? [] }

  /// The tasks at the end, as often as groups name them; nil if the group has no members, or more than there can be.
  func tasks(of group: String) -> [String]? { all(of: group)?.tasks }

  /// All tasks and all groups below a group; nil if it has no members, or more than there can be.
  func all(of group: String) -> (tasks: [String], groups: [String])? {
    var tasks: [String] = []
    var groups: [String] = []
    var open = Array(direct(of: group).reversed())
    var count = 0
    while let name = open.popLast() {
      count += 1
      guard count <= Self.most else { return nil }
      let names = direct(of: name)
      guard open.count + names.count <= Self.most else { return nil }
      if names.isEmpty { tasks.append(name) } else { groups.append(name) }
      open += names.reversed()
    }
    return tasks.isEmpty ? nil : (tasks, groups)
  }
}
