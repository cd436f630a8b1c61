import Files
import Manifests
import Records

extension Article {
  var results: PaperDocument.Section {
    let report = RunReport(evidence)
    return PaperDocument.Section("Results") {
      if let scores, !scores.rows.isEmpty {
        Block.paragraph {
          "\(see: .scores) has what every arm scores\(seedCount > 1 ? ", as the mean over its seeds" : "")."
          "The last columns are the paired difference of the two arms that are compared, document by document, and its standard error over documents."
        }
        Block.table(
          table(scores), .scores, caption: "Scores of all arms, and the difference of two of them.")
      }
      if !claims.isEmpty { claimBlocks(report) }
      if let table = seedTable {
        "The means hide how far single trainings lie apart; \(see: .seeds) has each of them."
        Block.table(
          table, .seeds, caption: "What the claims are about, for each seed.")
      }
      cellBlocks(report)
      pictures(report)
      tokenBlocks
    }
  }

  private func table(_ scores: ResultTable) -> ReportDocument.Table {
    ReportDocument.Table(
      caption: "Scores",
      header: ["task", "metric", "n"] + scores.arms
        + ["\(scores.minuend) − \(scores.subtrahend)", "± SE"],
      rows: scores.rows.map { row in
        let name = DocumentedResults.RowName(task: row.task, metric: row.metric)
        return [.init(row.task), .init(name.plainMetric), .init("\(row.count)")]
          + row.values.map { .init(Decimals.fixed($0, 4)) }
          + [
            .init(Decimals.signed(row.difference, 4)),
            .init(row.standardError.map { Decimals.fixed($0, 4) } ?? "–"),
          ]
      }, numeric: Set(2..<5 + scores.arms.count))
  }

  // MARK: - Claims

  @Blocks private func claimBlocks(_ report: RunReport) -> [Block] {
    Block.heading("Claims")
    for claim in claims {
      "\(claim.statement): \(claim.findings) The verdict is \(strong: claim.status)."
    }
    Block.table(
      claimTable, .claims,
      caption:
        "Claims, what was found, and what it is held against. The p values are corrected by Holm’s method."
    )
    let charts = claims.flatMap { claim in
      claim.verdict.findings.compactMap { report.strip($0, verdict: claim.index) }
    }
    if !charts.isEmpty {
      Block.figure(
        charts.map(\.chart), .claimPlots,
        caption:
          "What was found for each claim. The diamond is the value, its line the interval; small lines are single seeds, dashed lines what it is held against."
      )
    }
    if !(learning + conclusion).isEmpty {
      PaperText(learning + conclusion, separator: " ")
    }
  }

  private var claimTable: ReportDocument.Table {
    ReportDocument.Table(
      caption: "Claims",
      header: ["claim", "on", "found", "interval", "p", "held against", "verdict"],
      rows: claims.flatMap { claim in
        claim.verdict.findings.enumerated().map { row, finding -> [ReportDocument.Cell] in
          let interval = claim.interval(row).map { "\($0.lower.text) to \($0.upper.text)" }
          return [
            .init(claim.verdict.id),
            .init(finding.row.map { "\($0)" } ?? "–"),
            .init(finding.observed == nil ? "–" : claim.estimate(row).text),
            .init(interval ?? "–"),
            .init(finding.test.map { Self.p($0.adjustedPValue) } ?? "–"),
            .init(claim.criterion), .init(finding.status.rawValue, .status),
          ]
        }
      })
  }

  private static func p(_ value: Double) -> String {
    let text = JudgedClaim.p(value)
    return text.hasPrefix("= ") ? String(text.dropFirst(2)) : text
  }

  /// Whether arms that are compared have learned the same.
  @Sentences private var learning: [PaperText] {
    for claim in claims {
      if case .equivalent(let first, let second, _, _) = claim.claim.test {
        switch claim.verdict.status {
        case .consistent:
          "The arms \(arm(first)) and \(arm(second)) learn the same within the margin, so that what they cost otherwise is not the price of learning less."
        case .diverged:
          "The arms \(arm(first)) and \(arm(second)) do not learn the same: a comparison at the same step compares methods that have learned different amounts."
        default: []
        }
      }
    }
  }

