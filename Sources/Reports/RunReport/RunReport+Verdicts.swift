import Files
import Manifests
import Records
import Scoring

extension RunReport {
  private var verdicts: [(index: Int, verdict: Verdict)] {
    (evidence.check?.judgement.verdicts ?? []).enumerated().map { ($0.offset, $0.element) }
  }

  // MARK: - Cells

  /// The verdicts on documented values, with their places among all verdicts.
  var cells: [(index: Int, verdict: Verdict)] { verdicts.filter { $0.verdict.subject == .cell } }

  /// Documented values against ours.
  var documented: ReportDocument.Section {
    guard !cells.isEmpty else {
      return .init(id: "documented", title: "Documented against ours", blocks: [])
    }
    var blocks: [ReportDocument.Block] = [
      .figure(
        forest(cells.map(\.verdict)).chart,
        caption:
          "Each value against what is documented of it, in units of its tolerance: 0 is the middle of the band, −1 and 1 are its limits, which belong to it. The line is what other items of the same kind would give at 95 %, where that is known."
      ),
      .table(table(cells)),
    ]
    let notes = cells.filter { $0.verdict.status > .consistent }.map {
      "\($0.verdict.id): \($0.verdict.why)"
    }
    if !notes.isEmpty { blocks.append(.list(notes)) }
    return .init(id: "documented", title: "Documented against ours", blocks: blocks)
  }

  /// Values in their bands.
  func forest(_ cells: [Verdict]) -> DotChart {
    let rows = cells.map { verdict -> DotChart.Row in
      let finding = verdict.decisive
      let (row, arm) = VerdictText.names(verdict)
      var dots: [DotChart.Dot] = []
      if let limits = finding.limits, let observed = finding.observed, limits.halfWidth > 0 {
        func scaled(_ value: Double) -> Double { (value - limits.center) / limits.halfWidth }
        dots.append(
          DotChart.Dot(
            series: series(arm), value: scaled(observed),
            interval: finding.onOtherItems.map { share in
              scaled(share.interval.lower)...scaled(share.interval.upper)
            }))
      }
      return DotChart.Row(
        label: "\(row) \(arm)", note: verdict.status.rawValue, band: dots.isEmpty ? nil : -1...1,
        dots: dots)
    }
    return DotChart(
      title: "Values against their bands",
      axis: "distance from the documented value, in tolerances",
      rows: rows, series: legend(arms(of: cells)), window: -3...3)
  }

  private func arms(of cells: [Verdict]) -> [String] {
    let named = cells.map { VerdictText.names($0).arm }
    return evidence.arms.filter(named.contains)
  }

  /// Values, what is documented of them, and the verdicts.
  func table(_ cells: [(index: Int, verdict: Verdict)]) -> ReportDocument.Table {
    ReportDocument.Table(
      caption: "Documented values and ours",
      header: ["row", "arm", "documented", "band", "ours", "n", "verdict"],
      rows: cells.map { index, verdict in
        let finding = verdict.decisive
        let (row, arm) = VerdictText.names(verdict)
        return [
          .init(row), .init(arm), .init(finding.expected ?? "–"), .init(VerdictText.range(finding)),
          number(finding.observed, of: index, 0), .init(finding.count.map(String.init) ?? "–"),
          .init(verdict.status.rawValue, .status),
        ]
      }, numeric: [2, 4, 5])
  }

  private func number(_ value: Double?, of verdict: Int, _ finding: Int) -> ReportDocument.Cell {
    guard let value else { return "–" }
    return .init(
      value, digits: 6, at: "judgement/verdicts/\(verdict)/findings/\(finding)/observed")
  }

  // MARK: - Claims

  /// What is claimed, with the evidence and what would have decided.
  var claims: ReportDocument.Section {
    let others = verdicts.filter { $0.verdict.subject != .cell }
    return .init(
      id: "claims", title: "Claims",
      blocks: others.map { index, verdict in
        .item(
          title: verdict.title + (verdict.isRequired ? "" : " (not required)"),
          status: verdict.status.rawValue,
          verdict.findings.enumerated().flatMap { place, finding in
            evidence(of: finding, verdict: index, place)
          })
      })
  }

