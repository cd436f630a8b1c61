import Evaluation
import Provenance
import Statistics

/// What a manifest's items and seeds could ever detect, row by row, and how many more it would take.
package struct PowerAnalysis: Sendable, Equatable {
  /// A task or group, with the two arms that are compared.
  package struct Row: Sendable, Equatable {
    /// The task's or group's name.
    package let task: String
    /// The metric that stands for it.
    package let metric: String
    /// Documents that every arm is asked.
    package let count: Int
    /// The share of documents that the two arms answer differently.
    package let discordance: Double
    /// Whether that was measured by a run of this manifest; else it is assumed.
    package let isMeasured: Bool
    /// The smallest difference that is significant (exact McNemar, two-sided, 5 %) if every differing document favours
    /// one arm; nil if no split of this many documents ever is.
    package let smallestSignificant: Double?
    /// The difference that is noticed in four of five runs, by the normal approximation.
    package let smallestDetectable: Double
    /// The documented difference of the two arms; nil if none is documented.
    package let documented: Double?
    /// Documents that it takes to notice the documented difference in four of five runs; nil without one, or for none.
    package let requiredCount: Int?
  }

  /// What differing documents are assumed to be where no run has measured it.
  static let assumedDiscordance = 0.10

  /// The replication's name.
  package let name: String
  /// The arm that the difference counts for, and the one that it counts against.
  package let minuend: String
  package let subtrahend: String
  /// Rows in the order of the manifest; groups under their benchmark.
  package let rows: [Row]
  /// The number of trainings of each arm.
  package let seedCount: Int
  /// The record that the discordances come from; nil if they are assumed.
  package let record: String?

  /// Looks at a manifest, what it documents, and the last finished run of it in a folder of artifacts.
  ///
  /// - Throws: ``RunError`` `notFound` without two arms to compare, and what reading throws.
  package init(_ file: ManifestFile, artifacts: String) throws {
    try self.init(
      file.manifest, documented: try file.expectations()?.documented,
      record: try RunStore(artifacts: artifacts).lastRun(of: file.manifest))
  }

  init(_ manifest: Manifest, documented: DocumentedResults?, record: SealedRecord?) throws {
    guard let (minuend, subtrahend) = ResultTable.compared(manifest) else {
      throw RunError(
        .notFound, "\(manifest.name) has no two arms whose scores could be compared.")
    }
    let measured = try record.flatMap {
      ResultTable(manifest: manifest, samples: try $0.samples())
    }
    name = manifest.name
    self.minuend = minuend
    self.subtrahend = subtrahend
    seedCount = manifest.training.seeds.count
    self.record = measured == nil ? nil : record?.id
    rows = manifest.evaluations.flatMap { evaluation in
      Self.parts(of: evaluation).map { part in
        let known = measured?.rows.first { $0.task == part.name && $0.metric == part.metric }
        let difference = documented?.difference(
          minuend, subtrahend, DocumentedResults.RowName(task: part.name, metric: part.metric))
        return Row(
          task: part.name, metric: part.metric, count: part.count, known: known,
          documented: difference)
      }
    }
  }

  /// Half the width of the 95 % band that this many runs predict for one more, in their standard deviations.
  static func bandFactor(seeds: Int) -> Double {
    PredictionInterval.multiplier(count: seeds) ?? .infinity
  }

  /// The rows of an evaluation: groups of a benchmark that has some, or its only task.
  private static func parts(
    of evaluation: Manifest.Evaluation
  ) -> [(name: String, metric: String, count: Int)] {
    let benchmark = evaluation.task.benchmark
    func count(_ tasks: [EvaluationTask]) -> Int {
      tasks.reduce(0) { $0 + min($1.documentCount, evaluation.limit ?? .max) }
    }
    let metric = benchmark.tasks[0].headlineKey
    guard !benchmark.groups.isEmpty else {
      return [(evaluation.name, metric, count(benchmark.tasks))]
    }
    return benchmark.groups.reversed().map { group in
      (
        group.name, metric,
        count(benchmark.tasks.filter { group.taskNames.contains($0.name) })
      )
    }
  }
}

extension PowerAnalysis.Row {
  fileprivate init(
    task: String, metric: String, count: Int, known: ResultTable.Row?, documented: Double?
  ) {
    self.task = task
    self.metric = metric
    self.count = count
    // Of no differing document nothing follows for other documents: less than one in n, that is all.
    let measured = known.map { max(Double($0.differentCount), 1) / Double($0.count) }
    discordance = measured ?? PowerAnalysis.assumedDiscordance
    isMeasured = measured != nil
    self.documented = documented
    smallestSignificant = (1...max(1, min(count, 64))).first { differing in
      BinaryPairs(count: count, firstOnly: differing, secondOnly: 0).map { $0.exactPValue < 0.05 }
        ?? false
    }.map { Double($0) / Double(count) }
    smallestDetectable = Power.minimumDetectableEffect(
      standardError: (discordance / Double(count)).squareRoot())
    requiredCount = documented.flatMap { [discordance] difference in
      difference == 0
        ? nil : Power.requiredCount(difference: abs(difference), discordance: discordance)
    }
  }
}

extension DocumentedResults {
  /// The documented value of an arm minus that of another, as a fraction; nil unless both are documented.
  func difference(_ first: String, _ second: String, _ name: RowName) -> Double? {
    guard
      let cell = cells.first(where: {
        $0.task == name.task && ($0.metric == name.metric || $0.metric + ",none" == name.metric)
      })
    else { return nil }
    func value(_ arm: String) -> Double? {
      cell.values.first { $0.arm == arm }.flatMap { value in
        cell.unit.printed(value.text)?.value
      }
    }
    guard let a = value(first), let b = value(second) else { return nil }
    return a - b
  }
}

extension RunStore {
  /// The last finished run of a manifest, whatever it was expected to give; nil if there is none.
  func lastRun(of manifest: Manifest) throws -> SealedRecord? {
    let declared = try CanonicalJSON.digest(of: manifest.canonical)
    for listing in try list().reversed()
    where listing.status == .sealed && listing.name == manifest.name {
      let record = try SealedRecord(at: path(of: listing.id))
      let source = "\(record.path)/\(RecordFile.manifest)"
      let recorded = try ManifestDecoder.decode(
        try OpenFile.contents(of: source), name: source)
      if try CanonicalJSON.digest(of: recorded.canonical) == declared { return record }
    }
    return nil
  }
}
