package import Files
package import Manifests
import Statistics

/// A decoded table as text.
package enum DecodingText {
  /// Everything that a person reads: values, numbers of items, sums, comparisons, and what cannot be.
  package static func text(_ table: DecodedTable, path: String) -> ReportText {
    var parts = [ReportText([table.results.title, path])]
    if !table.rows.isEmpty {
      let isWide = table.printedArms.count <= 2
      parts.append(isWide ? wideValues(table) : longValues(table))
      parts.append(itemCounts(table))
      if !table.compositions.isEmpty { parts.append(compositions(table)) }
      parts += table.comparisons.map { comparison($0, table, showsDifferences: !isWide) }
      parts += notes(table)
    }
    if !table.conventions.isEmpty {
      parts.append(ReportText(table.conventions.flatMap { Paragraph.wrapped($0) }))
    }
    parts.append(contradictions(table))
    return ReportText(paragraphs: parts)
  }

  // MARK: - Values

  /// One line a row, for two arms.
  private static func wideValues(_ table: DecodedTable) -> ReportText {
    let arms = table.printedArms
    let comparison = table.comparisons.first
    let header =
      ["row", "n"] + arms.flatMap { [$0, "right", "± SE"] }
      + (comparison.map { ["\($0.minuend) − \($0.subtrahend)", "unpaired z"] } ?? [])
    let rows = table.rows.map { row in
      let compared = comparison?.rows.first { $0.cell == row.cell }
      return [table.name(of: row.cell), itemCount(row)]
        + arms.flatMap { arm in row.value(of: arm).map { value($0, row) } ?? ["–", "–", "–"] }
        + (comparison == nil ? [] : differences(compared))
    }
    return ReportText(OutcomeText.columns([header] + rows, leading: [0]))
  }

  /// One line a row and arm, for more arms than fit side by side.
  private static func longValues(_ table: DecodedTable) -> ReportText {
    let rows = table.rows.flatMap { row in
      row.values.enumerated().map { index, value in
        [
          index == 0 ? table.name(of: row.cell) : "", index == 0 ? itemCount(row) : "", value.arm,
        ] + self.value(value, row)
      }
    }
    let header = ["row", "n", "arm", "printed", "right", "± SE"]
    return ReportText(OutcomeText.columns([header] + rows, leading: [0, 2]))
  }

  private static func value(_ value: DecodedTable.Value, _ row: DecodedTable.Row) -> [String] {
    let error = value.estimate.map { row.cell.text($0.standardError, like: value.printed) }
    return [value.printed.text, right(value.counts), error ?? "–"]
  }

  private static func right(_ counts: DecodedTable.Counts) -> String {
    switch counts {
    case .unknown: "–"
    case .impossible: "impossible"
    case .possible(let range): CountText.text(range)
    }
  }

  private static func itemCount(_ row: DecodedTable.Row) -> String {
    guard let count = row.cell.count else { return "–" }
    let runs = row.cell.runs > 1 ? " × \(row.cell.runs)" : ""
    return "\(count)\(runs)" + (row.isUninformative ? "*" : "")
  }

  private static func differences(_ row: DecodedTable.ComparedRow?) -> [String] {
    guard let row else { return ["–", "–"] }
    return [
      row.cell.signedText(row.difference) + (row.isRecomputed ? "†" : ""),
      row.unpairedStatistic.map { Decimals.signed($0, 2) } ?? "–",
    ]
  }

  // MARK: - Numbers of items

  private static func itemCounts(_ table: DecodedTable) -> ReportText {
    let rows = table.rows.compactMap { row in
      row.itemCounts.map { counts in
        [
          table.name(of: row.cell), row.cell.count.map(String.init) ?? "–",
          "\(counts.range.lowerBound) to \(counts.range.upperBound)", fitting(counts),
        ]
      }
    }
    return ReportText(
      ["Numbers of items that all values of a row fit:"]
        + OutcomeText.columns([["row", "n", "tried", "fit"]] + rows, leading: [0, 3]))
  }

  private static func fitting(_ counts: DecodedTable.ItemCounts) -> String {
    let share = "\(counts.fitting.count) of \(counts.range.count)"
    switch counts.fitting.count {
    case 0: return "none"
    case counts.range.count: return "all"
    case 1...6: return counts.fitting.map(String.init).joined(separator: ", ") + " (\(share))"
    default: return share
    }
  }

  // MARK: - Sums and means

  private static func compositions(_ table: DecodedTable) -> ReportText {
    let rows = table.compositions.map { composition in
      let printed = composition.cell.value(of: composition.arm)?.text ?? "–"
      return [table.name(of: composition.cell), composition.arm]
        + outcome(composition.outcome, composition.cell, printed)
    }
    return ReportText(
      ["Rows that are made from others:"]
        + OutcomeText.columns(
          [["row", "arm", "parts come to", "printed", "says"]] + rows, leading: [0, 1, 4]))
  }

  private static func outcome(
    _ outcome: DecodedTable.Composition.Outcome, _ cell: DocumentedResults.Cell, _ printed: String
  ) -> [String] {
    func mean(_ range: ClosedRange<Double>) -> String {
      let value = cell.unit.printed(printed)
      let limits = [range.lowerBound, range.upperBound].map {
        cell.text($0, like: value, extraDigits: 2)
      }
      return limits.joined(separator: " to ")
    }
    switch outcome {
    case .total(let parts, let left):
      return [
        "\(CountText.text(parts)) right", printed, "consistent: \(CountText.text(left)) right",
      ]
    case .wrongTotal(let parts): return ["\(CountText.text(parts)) right", printed, "inconsistent"]
    case .mean(let range): return [mean(range), printed, "consistent"]
    case .wrongMean(let range): return [mean(range), printed, "inconsistent"]
    case .unchecked: return ["–", printed, "cannot be checked: a part has no possible count"]
    }
  }

  // MARK: - Comparisons

  private static func comparison(
    _ comparison: DecodedTable.Comparison, _ table: DecodedTable, showsDifferences: Bool
  ) -> ReportText {
    let (first, second) = (comparison.minuend, comparison.subtrahend)
    guard comparison.rows.contains(where: { $0.frontier != nil }) else {
      let rows = comparison.rows.map { [table.name(of: $0.cell)] + differences($0) }
      return ReportText(
        ["\(first) against \(second):"]
          + OutcomeText.columns(
            [["row", "\(first) − \(second)", "unpaired z"]] + rows, leading: [0]))
    }
    let rows = comparison.rows.map { row in
      [table.name(of: row.cell)] + (showsDifferences ? differences(row) : []) + frontier(row)
        + [row.typicalStatistic.map { Decimals.signed($0, 2) } ?? "–"]
    }
    let header =
      ["row"] + (showsDifferences ? ["\(first) − \(second)", "unpaired z"] : [])
      + ["b − c", "largest b + c", "of items", "typical z"]
    let bestCase =
      comparison.rows.contains { $0.frontier?.isBestCase == true }
      ? " Where b − c is one of several, that is the best case, for the largest of them." : ""
    let never = comparison.rows.filter { $0.frontier?.isNeverSignificant == true }
    let heading = Paragraph.wrapped(
      "\(first) against \(second) on the same items: b are right in \(first) only, c in \(second) only. The difference is significant (McNemar's exact test, 5 %) as long as b + c is at most the number given.\(bestCase)"
    )
    let names = never.map { table.name(of: $0.cell) }.joined(separator: ", ")
    let verdict =
      never.isEmpty
      ? [] : Paragraph.wrapped("Never significant, whatever was answered: \(names).")
    return ReportText(heading + OutcomeText.columns([header] + rows, leading: [0]) + verdict)
  }

  private static func frontier(_ row: DecodedTable.ComparedRow) -> [String] {
    guard let frontier = row.frontier else { return ["–", "–", "–"] }
    let net = [frontier.net.lowerBound, frontier.net.upperBound].map {
      Decimals.signed(Double($0), 0)
    }
    let netText = frontier.net.count == 1 ? net[0] : net.joined(separator: " to ")
    guard let largest = frontier.largestDiscordance, let rate = frontier.largestRate else {
      return [netText, "none", "–"]
    }
    let suffix = frontier.isAlwaysSignificant ? " (all)" : ""
    return [netText, "\(largest)\(suffix)", "\(Decimals.fixed(rate * 100, 1)) %"]
  }

  private static func contradictions(_ table: DecodedTable) -> ReportText {
    guard !table.rows.isEmpty else { return "No values are documented." }
    guard !table.contradictions.isEmpty else { return "Everything that is printed is possible." }
    return ReportText(
      ["Impossible as printed:"] + table.contradictions.map { "  " + $0.message })
  }
}

