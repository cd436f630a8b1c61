import Files
import Manifests
import Statistics

extension Article {
  /// What a published table says by itself, before anything is run.
  var audit: PaperDocument.Section {
    PaperDocument.Section("The published table") {
      if let published {
        Block.paragraph {
          "The published results behind this replication are the table \(published.title). Such a table can be audited without running anything \(cite: .grim): a share of right answers that was printed with so many decimals stands for few whole numbers of right answers, often for one, and for some sizes for none."
          if published.comparison == nil {
            "\(see: .published) has the counts behind its values."
          } else {
            "\(see: .published) has the counts behind its values, \(see: .frontier) what its differences could show."
          }
          possibility(published)
          comparison(published)
          recipe(published)
        }
        if !published.table.contradictions.isEmpty {
          "Impossible as printed are:"
          Block.list(
            published.table.contradictions.enumerated().map { index, contradiction in
              "\(published.fact(contradiction.message, "contradiction", "\(index + 1)", at: "contradictions/\(index)"))"
            })
        }
        Block.table(
          published.counts, .published,
          caption:
            "The published values, the right answers that they can stand for, and the standard error over independent items.",
          isLong: published.counts.rows.count > 24)
        if let table = published.frontier {
          Block.table(
            table, .frontier,
            caption:
              "What the published differences could show: of right answers that only the one and only the other arm has, b and c, how many there may be at most, b + c, for McNemar’s exact test to call the difference significant."
          )
        }
      }
    }
  }

  @Sentences private func possibility(_ published: PublishedTable) -> [PaperText] {
    let values = published.table.rows.flatMap(\.values)
    let total = published.count(values.count, "values", at: "cells")
    let unique = published.count(
      values.count { $0.counts.unique != nil }, "values.unique", at: "cells")
    if published.table.contradictions.isEmpty {
      "All \(total) values are possible, and so are the sums and means that are made of them; \(unique) of them stand for exactly one number of right answers."
    } else {
      "Of \(total) values \(unique) stand for exactly one number of right answers."
    }
  }

  @Sentences private func comparison(_ published: PublishedTable) -> [PaperText] {
    if let comparison = published.comparison {
      let largest = comparison.rows.compactMap(\.unpairedStatistic).map { abs($0) }.max()
      if let largest {
        let text = published.fact(Decimals.fixed(largest, 2), "largest-z", at: "comparisons/0")
        if published.hasNoLargeDifference {
          "If the two columns are taken for independent samples, no difference in the table is significant: the largest is \(text) standard errors."
        } else {
          "If the two columns are taken for independent samples, the largest difference is \(text) standard errors."
        }
      }
      let never = comparison.rows.filter { $0.frontier?.isNeverSignificant == true }.map { row in
        published.fact(
          published.table.name(of: row.cell), "never", row.cell.id, at: "comparisons/0")
      }
      if !never.isEmpty {
        "Paired, item by item, more could be said, but the samples were not published. From the counts alone it follows that on \(PaperText.list(never)) no pattern of answers makes the difference significant."
      }
    }
  }

  @Sentences private func recipe(_ published: PublishedTable) -> [PaperText] {
    if let recipe = published.recipe {
      let open = recipe.entries.count { $0.published == nil }
      "Of the settings that such a result depends on, the publication states \(published.count(recipe.entries.count - open, "settings", at: "recipe.yaml: entries")) and leaves \(published.count(open, "settings.open", at: "recipe.yaml: entries")) open; what was chosen for each, and why, is written down beside the table."
    }
  }
}

extension Article.PublishedTable {
  /// A value of the table's file, or of what follows from it.
  func fact(_ text: String, _ key: String..., at place: String) -> Fact {
    Fact(
      text, ["published"] + key, at: place,
      of: Fact.Origin(name: "published table \(table.results.name)", digest: file.sha256))
  }

  func count(_ number: Int, _ key: String, at place: String) -> Fact {
    fact("\(number)", "count", key, at: place)
  }

  fileprivate var title: PaperText { "“\(fact(table.results.title, "title", at: "title"))”" }

  /// The first pair of arms that is compared.
  fileprivate var comparison: DecodedTable.Comparison? {
    table.comparisons.first { !$0.rows.isEmpty }
  }

  /// Whether no difference would be significant between independent samples, at the usual two standard errors.
  var hasNoLargeDifference: Bool {
    let statistics = table.comparisons.flatMap(\.rows).compactMap(\.unpairedStatistic)
    return !statistics.isEmpty && statistics.allSatisfy { abs($0) < 1.96 }
  }

  /// A line for each value or, of two arms, for each row.
  fileprivate var counts: ReportDocument.Table {
    let arms = table.results.arms.map(\.name).filter { arm in
      table.rows.contains { $0.value(of: arm) != nil }
    }
    let isWide = arms.count <= 2
    return ReportDocument.Table(
      caption: "Published values",
      header: ["row", "n"]
        + (isWide ? arms.flatMap { [$0, "right", "± SE"] } : ["arm", "printed", "right", "± SE"]),
      rows: table.rows.flatMap { row -> [[ReportDocument.Cell]] in
        let start: [ReportDocument.Cell] = [
          .init(table.name(of: row.cell)), .init(row.cell.count.map(String.init) ?? "–"),
        ]
        return isWide
          ? [start + arms.flatMap { Self.cells(row.value(of: $0)) }]
          : row.values.map { start + [.init($0.arm)] + Self.cells($0) }
      }, numeric: isWide ? Set(1..<2 + 3 * arms.count) : [1, 3, 4, 5])
  }

  private static func cells(_ value: DecodedTable.Value?) -> [ReportDocument.Cell] {
    guard let value else { return ["–", "–", "–"] }
    return [
      .init(value.printed.text), .init(text(value.counts)),
      .init(value.estimate.map { Decimals.fixed($0.standardError, 4) } ?? "–"),
    ]
  }

  private static func text(_ counts: DecodedTable.Counts) -> String {
    switch counts {
    case .unknown: "–"
    case .impossible: "impossible"
    case .possible(let range): CountText.text(range)
    }
  }

  fileprivate var frontier: ReportDocument.Table? {
    guard let comparison else { return nil }
    return ReportDocument.Table(
      caption: "Published differences",
      header: [
        "row", "\(comparison.minuend) − \(comparison.subtrahend)", "unpaired z", "b − c",
        "largest b + c", "of items",
      ],
      rows: comparison.rows.map { row in
        let (net, largest, share) = Self.text(row.frontier)
        return [
          .init(table.name(of: row.cell)), .init(Decimals.signed(row.difference, 4)),
          .init(row.unpairedStatistic.map { Decimals.signed($0, 2) } ?? "–"), .init(net),
          .init(largest), .init(share),
        ]
      }, numeric: [1, 2, 3, 4, 5])
  }

  private static func text(
    _ frontier: DecodedTable.Frontier?
  ) -> (net: String, largest: String, share: String) {
    guard let frontier else { return ("–", "–", "–") }
    let net = CountText.text(frontier.net)
    guard let largest = frontier.largestDiscordance, let rate = frontier.largestRate else {
      return (net, "none", "–")
    }
    return (net, "\(largest)", "\(Decimals.fixed(100 * rate, 1)) %")
  }
}
