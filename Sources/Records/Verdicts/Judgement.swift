import Files
package import Manifests
import Statistics

/// What a run says about documented results: the one value that printed verdict, JSON and exit code derive from.
package struct Judgement: Sendable, Equatable {
  /// Name of the documented results.
  package let name: String
  /// One line about them.
  package let title: String
  /// Sentences about what was locked and has changed since; empty if nothing has.
  package let tampering: [String]
  /// What has to be known beside the verdicts, in sentences; empty if nothing has.
  package let notices: [String]
  /// Whether a run that nobody can tell from its documentation ends with exit code 0.
  package var allowsInconclusive: Bool
  /// Everything that is documented, results first, then cells, then claims.
  package let verdicts: [Verdict]
  /// Whether results were imported, so that nothing here says how they were computed.
  package let hasImports: Bool
  /// Names of the tasks and groups that are judged by scores as they were recorded, not computed anew from responses.
  package let recordedTasks: [String]

  /// Compares results with documented ones.
  ///
  /// - Parameters:
  ///   - documented: what is documented; values without a band are not judged.
  ///   - results: the scores of the run.
  ///   - tampering: sentences about what was locked and has changed since.
  ///   - notices: sentences about what has to be known beside the verdicts.
  ///   - hasImports: whether results were imported.
  ///   - allowsInconclusive: whether exit code 4 becomes 0.
  package init(
    documented: DocumentedResults, results: MeasuredResults, tampering: [String] = [],
    notices: [String] = [], hasImports: Bool = false, allowsInconclusive: Bool = false
  ) {
    let verdicts =
      Self.digestVerdict(documented, results) + Self.cells(documented, results)
      + Self.claims(documented, results)
    let judged = Set(verdicts.flatMap(\.findings).compactMap(\.row?.task))
    self.init(
      name: documented.name, title: documented.title, verdicts: verdicts, tampering: tampering,
      notices: notices, hasImports: hasImports,
      recordedTasks: results.recordedTasks.filter(judged.contains),
      allowsInconclusive: allowsInconclusive)
  }

  init(
    name: String, title: String, verdicts: [Verdict], tampering: [String],
    notices: [String] = [], hasImports: Bool = false, recordedTasks: [String] = [],
    allowsInconclusive: Bool
  ) {
    self.name = name
    self.title = title
    self.verdicts = verdicts
    self.tampering = tampering
    self.notices = notices
    self.hasImports = hasImports
    self.recordedTasks = recordedTasks
    self.allowsInconclusive = allowsInconclusive
  }

  /// The verdict on the run: tampered, or the worst of the required ones.
  ///
  /// Invalid if nothing was evaluated, or if nothing that was evaluated is required: an empty comparison is no success.
  package var status: Verdict.Status {
    guard tampering.isEmpty else { return .tampered }
    guard isEvaluated, let worst = required.map(\.status).max() else { return .invalid }
    return worst
  }

  /// The exit code of a command that ends with this judgement.
  package var exitCode: Int32 {
    switch status {
    case .reproduced, .consistent: ExitStatus.success
    case .inconclusive, .untestable:
      allowsInconclusive ? ExitStatus.success : ExitStatus.undecided
    case .skipped: ExitStatus.incomplete
    case .diverged: ExitStatus.different
    case .invalid, .tampered: ExitStatus.tampered
    }
  }

  /// The verdicts that decide.
  package var required: [Verdict] { verdicts.filter(\.isRequired) }

  /// Whether anything was compared at all.
  package var isEvaluated: Bool { verdicts.contains(where: \.isEvaluated) }

  /// Which scores were not computed anew, as a sentence; nil if all were.
  package var recordedNotice: String? {
    recordedTasks.isEmpty
      ? nil
      : "The scores of \(English.list(recordedTasks)) were taken as recorded and not computed anew: this program has no such tasks."
  }

  /// Why the run comes out as it does, in one sentence.
  package var why: String {
    guard let first = tampering.first else { return Self.reason(self) }
    let others = tampering.count > 1 ? " (and \(tampering.count - 1) more)" : ""
    return first + others
  }

  private static func reason(_ judgement: Judgement) -> String {
    let required = judgement.required
    guard judgement.isEvaluated else {
      return "Nothing was evaluated, so there is nothing that could have failed."
    }
    guard !required.isEmpty else { return "Nothing of what was evaluated is required." }
    let worst = required.filter { $0.status == judgement.status }
    guard judgement.status > .consistent, let first = worst.first else {
      return
        required.count == 1
        ? "The one required verdict agrees." : "All \(required.count) required verdicts agree."
    }
    return
      "\(worst.count) of \(required.count) required verdicts; the first is \(first.id): \(first.why)"
  }
}

