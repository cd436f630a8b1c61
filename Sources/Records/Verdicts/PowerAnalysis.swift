import Files
package import Manifests
import Scoring
package import Statistics

/// What a manifest's items and seeds could ever detect, row by row, and how many more it would take.
package struct PowerAnalysis: Sendable, Equatable {
  /// A task or group, with the two arms that are compared.
  package struct Row: Sendable, Equatable {
    /// The task's or group's name.
    package let task: String
    /// The metric.
    package let metric: String
    /// Items that every arm is asked: documents, or instructions; nil if nothing says how many.
    package let count: Int?
    /// Where their number is known from.
    package let countOrigin: CountOrigin
    /// The number of items that the two arms answered differently in a run of this manifest; nil if none has measured it.
    package let differentCount: Int?
    /// The share of items that the two arms are taken to answer differently: the measured one, or an assumed one.
    ///
    /// Where no item differed, nothing follows for others but that fewer than one in n do: then that. Nil for what is no share,
    /// and for several answers, of which all items differ, and the spread tells what can be noticed.
    package let discordance: Double?
    /// The smallest difference that is significant (exact McNemar, two-sided, 5 %) if every differing item favours one arm;
    /// nil if no split of this many items ever is.
    package let smallestSignificant: Double?
    /// The difference that is noticed in four of five runs; nil if not even the largest possible one is.
    package let smallestDetectable: Double?
    /// The difference that would be noticed in four of five runs if the arms differed as two models do in a published table
    /// (``PublishedNoise``), a prior; nil where nothing is published, or for what is no share.
    package let typicallyDetectable: Double?
    /// The documented difference of the two arms; nil if none is documented.
    package let documented: Double?
    /// Items that it takes to notice the documented difference in four of five runs; nil without one, or for none.
    package let requiredCount: Int?
    /// The largest share of differing items with which these items notice the documented difference; nil without one.
    package let largestDiscordance: Double?
    /// The standard deviation between seeds of the arms' difference; nil if no run with several seeds has measured it.
    package let seedDeviation: Double?
    /// Seeds that it takes to notice the documented difference in four of five runs; nil without one, or if it is not known.
    package let requiredSeeds: Int?
    /// What of the difference's error a run found to come of which answers were drawn; nil unless it asked for several.
    package let noise: AnswerNoise?
  }

  /// Where a number of items is known from.
  package enum CountOrigin: String, Sendable {
    /// A finished run of the manifest.
    case record
    /// The manifest's lock.
    case lock
    /// The documented results, whose publication evaluated the same whole benchmark.
    case documented
    /// Assumed: as many as the whole benchmark has, or as the manifest's limit allows.
    case benchmark
  }

  /// What differing items are assumed to be where no run has measured it.
  static let assumedDiscordance = 0.10

  /// The replication's name.
  package let name: String
  /// The arm that the difference counts for, and the one that it counts against.
  package let minuend: String
  package let subtrahend: String
  /// Rows in the order of the manifest; groups under their benchmark, further documented metrics under the task's own.
  package let rows: [Row]
  /// The number of trainings of each arm.
  package let seedCount: Int
  /// The record that measured numbers come from; nil if there is none.
  package let record: String?

  /// Looks at a manifest, what it documents, its lock, and the last finished run of it in a folder of artifacts.
  ///
  /// - Throws: ``RunError`` `notFound` without two arms to compare, and what reading throws.
  package init(_ file: ManifestFile, artifacts: String) throws {
    let record = try RunStore(artifacts: artifacts).lastRun(of: file.manifest)
    try self.init(
      file.manifest, documented: try file.expectations()?.documented,
      lock: try ManifestLock.read(of: file), recordID: record?.id,
      results: try record.map { MeasuredResults(digest: nil, samples: try $0.samples()) })
  }

  init(
    _ manifest: Manifest, documented: DocumentedResults?, lock: ManifestLock? = nil,
    recordID: String? = nil, results: MeasuredResults? = nil
  ) throws {
    guard let (minuend, subtrahend) = ResultTable.compared(manifest) else {
      throw RunError(
        .notFound, "\(manifest.name) has no two arms whose scores could be compared.")
    }
    name = manifest.name
    self.minuend = minuend
    self.subtrahend = subtrahend
    seedCount = manifest.training.seeds.count
    record = results == nil ? nil : recordID
    rows = manifest.evaluations.flatMap { evaluation -> [Row] in
      let locked = lock?.items.first { $0.evaluation == evaluation.name }?.count
      let own = PowerRow.all(of: evaluation, documented: documented, lockedCount: locked)
      return own.flatMap { row -> [Row] in
        let isHeadline = own.first { $0.name.task == row.name.task }?.name == row.name
        let likelihood = DocumentedResults.RowName(
          task: row.name.task, metric: ChoiceQuantity.goldNats.rawValue)
        let isNew = isHeadline && !own.contains { $0.name == likelihood }
        let rows = [row] + (isNew ? [PowerRow(likelihood, like: row)] : [])
        return rows.compactMap { row -> Row? in
          let measured = results.flatMap(MeasuredDifference.read(row.name, minuend, subtrahend))
          // Likelihoods that nobody has documented are told of once they are measured.
          guard row.name != likelihood || !isNew || measured != nil else { return nil }
          return Row(
            row, measured: measured,
            documented: documented?.difference(minuend, subtrahend, row.name))
        }
      }
    }
  }

  /// Half the width of the 95 % band that this many runs predict for one more, in their standard deviations.
  package static func bandFactor(seeds: Int) -> Double {
    PredictionInterval.multiplier(count: seeds) ?? .infinity
  }
}

