import Files
import Manifests
import Statistics

extension DecodingText {
  /// What has to be known to read the tables, a paragraph each; empty if there is nothing.
  static func notes(_ table: DecodedTable) -> [ReportText] {
    var notes: [String] = []
    if table.rows.contains(where: \.isUninformative) {
      notes.append(
        "* Of so many items every value with as many decimals is possible; only sums and means can be wrong."
      )
    }
    let runs = Set(table.rows.map(\.cell.runs)).subtracting([1]).sorted()
    if !runs.isEmpty {
      let texts = runs.map(String.init).joined(separator: " or ")
      notes +=
        Paragraph.wrapped(
          "n × \(texts): each value is the mean of \(texts) runs on the same n items, and is decoded as the right answers of all of them together. What a single run answered is not known, so that there is neither a standard error nor a frontier."
        )
    }
    notes += table.repeatedRuns.flatMap { repeated in
      Paragraph.wrapped(
        "\(repeated.multiples) of \(repeated.count) means of \(repeated.runs) runs are multiples of 1/n, as values of a single run are; of independent runs one in \(repeated.runs) would be (p \(probability(repeated.pValue))). The runs were one, or they gave the same answers."
      )
    }
    notes += table.rows.map { usualSizes($0, table) }.filter { !$0.isEmpty }.flatMap {
      Paragraph.wrapped($0)
    }
    if table.comparisons.flatMap(\.rows).contains(where: \.isRecomputed) {
      notes += Paragraph.wrapped(
        "† A printed mean cannot be: the difference is that of what the parts come to.")
    }
    if table.comparisons.flatMap(\.rows).contains(where: { $0.typicalStatistic != nil }) {
      notes += Paragraph.wrapped(
        "typical z: the difference in standard errors that the differences of two models have on this benchmark in a published table (Eval-Arena, arXiv 2512.21326). A prior, of models that are not related: arms of one model mostly differ less, and then it is larger."
      )
    }
    var dependences: [(text: String, rows: [String])] = []
    for row in table.rows {
      guard row.cell.runs == 1, let text = row.cell.dependence else { continue }
      let name = table.name(of: row.cell)
      if let index = dependences.firstIndex(where: { $0.text == text }) {
        dependences[index].rows.append(name)
      } else {
        dependences.append((text, [name]))
      }
    }
    notes += dependences.flatMap { dependence in
      Paragraph.wrapped(
        "\(dependence.rows.joined(separator: ", ")): \(dependence.text) are not independent. Errors and tests above take them for it, and are too small and too sure; `replicate check` judges claims about them by clusters, not by McNemar's test."
      )
    }
    return notes.isEmpty ? [] : [ReportText(notes)]
  }

  /// What usual sizes make of a row that names none; empty if nothing is known of them.
  private static func usualSizes(_ row: DecodedTable.Row, _ table: DecodedTable) -> String {
    let sizes = table.usualSizes(of: row)
    guard !sizes.isEmpty else { return "" }
    let sentences = sizes.map { size in
      let runs = size.runs == 1 ? "single runs" : "means of \(size.runs) runs"
      let values = size.impossible.map { "\($0.printed.text) (\($0.arm))" }
      let found = values.isEmpty ? "can all be" : "cannot be \(values.joined(separator: ", "))"
      return "of \(size.count) \(size.what), \(runs) \(found)"
    }
    return "\(table.name(of: row.cell)) does not say how many items it has: "
      + sentences.joined(separator: "; ") + "."
  }

  /// A small probability with its first digit, as in "6e-07".
  private static func probability(_ value: Double) -> String {
    guard value > 0, value < 0.001 else { return Decimals.fixed(value, 4) }
    var (digits, exponent) = (value, 0)
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    return "\(Decimals.fixed(digits, 0))e\(exponent)"
  }
}