  /// What arms cost that have learned the same.
  @Sentences var conclusion: [PaperText] {
    for claim in claims {
      if case .frontier(let first, let others, _, _, _) = claim.claim.test {
        let controls = PaperText.list(others.map(arm))
        switch claim.verdict.status {
        case .consistent:
          "At equal learning \(arm(first)) costs less than \(controls) would: what it spares is not merely what is not learned."
        case .diverged:
          if hasSmallerSteps(others) {
            "At equal learning \(arm(first)) costs more than \(controls), among which is the same loss with smaller steps: in this experiment \(term: "a smaller step does what the loss is said to do, and does it better")."
          } else {
            "At equal learning \(arm(first)) costs more than \(controls)."
          }
        case .inconclusive:
          "Whether \(arm(first)) costs less than \(controls) at equal learning, this run does not tell."
        default: []
        }
      }
    }
  }

  /// Whether an arm among these has a smaller learning rate than the others.
  private func hasSmallerSteps(_ arms: [String]) -> Bool {
    guard let shared = canonical?["training"]?["learning_rate"]?.doubleValue else { return false }
    return arms.contains { name in
      (canonical?["arms"]?[name]?["learning_rate"]?.doubleValue).map { $0 < shared } ?? false
    }
  }

  /// The values of each seed in the rows that claims are about; nil unless there are several.
  private var seedTable: ReportDocument.Table? {
    let trained = record.summary.arms.filter { $0.seed != nil }
    let seeds = trained.compactMap(\.seed).reduce(into: [Int]()) { known, seed in
      if !known.contains(seed) { known.append(seed) }
    }
    var rows: [DocumentedResults.RowName] = []
    for row in claims.flatMap(\.verdict.findings).compactMap(\.row)
      + claims.flatMap(\.gainRows)
    where !rows.contains(row) { rows.append(row) }
    guard seeds.count > 1, !rows.isEmpty, rows.count <= 3 else { return nil }
    return ReportDocument.Table(
      caption: "Seeds", header: ["quantity", "arm"] + seeds.map(String.init),
      rows: rows.flatMap { row in
        trainedArms.map { arm in
          [.init(row.plainMetric), .init(arm)]
            + seeds.map { seed in
              let own = trained.first { $0.name == arm && $0.seed == seed }
              let metric = own?.metrics.first {
                $0.task == row.task
                  && DocumentedResults.RowName(task: $0.task, metric: $0.name).plainMetric
                    == row.plainMetric
              }
              return .init(metric.map { Decimals.fixed($0.value, 3) } ?? "–")
            }
        }
      }, numeric: Set(2..<2 + seeds.count))
  }

  // MARK: - Documented values

  @Blocks private func cellBlocks(_ report: RunReport) -> [Block] {
    let cells = report.cells
    if !cells.isEmpty {
      Block.heading("Documented values")
      Block.paragraph {
        let total = count(cells.count, "cells", at: "judgement/verdicts")
        let inside = cells.count { $0.verdict.status <= .consistent }
        let outside = cells.filter { $0.verdict.status == .diverged }
        let agreeing = count(inside, "cells.agreeing", at: "judgement/verdicts")
        if inside == cells.count {
          "All \(total) documented values are met (\(see: .cells), \(see: .cellPlot))."
        } else {
          "Of \(total) documented values \(agreeing) are met (\(see: .cells), \(see: .cellPlot))."
        }
        if !outside.isEmpty {
          "Outside of their bands lie \(PaperText.list(outside.map { fact($0.verdict.id, "cell", $0.verdict.id, "name", at: "judgement/verdicts/\($0.index)/id") }))."
        }
        for cell in cells where cell.verdict.status > .diverged {
          "\(fact(cell.verdict.why, "cell", cell.verdict.id, "why", at: "judgement/verdicts/\(cell.index)/why"))"
        }
      }
      Block.table(
        report.table(cells), .cells, caption: "Documented values and ours.",
        isLong: cells.count > 30)
      Block.figure(
        [report.forest(cells.map(\.verdict)).chart], .cellPlot,
        caption:
          "Each value against its band, in tolerances: the middle of the band is the documented value, its limits belong to it."
      )
    }
  }

