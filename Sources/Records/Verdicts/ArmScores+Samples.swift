package import Files
import Scoring

extension MeasuredResults {
  /// Takes the scores out of samples; `digest` is that of the record's results.
  package init(digest: Digest?, samples: [ArmSamples]) {
    self.init(digest: digest, arms: ArmScores.joined(samples.map(\.scores)))
  }

  /// Takes the scores of records whose arms are judged together: those of samples, and those that imports have recorded.
  ///
  /// Rows of tasks of which an import lacks documents cannot be judged.
  ///
  /// - Throws: what reading samples throws.
  init(digest: Digest?, of records: [SealedRecord]) throws {
    var arms: [ArmScores] = []
    var recordedTasks: Set<String> = []
    for record in records {
      let recorded = try record.recordedScores()
      recordedTasks.formUnion(recorded.flatMap(\.rows).map(\.task))
      let shortages = record.importedShortages
      arms += try (record.samples().map(\.scores) + recorded).map { scores in
        ArmScores(
          arm: scores.arm, seed: scores.seed, rows: scores.rows.map { $0.lacking(shortages) })
      }
    }
    self.init(
      digest: digest, arms: ArmScores.joined(arms),
      recordedTasks: recordedTasks.sorted { $0.precedes($1) })
  }
}

extension ArmScores {
  /// The rows of each arm and seed together.
  fileprivate static func joined(_ parts: [ArmScores]) -> [ArmScores] {
    var runs: [(arm: String, seed: UInt64?, rows: [Row])] = []
    for part in parts {
      if let index = runs.firstIndex(where: { $0.arm == part.arm && $0.seed == part.seed }) {
        runs[index].rows += part.rows
      } else {
        runs.append((part.arm, part.seed, part.rows))
      }
    }
    return runs.map { ArmScores(arm: $0.arm, seed: $0.seed, rows: $0.rows) }
  }
}

extension ArmSamples {
  fileprivate var scores: ArmScores { ArmScores(arm: arm, seed: seed, rows: rows) }

  /// One row for every metric of every group and task, groups first, and after those of each the rows that follow from the
  /// likelihoods of its choices; the names are those of the record's metrics.
  fileprivate var rows: [ArmScores.Row] {
    let parts = results.map { (result: $0, prompts: $0.samples.map(Self.promptDigest)) }
    let groups = benchmark.groups.reversed().flatMap { group -> [ArmScores.Row] in
      let members = parts.filter { group.taskNames.contains($0.result.task.name) }
      guard let first = members.first else { return [] }
      // Questions of one subject are not independent of each other.
      let metrics = first.result.metrics.map { metric in
        ArmScores.Row(
          task: group.name, metric: metric.key,
          items: members.flatMap { member in
            member.result.items(metric, prompts: member.prompts) { _ in member.result.task.name }
          })
      }
      return metrics
        + ChoiceQuantity.allCases.compactMap { quantity in
          let items = members.map { member in
            member.result.items(quantity, prompts: member.prompts) { _ in member.result.task.name }
          }
          guard !items.contains(nil) else { return nil }
          return ArmScores.Row(
            task: group.name, metric: quantity.key, items: items.flatMap { $0 ?? [] })
        }
    }
    let tasks = parts.flatMap { part -> [ArmScores.Row] in
      let name = benchmark.groups.isEmpty ? evaluation : part.result.task.name
      let metrics = part.result.metrics.map { metric in
        ArmScores.Row(
          task: name, metric: metric.key,
          items: part.result.items(metric, prompts: part.prompts, cluster: \.source))
      }
      return metrics
        + ChoiceQuantity.allCases.compactMap { quantity in
          part.result.items(quantity, prompts: part.prompts, cluster: \.source).map {
            ArmScores.Row(task: name, metric: quantity.key, items: $0)
          }
        }
    }
    return groups + tasks
  }

  private static func promptDigest(_ sample: SampleResult) -> Digest {
    SHA256.digest(of: Array(sample.prompt.utf8))
  }
}

extension TaskResult {
  /// The samples' scores on a metric; instructions are clustered by their prompt, other scores by `cluster`.
  fileprivate func items(
    _ metric: MetricResult, prompts: [Digest], cluster: (SampleResult) -> String?
  ) -> [ArmScores.Item] {
    zip(samples, prompts).map { sample, prompt in
      let id = "\(sample.task)/\(sample.documentIndex)"
      let score = sample.scores.first {
        $0.metric == metric.metric && $0.filter == metric.filter
      }
      return ArmScores.Item(
        id: id, prompt: prompt, scores: score?.itemValues ?? [],
        cluster: metric.metric.isPerInstruction ? id : cluster(sample),
        weight: sample.weight(of: metric.metric),
        target: SHA256.digest(of: Array(sample.target.utf8)),
        answers: score.flatMap { ArmScores.Answers(sample, $0) })
    }
  }

  /// The samples' values of a quantity; nil unless all samples have one, as those of choices do.
  fileprivate func items(
    _ quantity: ChoiceQuantity, prompts: [Digest], cluster: (SampleResult) -> String?
  ) -> [ArmScores.Item]? {
    var items: [ArmScores.Item] = []
    for (sample, prompt) in zip(samples, prompts) {
      guard let (value, weight) = quantity.value(of: sample) else { return nil }
      items.append(
        ArmScores.Item(
          id: "\(sample.task)/\(sample.documentIndex)", prompt: prompt, scores: [value],
          cluster: cluster(sample), weight: weight,
          target: SHA256.digest(of: Array(sample.target.utf8))))
    }
    return items
  }
}

extension ArmScores.Answers {
  /// The answers of a sample with their scores; nil unless it says which of them are cut off.
  fileprivate init?(_ sample: SampleResult, _ score: SampleResult.Score) {
    guard case .generation(let generation) = sample.response, !generation.areCutOff.isEmpty,
      !score.metric.isPerInstruction
    else { return nil }
    scores = score.values
    cutOffShare =
      Double(generation.areCutOff.count(where: \.self)) / Double(generation.areCutOff.count)
  }
}