extension DecodedTable {
  /// The arms that have values, in their order.
  fileprivate var printedArms: [String] {
    results.arms.map(\.name).filter { arm in rows.contains { $0.value(of: arm) != nil } }
  }

  /// What texts call a row: its label, with the metric if another row has the same.
  func name(of cell: DocumentedResults.Cell) -> String {
    let isUnique = results.cells.count { $0.label == cell.label } < 2
    return isUnique ? cell.label : "\(cell.label), \(cell.metric)"
  }
}

extension DecodedTable.Row {
  /// Whether no value of some arm could be impossible.
  var isUninformative: Bool { values.contains { $0.isInformative == false } }
}

extension DocumentedResults.Cell {
  /// A fraction in the unit of the row, with the decimals of a printed value and some more.
  fileprivate func text(_ fraction: Double, like value: PrintedValue?, extraDigits: Int = 0)
    -> String
  {
    let isPercent = unit == .percent
    let digits = (value?.decimals ?? 4) - (isPercent ? 2 : 0) + extraDigits
    return Decimals.fixed(isPercent ? 100 * fraction : fraction, digits)
  }

  /// A difference in the unit of the row, with its sign.
  fileprivate func signedText(_ fraction: Double) -> String {
    let text = text(fraction, like: values.first.flatMap { unit.printed($0.text) })
    return text.hasPrefix("-") ? text : "+" + text
  }
}