extension PowerAnalysis.Row {
  fileprivate init(_ row: PowerRow, measured: MeasuredDifference?, documented: Double?) {
    let count = measured?.count ?? row.count
    task = row.name.task
    metric = row.name.metric
    self.count = count
    countOrigin = measured == nil ? row.origin : .record
    differentCount = measured?.differentCount
    self.documented = documented
    let target = documented.flatMap { $0 == 0 ? nil : abs($0) }
    seedDeviation = measured?.seedDeviation
    requiredSeeds = target.flatMap { target in
      measured?.seedDeviation.flatMap {
        Power.requiredSeeds(difference: target, standardDeviation: $0)
      }
    }
    noise = measured?.noise
    // Shares of several answers differ on nearly all items, as what is no share does: the spread tells.
    guard let count, row.answerCount == 1, Quantity(metric: row.name.metric).unit == .share else {
      let noticed = measured?.standardError.map {
        Power.minimumDetectableEffect(standardError: $0)
      }
      discordance = nil
      smallestSignificant = nil
      smallestDetectable = noticed
      typicallyDetectable = nil
      requiredCount = target.flatMap { target in
        noticed.flatMap { noticed in
          let items = (Double(measured?.count ?? 0) * (noticed / target) * (noticed / target))
            .rounded(.up)
          return items < 1e15 ? Int(items) : nil
        }
      }
      largestDiscordance = nil
      return
    }
    let discordance =
      measured?.differentCount.map { max(Double($0), 1) / Double(count) }
      ?? PowerAnalysis.assumedDiscordance
    self.discordance = discordance
    smallestSignificant = (1...max(1, min(count, 64))).first { differing in
      BinaryPairs(count: count, firstOnly: differing, secondOnly: 0).map { $0.exactPValue < 0.05 }
        ?? false
    }.map { Double($0) / Double(count) }
    smallestDetectable = Power.smallestDifference(discordance: discordance, count: count)
    typicallyDetectable = PublishedNoise.ofTask(row.name.task).map {
      Power.minimumDetectableEffect(standardError: $0.standardError(documents: count))
    }
    requiredCount = target.flatMap {
      Power.requiredCount(difference: $0, discordance: discordance)
    }
    largestDiscordance = target.map { Power.largestDiscordance(difference: $0, count: count) }
  }
}

extension DocumentedResults {
  /// The documented value of an arm minus that of another, as a fraction; nil unless both are documented.
  func difference(_ first: String, _ second: String, _ name: RowName) -> Double? {
    let difference = cells.first { cell in
      cell.minus == second && cell.isNamed(name) && cell.value(of: first) != nil
    }
    if let difference {
      return difference.value(of: first).flatMap { difference.unit.printed($0.text)?.value }
    }
    guard let cell = valueCells.first(where: { $0.isNamed(name) }) else { return nil }
    func value(_ arm: String) -> Double? {
      cell.value(of: arm).flatMap { cell.unit.printed($0.text)?.value }
    }
    guard let a = value(first), let b = value(second) else { return nil }
    return a - b
  }
}

extension DocumentedResults.Cell {
  /// Whether a name of results means this row, whose filter of `none` need not be written.
  func isNamed(_ name: DocumentedResults.RowName) -> Bool {
    task == name.task && (metric == name.metric || metric + ",none" == name.metric)
  }
}

extension RunStore {
  /// The last finished run of a manifest, whatever it was expected to give; nil if there is none.
  func lastRun(of manifest: Manifest) throws -> SealedRecord? {
    let declared = try CanonicalJSON.digest(of: manifest.canonical)
    for listing in try list().reversed()
    where listing.status == .sealed && listing.name == manifest.name {
      let record = try SealedRecord(at: place(of: listing.id))
      let source = "\(record.path)/\(RecordFile.manifest)"
      let recorded = try ManifestDecoder.decode(
        try record.contents(of: RecordFile.manifest), name: source)
      if try CanonicalJSON.digest(of: recorded.canonical) == declared { return record }
    }
    return nil
  }
}
