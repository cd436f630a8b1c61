import Files
package import Manifests
import Scoring

/// What a report shows of records that are judged together: every value is read from evidence, none from another report.
package struct ReportEvidence: Sendable {
  /// The records, in the order in which they were named.
  package let records: [SealedRecord]
  /// What is not as it was sealed or locked, in sentences; then everything below is empty.
  package let tampering: [String]
  /// How the records compare with what they are judged by; nil without expectations.
  package let check: RecordCheck.Outcome?
  /// What each record tells about its run.
  package let accounts: [RunAccount]
  /// The names of the arms, in the order of the records.
  package let arms: [String]
  /// The untouched arm; nil if there is none.
  package let base: String?
  /// Whether all arms were asked the same documents with the same prompts.
  package let sharesDocuments: Bool
  /// What each arm changed against the untouched one.
  package let changes: [ArmChange]
  /// Two arms document by document, for each claim and each headline.
  package let contrasts: [ArmContrast]
  /// Documents that the arms answer differently.
  package let disputes: [DocumentDispute]
  /// What nobody can know from this evidence.
  package let unknowns: [Unknown]

  /// Reads records and judges them.
  ///
  /// - Parameters:
  ///   - names: folders of records, or the beginnings of ids, judged together as ``RecordCheck`` does.
  ///   - artifacts: the folder with the store of records.
  ///   - expectations: what they are judged by; nil for what each run was locked to, which may be nothing.
  /// - Throws: what reading and judging throws.
  package init(_ names: [String], artifacts: String, expectations: ExperimentFile?) throws {
    records = try names.map { try SealedRecord(named: $0, artifacts: artifacts) }
    tampering = try records.flatMap { try $0.tampering() }
    let hasLocked = records.allSatisfy { record in
      record.files.contains { $0.name == RecordFile.expectations }
    }
    check =
      expectations == nil && !hasLocked
      ? nil : try RecordCheck(names, artifacts: artifacts, expectations: expectations).run()
    guard tampering.isEmpty else {
      (accounts, arms, base, sharesDocuments) = ([], [], nil, false)
      (changes, contrasts, disputes) = ([], [], [])
      unknowns = []
      return
    }
    accounts = try records.map { try RunAccount($0) }
    var arms: [String] = []
    for arm in records.flatMap(\.summary.arms) where !arms.contains(arm.name) {
      arms.append(arm.name)
    }
    self.arms = arms
    let untouched = accounts.compactMap(\.manifest).flatMap(\.arms)
      .first { $0.treatment == .untouched && arms.contains($0.name) }
    base = untouched?.name
    let samples = try records.flatMap { try $0.samples() }
    let results = try MeasuredResults(digest: nil, of: records)
    let rows = ReportRow.rows(of: samples)
    sharesDocuments = rows.allSatisfy { row in
      let own = arms.compactMap { try? ArmRow(row.name, arm: $0, in: results) }
      return own.count == arms.count
        && own.dropFirst().allSatisfy { (try? PairedRow(own[0], $0)) != nil }
    }
    changes = ArmChange.changes(rows, arms: arms, base: untouched?.name, in: results)
    let claims = check?.expectations.results.claims ?? []
    let compared =
      accounts.compactMap(\.manifest).first.flatMap(ResultTable.compared)
      ?? (arms.count > 1 ? (minuend: arms[1], subtrahend: arms[0]) : nil)
    contrasts = ArmContrast.contrasts(claims, rows, compared: compared, in: results)
    disputes = DocumentDispute.disputes(samples)
    unknowns = Unknown.all(accounts, check)
  }

  /// What a command that writes the report ends with: 3 for records that are not as they were sealed.
  package var exitCode: Int32 { tampering.isEmpty ? ExitStatus.success : ExitStatus.tampered }
}

/// A row of results that stands for something: a task's or group's headline, or what tells more than it.
package struct ReportRow: Sendable, Equatable {
  /// Task or group, and metric.
  package let name: DocumentedResults.RowName
  /// Whether it is of a part of a group, such as a subject.
  package let isPart: Bool

  /// The rows of samples: of each evaluation the groups and tasks, headline first, then the likelihood of the right answer where
  /// there are choices, and the distance from the base model where there are given texts.
  static func rows(of samples: [ArmSamples]) -> [ReportRow] {
    var rows: [ReportRow] = []
    for part in samples {
      guard let headline = part.results.first?.headline else { continue }
      var metrics = [headline.key]
      if headline.metric.isPerLength {
        metrics.append(MetricResult.key(.divergenceFromBase, .none))
      } else if part.results.first?.samples.first?.response.choices.isEmpty == false {
        metrics.append(ChoiceQuantity.goldNats.key)
      }
      let groups = part.benchmark.groups.reversed().map { (name: $0.name, isPart: false) }
      let tasks =
        groups.isEmpty
        ? [(name: part.evaluation, isPart: false)]
        : part.results.map { (name: $0.task.name, isPart: true) }
      for metric in metrics {
        for (name, isPart) in groups + tasks {
          let row = ReportRow(name: .init(task: name, metric: metric), isPart: isPart)
          if !rows.contains(row) { rows.append(row) }
        }
      }
    }
    return rows
  }
}
