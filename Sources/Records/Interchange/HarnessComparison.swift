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
  /// The tasks that this program does not know, by what was recorded of them.
  package let recorded: [RecordedTask]
  /// Of which tasks documents are missing, and how many, in sentences.
  package let shortages: [String]
  /// The same by this program's names of the tasks, or else the folder's.
  private let missing: [(task: String, documents: MissingDocuments)]
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
    recorded = folder.recorded
    let files =
      folder.samples.map { ($0.name, $0.hashDifferences, $0.missing) }
      + folder.recorded.map { ($0.name, $0.hashDifferences, $0.missing) }
    hashDifferences = files.flatMap { name, differences, _ in
      differences.map { HashDifference(task: name, document: $0.document, name: $0.name) }
    }
    shortages = files.compactMap { name, _, missing in missing?.sentence(of: name) }
    missing =
      folder.samples.compactMap { samples in samples.missing.map { (samples.task.name, $0) } }
      + folder.recorded.compactMap { task in task.missing.map { (task.name, $0) } }
    var claims = ClaimedResults(folder, names: names)
    for (name, entry) in folder.log.results
    where !folder.recorded.contains(where: { $0.name == name }) {
      claims.check(name, entry)
    }
    for file in folder.log.resultsFiles { claims.checkGroups(of: file.content) }
    comparedAggregates = claims.compared + folder.recorded.reduce(0) { $0 + $1.compared }
    aggregateDifferences = claims.differences + folder.recorded.flatMap(\.differences)
    notes = folder.notes + claims.notes
  }

  /// Whether everything that the folder says comes out the same.
  package var isSame: Bool {
    differences.isEmpty && aggregateDifferences.isEmpty && hashDifferences.isEmpty
      && shortages.isEmpty
  }

  /// Whether anything was compared: scores of documents, if any task can be scored anew, and scores of tasks.
  package var isCompared: Bool {
    (comparedScores > 0 || documents == 0) && comparedAggregates > 0
  }

  /// 0 if everything is the same, 3 if a hash is wrong, 1 if a score differs or documents are missing, 4 if there was
  /// nothing to compare.
  package var exitCode: Int32 {
    if !hashDifferences.isEmpty { return ExitStatus.tampered }
    if !isSame { return ExitStatus.different }
    return isCompared ? ExitStatus.success : ExitStatus.undecided
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
      "recorded_tasks": .array(
        recorded.map { ["task": .string($0.name), "documents": JSON($0.documents)] }),
      "shortages": .array(shortages.map(JSON.string)),
      "missing_documents": .array(
        missing.map { task, documents in
          [
            "task": .string(task), "count": JSON(documents.count), "total": JSON(documents.total),
          ]
        }),
      "notes": .array(notes.map(JSON.string)),
    ]
  }
}
