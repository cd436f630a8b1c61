import Files

/// The tables of a paper as LaTeX.
enum LaTeXTable {
  /// A definition for each table of a paper, with the record that its numbers are from.
  static func file(_ document: PaperDocument, of record: Fact.Origin) -> String {
    let origin = "\(LaTeXPaper.comment(record.name)), SHA-256 \(record.digest.hex)"
    var lines = ["\(LaTeXPaper.mark): its tables, from the \(origin)."]
    for block in document.sections.flatMap(\.blocks) {
      guard case .table(let table, let label, _, let isLong) = block else { continue }
      lines += [
        "% \(LaTeXPaper.comment(table.caption)); \(origin)", "\\tabledef{\(label.rawValue)}{%",
        isLong ? long(table) : short(table), "}",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func short(_ table: ReportDocument.Table) -> String {
    let columns = Columns(table)
    let body =
      (["\\begin{tabular}{\(columns.specification)}", "\\toprule", row(table.header), "\\midrule"]
      + table.rows.map(row) + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n")
    return columns.isTooWide ? "\\resizebox{\\linewidth}{!}{%\n\(body)}" : body
  }

  private static func long(_ table: ReportDocument.Table) -> String {
    let header = ["\\toprule", row(table.header), "\\midrule"]
    return
      (["{\\footnotesize\\begin{longtable}{\(Columns(table).specification)}"]
      + ["\\tablecaption\\\\"] + header + ["\\endfirsthead"] + header
      + ["\\endhead", "\\bottomrule", "\\endlastfoot"] + table.rows.map(row)
      + ["\\end{longtable}}"]).joined(separator: "\n")
  }

  private static func row(_ header: [String]) -> String {
    row(header.map { ReportDocument.Cell($0) })
  }

  /// A line of cells; it begins with a group, lest a bracket there be read as an option of the line before.
  private static func row(_ cells: [ReportDocument.Cell]) -> String {
    "{}" + cells.map(text).joined(separator: " & ") + " \\\\"
  }

  private static func text(_ cell: ReportDocument.Cell) -> String {
    let text = LaTeXText.typed(Fact.shortened(cell.text))
    return cell.kind == .digest ? "\\texttt{\(text)}" : text
  }

  /// How wide the columns of a table are.
  private struct Columns {
    let specification: String
    /// Whether the table has to be made smaller to fit.
    let isTooWide: Bool

    /// So many characters have room in a line, and so many stand between two columns.
    private static let room = 98
    private static let gap = 3
    /// A column that breaks its lines is no narrower.
    private static let narrow = 16
    /// A column of texts that are no longer does not break its lines.
    private static let short = 18

    init(_ table: ReportDocument.Table) {
      let widths = table.header.indices.map { column in
        ([table.header[column]] + table.rows.map { $0[column].text })
          .map { Printable.text($0).count }.max() ?? 0
      }
      func isFlexible(_ column: Int) -> Bool {
        widths[column] > Self.short && !table.numeric.contains(column)
      }
      let gaps = Self.gap * (widths.count - 1)
      let isWide = widths.reduce(gaps, +) > Self.room
      let flexible = widths.indices.filter(isFlexible)
      let taken = widths.indices.filter { !isFlexible($0) }.reduce(gaps) { $0 + widths[$1] }
      isTooWide = isWide && taken + Self.narrow * flexible.count > Self.room
      guard isWide, !flexible.isEmpty else {
        specification = widths.indices.map { table.numeric.contains($0) ? "r" : "l" }.joined()
        return
      }
      let free =
        Double(max(Self.room - taken, Self.narrow * flexible.count)) / Double(Self.room)
      // Longer texts get more room, but not as much more as they are longer.
      let weights = flexible.map { Double(widths[$0]).squareRoot() }
      let total = weights.reduce(0, +)
      specification = widths.indices.map { column in
        guard let place = flexible.firstIndex(of: column) else {
          return table.numeric.contains(column) ? "r" : "l"
        }
        let share = Decimals.fixed(0.95 * free * weights[place] / total, 3)
        return ">{\\raggedright\\arraybackslash}p{\(share)\\linewidth}"
      }.joined()
    }
  }
}
