import Files
import Manifests
package import Scoring

/// Which tasks and groups of this program stand behind the names that a folder of results uses.
package struct TaskNames: Sendable, Equatable {
  /// Other names by which folders call tasks and groups, and the names that are meant.
  package let map: [String: String]

  /// Names as they are.
  package init() { map = [:] }

  /// Takes names that were changed, each as `theirs=ours`.
  ///
  /// - Throws: ``InterchangeError`` `invalidTaskMap` for another form, an unknown task or group, and a name given twice.
  package init(_ entries: [String]) throws {
    var map: [String: String] = [:]
    for entry in entries {
      let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, map[parts[0]] == nil else {
        throw InterchangeError(
          .invalidTaskMap,
          "\"\(entry)\" does not map a name of the folder to a task, as in local_arc=arc_challenge, each name once."
        )
      }
      guard Benchmark.isKnown(parts[1]) else {
        let hint = NearestWord.hint(for: parts[1], among: Benchmark.knownNames.sorted())
        throw InterchangeError(
          .invalidTaskMap, "There is no task or group named \"\(parts[1])\"\(hint).")
      }
      map[parts[0]] = parts[1]
    }
    guard Set(map.values).count == map.count else {
      throw InterchangeError(
        .invalidTaskMap, "Two names of the folder are mapped to one task; map each to another.")
    }
    self.map = map
  }

  /// The name that is meant by a folder's.
  func name(of theirs: String) -> String { map[theirs] ?? theirs }

  /// The benchmark and the task that a folder means; nil if there is none of that name.
  func task(_ theirs: String) -> (benchmark: Benchmark, task: EvaluationTask)? {
    let name = name(of: theirs)
    return Benchmark.holding(task: name).flatMap { benchmark in
      benchmark.task(named: name).map { (benchmark, $0) }
    }
  }
}

extension Benchmark {
  /// The names of all tasks and groups of this program.
  static let knownNames = Set(
    Benchmark.all.flatMap { $0.tasks.map(\.name) + $0.groups.map(\.name) })

  /// Whether a task or group of this program has this name.
  package static func isKnown(_ name: String) -> Bool { knownNames.contains(name) }
}
