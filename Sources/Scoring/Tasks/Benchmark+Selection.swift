import Files

extension Benchmark {
  /// What names stand for: benchmarks, their groups, or single tasks, as "mmlu", "mmlu_stem" and "mmlu_anatomy".
  ///
  /// Parts of one benchmark are put together, so that no task is evaluated twice; benchmarks come in the order in
  /// which they are named first.
  ///
  /// - Throws: `unknownTask` with what there is.
  package static func selected(by names: [String]) throws -> [Benchmark] {
    var chosen: [(whole: Benchmark, names: [String])] = []
    for name in names {
      guard let whole = all.first(where: { $0.part(named: name) != nil }) else {
        let parts = all.filter { !$0.groups.isEmpty }.map(\.namesOfParts)
        throw EvaluationError(
          .unknownTask,
          "There is no task named \"\(name)\"; there are \(all.map(\.name).joined(separator: ", "))\(parts.joined())."
        )
      }
      if let index = chosen.firstIndex(where: { $0.whole.name == whole.name }) {
        if !chosen[index].names.contains(name) { chosen[index].names.append(name) }
      } else {
        chosen.append((whole, [name]))
      }
    }
    return chosen.map { whole, names in
      guard !names.contains(whole.name) else { return whole }
      let parts = names.compactMap { whole.part(named: $0) }
      let tasks = whole.tasks.filter { task in parts.contains { $0.tasks.contains(task) } }
      let groups = whole.groups.filter { group in parts.contains { $0.groups.contains(group) } }
      return Benchmark(
        name: names.count == 1 ? names[0] : whole.name, tasks: tasks, groups: groups,
        subjectColumn: whole.subjectColumn)
    }
  }

  /// The whole, a group with its tasks, or a single task; nil if nothing here has this name.
  private func part(named part: String) -> Benchmark? {
    if part == name { return self }
    if let group = groups.first(where: { $0.name == part }) {
      return Benchmark(
        name: part, tasks: tasks.filter { group.taskNames.contains($0.name) }, groups: [group],
        subjectColumn: subjectColumn)
    }
    return task(named: part).map { Benchmark($0) }
  }

  /// What may be named of a benchmark with groups besides itself, as the end of a sentence.
  private var namesOfParts: String {
    let groups = groups.map(\.name).filter { $0 != name }.joined(separator: ", ")
    return ", and of \(name) the groups \(groups) and the subjects, as in \(tasks[0].name)"
  }
}