// MARK: - Parts

extension Judgement {
  /// The verdicts on documented values that have a band.
  private static func cells(
    _ documented: DocumentedResults, _ results: MeasuredResults
  ) -> [Verdict] {
    let rows = Dictionary(
      DecodedTable.rows(of: documented).map { ($0.cell.id, $0) },
      uniquingKeysWith: { first, _ in first })
    let required = documented.cells.filter(\.isRequired).map(\.task)
    return documented.cells.flatMap { cell in
      let row = cell.minus == nil ? rows[cell.id] : nil
      return cell.values.compactMap { value in
        value.band.map { band in
          CellCheck(
            cell: cell, value: value, band: band, counts: row?.value(of: value.arm)?.countsOfRun,
            source: documented.sources.first { $0.name == cell.source }
          ).verdict(results).counting(asPartOf: required, documented)
        }
      }
    }
  }

  /// The verdict on the digest of all results, if one is documented.
  private static func digestVerdict(
    _ documented: DocumentedResults, _ results: MeasuredResults
  ) -> [Verdict] {
    guard let expected = documented.resultsDigest else { return [] }
    var finding: Finding
    if let digest = results.digest {
      finding =
        digest == expected
        ? Finding(status: .reproduced, why: "The results are the documented ones to the bit.")
        : Finding(
          status: .diverged,
          why: "The results have the digest \(digest); \(expected) is documented.")
    } else {
      finding = Finding(status: .skipped, why: "These results have no digest.")
    }
    finding.expected = expected.hex
    return [
      Verdict(
        subject: .results, id: "results", title: "digest of all results", isRequired: true,
        first: finding)
    ]
  }

  /// The verdicts on claims, tests corrected by Holm's method.
  ///
  /// A required claim is one test however many rows it has, since all of them have to hold; what refutes it is one test a row,
  /// since any row does. Claims that are not required are corrected for all, so that they do not cost the required ones
  /// anything.
  private static func claims(
    _ documented: DocumentedResults, _ results: MeasuredResults
  ) -> [Verdict] {
    let claims = documented.claims.map { claim in
      (claim: claim, parts: ClaimCheck(claim: claim, documented: documented).parts(results))
    }
    let tests = claims.map { $0.parts.compactMap(\.test) }
    let required = claims.map { $0.claim.isRequired }
    let favourable = tests.map { $0.map(\.favourable) }
    let shown = Self.corrected(favourable, required) { Holm.adjusted(families: $0) }
    let unfavourable = tests.map { $0.map(\.unfavourable) }
    let refuted = Self.corrected(unfavourable, required) { families in
      let adjusted = Holm.adjusted(families.flatMap(\.self))
      var start = 0
      return families.map { family in
        defer { start += family.count }
        return Array(adjusted[start..<start + family.count])
      }
    }
    let open = zip(tests, required).filter { !$0.0.isEmpty }
    let findings = claims.indices.map { index -> [Finding] in
      let count = required[index] ? open.count { $0.1 } : open.count
      var results = zip(tests[index], zip(shown[index], refuted[index])).map { test, p in
        test.finding(
          CorrectedPValues(favourable: p.0, unfavourable: p.1, claimCount: max(1, count)))
      }[...]
      return claims[index].parts.compactMap { $0.finding ?? results.popFirst() }
    }
    return zip(claims, findings).compactMap { entry, findings in
      findings.first.map { first in
        Verdict(
          subject: .claim, id: entry.claim.id, title: entry.claim.statement,
          isRequired: entry.claim.isRequired, first: first, others: Array(findings.dropFirst()))
      }
    }
  }

  /// P values corrected among those of required claims, and those of the other claims among all.
  private static func corrected(
    _ pValues: [[Double]], _ required: [Bool], _ correct: ([[Double]]) -> [[Double]]
  ) -> [[Double]] {
    let all = correct(pValues)
    let own = correct(zip(pValues, required).map { $1 ? $0 : [] })
    return zip(required, zip(all, own)).map { $0 ? $1.1 : $1.0 }
  }
}

extension ClaimCheck.Part {
  /// The test that is still open; nil if the row is settled.
  fileprivate var test: (any RowTest)? {
    if case .open(let test) = self { test } else { nil }
  }

  /// What was found; nil if a test is still open.
  fileprivate var finding: Finding? {
    if case .settled(let finding) = self { finding } else { nil }
  }
}