  private func evidence(
    of finding: Finding, verdict: Int, _ place: Int
  ) -> [ReportDocument.Block] {
    var blocks: [ReportDocument.Block] = [.paragraph(finding.why)]
    guard let test = finding.test else { return blocks }
    if let chart = strip(finding, verdict: verdict) {
      blocks.append(
        .figure(
          chart.chart,
          caption:
            "The diamond is what was found, its line the interval\(isOfSeeds(verdict) ? ", small lines are single seeds" : ""); dashed lines are what it is held against."
        ))
    }
    func row(_ name: String, _ cell: ReportDocument.Cell) -> [ReportDocument.Cell] {
      [.init(name), cell]
    }
    let pointer = "judgement/verdicts/\(verdict)/findings/\(place)/test"
    var rows = [
      row("found", number(finding.observed, of: verdict, place)), row("test", .init(test.name)),
      row("p", .init(test.pValue, digits: 6, at: "\(pointer)/p")),
      row(
        "p, corrected by Holm's method",
        .init(test.adjustedPValue, digits: 6, at: "\(pointer)/p_adjusted")),
    ]
    if let interval = test.interval {
      rows += [
        row(
          "interval at \(Decimals.fixed(100 * interval.level, 0)) %, from",
          .init(interval.lower, digits: 6, at: "\(pointer)/interval/lower")),
        row("to", .init(interval.upper, digits: 6, at: "\(pointer)/interval/upper")),
      ]
    }
    if let count = finding.count { rows.append(row("scores", .init("\(count)"))) }
    if let smallest = finding.smallestDetectable {
      rows.append(
        row(
          "smallest difference found four times in five",
          .init(
            smallest, digits: 6,
            at: "judgement/verdicts/\(verdict)/findings/\(place)/smallest_detectable_effect")))
    }
    blocks.append(
      .details(
        summary: "Numbers",
        [
          .table(
            .init(
              caption: "Evidence on \(finding.row.map { "\($0)" } ?? "the claim")",
              header: ["quantity", "value"], rows: rows, numeric: [1]))
        ]))
    if finding.status > .consistent, finding.status < .diverged {
      blocks.append(.paragraph("What would decide it: \(remedy(finding))"))
    }
    return blocks
  }

  private func remedy(_ finding: Finding) -> String {
    evidence.unknowns.first { $0.sentence == finding.why }?.remedy
      ?? "nothing that this program knows."
  }

  private func isOfSeeds(_ verdict: Int) -> Bool {
    claim(verdict).map { references($0.test).isOfSeeds } ?? false
  }

  /// What was found for a claim in a row, with what it is held against; nil without an interval.
  func strip(_ finding: Finding, verdict: Int) -> DotChart? {
    guard let observed = finding.observed, let interval = finding.test?.interval,
      let claim = claim(verdict)
    else { return nil }
    let (references, isOfSeeds) = references(claim.test)
    let seeds = isOfSeeds ? finding.values : []
    return DotChart(
      title: "\(claim.statement) \(finding.status.rawValue)", axis: axis(claim.test, finding),
      rows: [
        .init(
          label: finding.row.map { "\($0)" } ?? claim.id,
          note: Decimals.fixed(observed, 4),
          dots: [.init(series: 2, value: observed, interval: interval.range)], parts: seeds)
      ], references: references)
  }

  private func claim(_ verdict: Int) -> DocumentedResults.Claim? {
    let id = evidence.check?.judgement.verdicts[verdict].id
    return evidence.check?.expectations.results.claims.first { $0.id == id }
  }

  private func axis(_ test: DocumentedResults.Test, _ finding: Finding) -> String {
    let unit = finding.row.map { DocumentedResults.Unit(.init(metric: $0.metric)).rawValue } ?? ""
    return switch test {
    case .better(let first, let second, _, _), .worse(let first, let second, _, _),
      .notBetter(let first, let second, _, _), .equivalent(let first, let second, _, _),
      .retained(let first, let second, _, _):
      "\(first) minus \(second), \(unit)"
    case .ratio(let first, let second, _, _): "\(first) divided by \(second)"
    case .frontier(let arm, let others, _, let gain, _):
      "\(arm) minus \(English.list(others)) at equal \(gain.task), \(unit)"
    case .noneCorrect, .untestable: unit
    }
  }

  /// What a claim is held against, and whether its values are those of seeds.
  private func references(
    _ test: DocumentedResults.Test
  ) -> (references: [DotChart.Reference], isOfSeeds: Bool) {
    let none = DotChart.Reference(value: 0, name: "0")
    func limit(_ value: Double) -> DotChart.Reference {
      .init(value: value, name: Decimals.fixed(value, 2))
    }
    return switch test {
    case .better(_, _, let least, _), .worse(_, _, let least, _):
      ([none] + (least.map { [limit($0)] } ?? []), false)
    case .notBetter(_, _, _, let margin): ([none, limit(margin)], false)
    case .equivalent(_, _, _, let margin): ([limit(-margin), none, limit(margin)], false)
    case .retained: ([none], false)
    case .ratio(_, _, let below, _):
      ((below == 1 ? [] : [limit(below)]) + [.init(value: 1, name: "1")], true)
    case .frontier(_, _, _, _, let least): ([limit(least)], true)
    case .noneCorrect, .untestable: ([], false)
    }
  }
}
