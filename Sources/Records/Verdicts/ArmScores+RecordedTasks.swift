import Files
import Statistics

extension SealedRecord {
  /// The scores of an import's tasks that this program does not know, and of groups of them, as their samples carry them;
  /// none for other records.
  ///
  /// - Throws: ``RunError`` `damaged` when samples are missing, and what reading them throws.
  func recordedScores() throws -> [ArmScores] {
    guard isImported, let log = try harnessFiles() else { return [] }
    let tasks = try recordedTasks(of: log)
    let rows = tasks.flatMap(\.rows) + Self.rows(ofGroupsOf: tasks, in: log)
    guard !rows.isEmpty else { return [] }
    return summary.arms.map { ArmScores(arm: $0.name, seed: $0.unsignedSeed, rows: rows) }
  }

  /// The rows of groups whose results are the means over all documents of their tasks.
  static func rows(
    ofGroupsOf tasks: [RecordedTask], in log: EvaluationLog
  ) -> [ArmScores.Row] {
    log.results.flatMap { name, entry -> [ArmScores.Row] in
      let names = log.resultsFile(of: name).flatMap { GroupMembers(of: $0).tasks(of: name) } ?? []
      let members = names.compactMap { name in tasks.first { $0.name == name } }
      guard !members.isEmpty, members.count == names.count,
        members.allSatisfy({ $0.missing == nil && log.isOneRun(name, samplesOf: $0.name) })
      else { return [] }
      return entry.members.compactMap { key, claimed in
        let rows = members.compactMap { member in member.rows.first { $0.metric == key } }
        let mean = Sample.mean(rows.flatMap(\.items).flatMap(\.scores))
        guard rows.count == members.count,
          // Bits of texts count by their bytes, of which no mean over documents is one.
          rows.flatMap(\.items).allSatisfy({ $0.weight == 1 }),
          AggregateDifference.isSame(claimed.doubleValue ?? .nan, mean)
        else { return nil }
        return ArmScores.Row(
          task: name, metric: key, items: rows.flatMap(\.itemsOfGroup),
          contradiction: rows.compactMap(\.contradiction).first)
      }
    }
  }
}

extension ArmScores.Row {
  /// The items as those of a group: questions of one task are not independent of each other.
  fileprivate var itemsOfGroup: [ArmScores.Item] {
    items.map {
      ArmScores.Item(
        id: $0.id, prompt: $0.prompt, scores: $0.scores, cluster: task, weight: $0.weight,
        target: $0.target)
    }
  }
}

extension RecordedTask {
  /// One row for every metric.
  var rows: [ArmScores.Row] {
    metrics.map { metric in
      ArmScores.Row(
        task: name, metric: metric.key,
        items: metric.documents.indices.compactMap { place in
          let document = metric.documents[place]
          return prompts[document].map {
            ArmScores.Item(
              id: "\(name)/\(document)", prompt: $0, scores: [metric.scores[place]], cluster: nil,
              weight: metric.weights?[place] ?? 1)
          }
        }, contradiction: contradiction(of: metric.key))
    }
  }

  /// Where results and documents contradict each other, nobody can tell which of them are right.
  private func contradiction(of key: String) -> String? {
    if !hashDifferences.isEmpty {
      return "The samples of \(name) have hashes that are not those of their texts."
    }
    return differences.first { $0.name == key || $0.name == "sample_len" }.map {
      "The harness's results and the samples of \(name) contradict each other: \($0.sentence)."
    }
  }
}
