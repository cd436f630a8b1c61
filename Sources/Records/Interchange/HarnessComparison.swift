import Files
package import Scoring

/// What scoring a folder of lm-evaluation-harness anew gives, beside what the folder says.
package struct HarnessComparison: Sendable {
  /// A hash that is not that of what it stands beside.
  package struct HashDifference: Sendable, Equatable {
    /// The task, by the folder's name for it.
    package let task: String
    /// The document; nil for the hash of a whole task.
    package let document: Int?
    /// The name of the hash in the file.
    package let name: String
  }

  /// One result a benchmark, from the scores of this program.
  package let results: [BenchmarkResult]
  /// Number of documents that were scored.
  package let documents: Int
  /// Numbers of scores of documents, and of values of tasks and groups, that were compared.
  package let comparedScores: Int
  package let comparedAggregates: Int
  /// Scores of documents that differ.
  package let differences: [ScoreDifference]
  /// Scores and standard errors of tasks and groups that differ.
  package let aggregateDifferences: [AggregateDifference]
  /// Hashes that are wrong.
  package let hashDifferences: [HashDifference]
  /// What was left out, in sentences.
  package let notes: [String]

  /// Compares a folder with its samples scored anew.
  init(_ folder: HarnessFolder, names: TaskNames) {
    results = folder.results
    documents = folder.samples.reduce(0) { $0 + $1.samples.count }
    comparedScores = folder.samples.reduce(0) { $0 + $1.comparedScores }
    differences = folder.samples.flatMap(\.differences)
    hashDifferences = folder.samples.flatMap { samples in
      samples.hashDifferences.map {
        HashDifference(task: samples.name, document: $0.document, name: $0.name)
      }
    }
    var claims = ClaimedResults(folder, names: names)
    for (name, entry) in folder.log.results { claims.check(name, entry) }
    comparedAggregates = claims.compared
    aggregateDifferences = claims.differences
    notes = folder.notes + claims.notes
  }

  /// Whether everything that the folder says comes out the same.
  package var isSame: Bool {
    differences.isEmpty && aggregateDifferences.isEmpty && hashDifferences.isEmpty
  }

  /// 0 if everything is the same, 3 if a hash is wrong, 1 if a score differs, 4 if there was nothing to compare.
  package var exitCode: Int32 {
    if !hashDifferences.isEmpty { return ExitStatus.tampered }
    if !isSame { return ExitStatus.different }
    return comparedScores == 0 || comparedAggregates == 0
      ? ExitStatus.undecided : ExitStatus.success
  }
}

/// The scores of tasks and groups that a folder claims, held against those computed from its samples.
private struct ClaimedResults {
  private(set) var compared = 0
  private(set) var differences: [AggregateDifference] = []
  private(set) var notes: [String] = []
  private let names: TaskNames
  private let tasks: [TaskResult]
  private let groups: [BenchmarkResult.GroupResult]
  /// Tasks that the folder claims scores of, by this program's names.
  private let claimedTasks: [String]

  init(_ folder: HarnessFolder, names: TaskNames) {
    self.names = names
    tasks = folder.results.flatMap(\.tasks)
    groups = folder.results.flatMap(\.groups)
    claimedTasks = folder.log.results.map { names.name(of: $0.key) }
  }

  /// Checks what is claimed of a task or group.
  mutating func check(_ name: String, _ entry: JSON.Object) {
    let own = names.name(of: name)
    if let task = tasks.first(where: { $0.task.name == own }) {
      check(name, entry, task.metrics, count: task.samples.count)
    } else if let group = groups.first(where: { $0.group.name == own }) {
      let missing = group.group.taskNames.filter { task in
        claimedTasks.contains(task) && !tasks.contains { $0.task.name == task }
      }
      guard missing.isEmpty else {
        notes.append(
          "The scores of \(name) were not checked: there are no samples of \(English.list(missing))."
        )
        return
      }
      check(name, entry, group.metrics, count: group.metrics.first?.count ?? 0)
    } else {
      notes.append(
        "The scores of \(name) were not checked: there are no samples that they come from.")
    }
  }

  private mutating func check(
    _ name: String, _ entry: JSON.Object, _ metrics: [MetricResult], count: Int
  ) {
    var checked: Set<String> = []
    for metric in metrics {
      let parts: [(suffix: String, computed: Double?)] = [
        ("", metric.value), ("_stderr", metric.standardError),
        ("_clustered_stderr", metric.clusteredStandardError),
      ]
      for (suffix, computed) in parts {
        let keys = Self.keys(metric.metric.rawValue + suffix, metric.filter)
        guard let key = keys.first(where: { entry[$0] != nil }) else { continue }
        checked.insert(key)
        // Without a standard error the harness writes "N/A", which is no number to compare.
        guard let claimed = entry[key]?.doubleValue else { continue }
        compare(name, key, claimed, computed)
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

  private mutating func compare(
    _ name: String, _ key: String, _ claimed: Double, _ computed: Double?
  ) {
    compared += 1
    guard !AggregateDifference.isSame(claimed, computed) else { return }
    differences.append(
      AggregateDifference(task: name, name: key, recorded: claimed, computed: computed))
  }

  /// The keys under which versions of the harness write a value.
  private static func keys(_ name: String, _ filter: AnswerFilter) -> [String] {
    switch filter {
    case .none: ["\(name),none", name]
    case .strictMatch: ["\(name),strict-match", "\(name),get-answer"]
    case .flexibleExtract: ["\(name),flexible-extract"]
    }
  }
}

// MARK: - JSON

extension HarnessComparison {
  /// The comparison as JSON, as an import's record keeps it.
  var json: JSON {
    [
      "documents": JSON(documents), "compared_scores": JSON(comparedScores),
      "compared_aggregates": JSON(comparedAggregates),
      "differences": .array(differences.map(\.json)),
      "aggregate_differences": .array(aggregateDifferences.map(\.json)),
      "hash_differences": .array(
        hashDifferences.map {
          [
            "task": .string($0.task), "document": $0.document.map { JSON($0) } ?? .null,
            "hash": .string($0.name),
          ]
        }),
      "notes": .array(notes.map(JSON.string)),
    ]
  }
}
