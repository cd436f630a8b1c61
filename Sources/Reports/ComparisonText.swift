package import Files
package import Records

/// A comparison of models as text: first what came out, then the numbers.
package enum ComparisonText {
  /// Everything that a person reads.
  package static func text(_ comparison: ModelComparison) -> ReportText {
    var parts = [ReportText(comparison.sentences.flatMap { Paragraph.wrapped($0) })]
    parts += comparison.pairs.filter { !$0.rows.isEmpty }.map { table($0, comparison) }
    parts.append(ReportText(legend(comparison).flatMap { Paragraph.wrapped($0) }))
    return ReportText(paragraphs: parts)
  }

  private static func table(
    _ pair: ModelComparison.Pair, _ comparison: ModelComparison
  ) -> ReportText {
    let rows = shown(pair)
    let header = [
      "task", "metric", "n", comparison.reference, pair.model, "difference", "95 % interval", "p",
      "corrected", "found 4 in 5", "test", "\(pair.model) is",
    ]
    return ReportText(
      OutcomeText.columns([header] + rows.map(cells), leading: [0, 1, 10, 11]))
  }

  /// The rows of tasks of which one stands for them; parts of groups are in the JSON object.
  static func shown(_ pair: ModelComparison.Pair) -> [ModelComparison.Row] {
    let tasks = Set(pair.primary.map(\.task))
    return pair.rows.filter { tasks.contains($0.task) }
  }

  static func cells(_ row: ModelComparison.Row) -> [String] {
    let judgement = row.judgement.rawValue
    return [
      row.task, row.metric, "\(row.count)", Decimals.fixed(row.values.reference, 4),
      Decimals.fixed(row.values.other, 4), Decimals.signed(row.difference, 4),
      row.interval.map { "\(Decimals.signed($0.lower, 4)) to \(Decimals.signed($0.upper, 4))" }
        ?? "–",
      English.short(row.pValue), row.adjustedPValue.map(English.short) ?? "–",
      row.smallestDetectable.map { Decimals.fixed($0, 4) } ?? "–", row.test,
      row.isPrimary ? judgement : "(\(judgement))",
    ]
  }

  /// What has to be known to read the table.
  private static func legend(_ comparison: ModelComparison) -> [String] {
    let hidden = comparison.pairs.reduce(0) { $0 + $1.rows.count - shown($1).count }
    let margin =
      comparison.margin.map {
        " Same: shown to be less than \(ModelComparison.points($0)) apart by two one-sided tests, which are corrected alike."
      } ?? ""
    var lines = [
      "difference: the model's value less that of \(comparison.reference), on the same documents. corrected: p by Holm's method for \(English.count(comparison.testCount, "test")), one for each task and model; in parentheses stands what was not corrected and decides nothing.\(margin)",
      "found 4 in 5: the difference that four of five such comparisons would find.",
    ]
    if hidden > 0 {
      lines.append("\(English.count(hidden, "row")) of parts of groups: --json has them.")
    }
    return lines + comparison.notes
  }
}
