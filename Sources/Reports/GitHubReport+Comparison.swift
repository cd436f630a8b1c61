import Files
package import Records

extension GitHubReport {
  /// One workflow command for each row that the comparison fails on, and for what is missing where it may fail.
  package static func annotations(_ comparison: ModelComparison) -> [WorkflowCommand] {
    guard comparison.failOn != nil else { return [] }
    return comparison.pairs.flatMap { pair in
      pair.rows.filter(comparison.isFailure).map { row in
        command(
          "error", file: nil, line: nil, title: "\(pair.model) \(row.judgement.rawValue)",
          message:
            "\(row.name): \(ModelComparison.signed(row.difference, row)) against \(comparison.reference)."
        )
      }
        + pair.leftOut.filter(\.isMissing).map {
          command("error", file: nil, line: nil, title: "not compared", message: $0.why)
        }
    }
  }

  /// The comparison as Markdown: a sentence for each model, and its table.
  package static func summary(_ comparison: ModelComparison) -> String {
    var lines = ["## Comparison with \(cell(comparison.reference))", ""]
    for pair in comparison.pairs {
      lines += [cell(comparison.sentence(pair)), ""]
      let rows = ComparisonText.shown(pair)
      guard !rows.isEmpty else { continue }
      lines += [
        "| task | metric | n | \(cell(comparison.reference)) | \(cell(pair.model)) | difference | 95 % interval | p | corrected | found 4 in 5 | test | verdict |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|---:|---|---|",
      ]
      lines += rows.map { line(ComparisonText.cells($0)) }
      lines.append("")
    }
    return (lines + comparison.notes.flatMap { [cell($0), ""] }).joined(separator: "\n")
  }
}