  // MARK: - Pictures

  @Blocks private func pictures(_ report: RunReport) -> [Block] {
    let changes = Array(report.changes.blocks.flatMap(\.charts).prefix(3))
    let differences = Array(report.contrasts.blocks.flatMap(\.charts).prefix(3))
    let curves = report.training.blocks.flatMap(\.charts)
    if !changes.isEmpty || !differences.isEmpty || !curves.isEmpty {
      Block.heading("Where the difference lies")
      Block.paragraph {
        if !changes.isEmpty {
          "\(see: .changePlots) has what training changed against the untouched model."
        }
        if !differences.isEmpty {
          "\(see: .differencePlots) compares two arms document by document: a mean that rests on few documents would show there."
        }
        if !curves.isEmpty { "\(see: .curves) has the trainings step by step." }
      }
    }
    if !changes.isEmpty {
      Block.figure(
        changes, .changePlots,
        caption:
          "What training changed against the untouched model, with intervals at the usual level.")
    }
    if !differences.isEmpty {
      Block.figure(
        differences, .differencePlots,
        caption:
          "Two arms document by document. A dot is a document, the diamond the mean with its interval; small lines are the means of seeds."
      )
    }
    if !curves.isEmpty {
      Block.figure(
        curves, .curves,
        caption: "The trainings, one line for each arm and seed, over steps of the optimizer.")
    }
  }

  // MARK: - Tokens

  /// Where the loss is: the tokens by what the untouched model makes of them, if the manifest has them looked at.
  @Blocks private var tokenBlocks: [Block] {
    if let table = tokenTable {
      Block.heading("Where the loss is")
      "\(see: .tokens) divides the tokens that are learned by the untouched model’s entropy and by the probability that it gives them. Those with both low are the confident conflicts of the method \(cite: .eaft). The shares are those of each arm’s own loss, and of the norms of its gradient at the logits, before training."
      Block.table(
        table, .tokens,
        caption: "Shares of loss and gradient by what the untouched model is sure of.")
    }
  }

  private var tokenTable: ReportDocument.Table? {
    let inspected = trainedArms.compactMap { name in
      record.summary.arms.first { $0.name == name && $0.inspection?.tokens != nil }
    }
    guard let first = inspected.first?.inspection?.tokens else { return nil }
    func share(_ part: Double, _ whole: Double) -> ReportDocument.Cell {
      .init(whole > 0 ? "\(Decimals.fixed(100 * part / whole, 1)) %" : "–")
    }
    let total = first.groups.reduce(0) { $0 + $1.count }
    return ReportDocument.Table(
      caption: "Tokens",
      header: ["entropy", "probability", "tokens"]
        + inspected.flatMap { ["loss, \($0.name)", "gradient, \($0.name)"] },
      rows: first.groups.indices.map { place in
        let group = first.groups[place]
        return [
          .init(group.isEntropyLow ? "low" : "other"),
          .init(group.isProbabilityLow ? "low" : "other"),
          share(Double(group.count), Double(total)),
        ]
          + inspected.flatMap { arm -> [ReportDocument.Cell] in
            let groups = arm.inspection?.tokens?.groups ?? []
            guard groups.indices.contains(place) else { return ["–", "–"] }
            return [
              share(groups[place].before.loss, groups.reduce(0) { $0 + $1.before.loss }),
              share(
                groups[place].before.gradientNorm,
                groups.reduce(0) { $0 + $1.before.gradientNorm }),
            ]
          }
      }, numeric: Set(2..<3 + 2 * inspected.count))
  }
}

extension Article.JudgedClaim {
  /// The row that says how much was learned, of a claim that compares arms that have learned as much.
  fileprivate var gainRows: [DocumentedResults.RowName] {
    if case .frontier(_, _, _, let gain, _) = claim.test { [gain] } else { [] }
  }
}

extension ReportDocument.Block {
  /// The charts of a figure that is shown at once.
  fileprivate var charts: [Chart] {
    switch self {
    case .figure(let chart, _): [chart]
    case .figures(let charts, _): charts
    case .paragraph, .list, .table, .commands, .quotation, .item, .details, .entries: []
    }
  }
}
