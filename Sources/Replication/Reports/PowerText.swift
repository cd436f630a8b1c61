/// What a manifest could detect, as text.
package enum PowerText {
  /// A table, and what has to be known to read it.
  package static func text(_ analysis: PowerAnalysis) -> String {
    let header = [
      "task", "metric", "n", "differing", "least", "noticed", "documented", "n it takes", "here",
    ]
    let rows = analysis.rows.map { row in
      [
        row.task, row.metric, "\(row.count)",
        Decimals.fixed(100 * row.discordance, 1) + (row.isMeasured ? " %" : " %?"),
        row.smallestSignificant.map { Decimals.fixed($0, 4) } ?? "none",
        Decimals.fixed(row.smallestDetectable, 4),
        row.documented.map { Decimals.signed($0, 4) } ?? "–",
        row.requiredCount.map { "\($0)" } ?? "–", judgement(row),
      ]
    }
    let origin =
      analysis.record.map { "was measured by the run \($0)" }
      ?? "is assumed (no finished run of this manifest is here)"
    return """
      \(analysis.name): what \(analysis.minuend) − \(analysis.subtrahend) could show, two-sided at 5 %

      \(OutcomeText.columns([header] + rows, leading: [0, 1, header.count - 1]))

      differing: share of documents that the two arms answer differently; it \(origin).
      least: the smallest difference that can be significant at all, if every differing document favours one arm.
      noticed: the difference that four of five runs would find significant; "n it takes" is for the documented one.
      Documents of one subject or prompt depend on each other, so that real needs are larger, not smaller.
      \(seeds(analysis.seedCount))
      """
  }

  /// What the number of trainings allows to be said.
  private static func seeds(_ count: Int) -> String {
    guard count > 1 else {
      return
        "One seed: whatever these documents show is shown of one training of each arm. How far another seed would move it, no number of documents tells."
    }
    return
      "\(count) seeds: a band that predicts one more run from them is \(Decimals.fixed(PowerAnalysis.bandFactor(seeds: count), 2)) standard deviations between seeds to either side."
  }

  private static func judgement(_ row: PowerAnalysis.Row) -> String {
    guard row.smallestSignificant != nil else { return "nothing can be shown" }
    guard let documented = row.documented else { return "" }
    guard let required = row.requiredCount else { return "no difference is documented" }
    return required <= row.count
      ? "enough" : "\(required - row.count) too few for \(Decimals.signed(documented, 4))"
  }
}
