package import Files
package import Records
import Statistics

/// What a manifest could detect, as text.
package enum PowerText {
  /// A table, and what has to be known to read it.
  package static func text(_ analysis: PowerAnalysis) -> ReportText {
    let hasSeeds = analysis.rows.contains { $0.seedDeviation != nil }
    var header = [
      "task", "metric", "n", "differing", "least", "noticed", "typical", "documented", "n it takes",
      "or at most",
    ]
    if hasSeeds { header += ["seed SD", "seeds it takes"] }
    let answers = analysis.rows.compactMap(answers)
    let rows = analysis.rows.map { cells($0, seedCount: hasSeeds ? analysis.seedCount : nil) }
    let table: [ReportText] = [
      "\(analysis.name): what \(analysis.minuend) − \(analysis.subtrahend) could show, two-sided at 5 %",
      ReportText(OutcomeText.columns([header] + rows, leading: [0, 1])),
    ]
    let noise = answers.map { ReportText(Paragraph.wrapped($0)) }
    return ReportText(
      paragraphs: table + noise + [
        ReportText(notes(analysis, hasSeeds: hasSeeds).flatMap { Paragraph.wrapped($0) })
      ])
  }

  /// A line of the table; without a number of seeds, without what is said of them.
  private static func cells(_ row: PowerAnalysis.Row, seedCount: Int?) -> [String] {
    var cells = [
      row.task, row.metric,
      (row.count.map(String.init) ?? "") + (row.countOrigin == .benchmark ? "?" : ""),
      differing(row),
    ]
    // Where the spread tells what is noticed, nothing is known before a run has measured it.
    let none = row.discordance == nil ? "–" : "none"
    cells.append(row.smallestSignificant.map { Decimals.fixed($0, 4) } ?? none)
    cells.append(row.smallestDetectable.map { Decimals.fixed($0, 4) } ?? none)
    cells.append(row.typicallyDetectable.map { Decimals.fixed($0, 4) } ?? "–")
    cells.append(row.documented.map { Decimals.signed($0, 4) } ?? "–")
    cells.append(row.requiredCount.map { "\($0)" } ?? "–")
    cells.append(atMost(row))
    guard let seedCount else { return cells }
    return cells + [row.seedDeviation.map { Decimals.fixed($0, 4) } ?? "–", seeds(row, seedCount)]
  }

  private static func notes(_ analysis: PowerAnalysis, hasSeeds: Bool) -> [String] {
    let origin =
      analysis.record.map { "was measured by the run \($0)" }
      ?? "is assumed (no finished run of this manifest is here)"
    let assumed =
      "n?: no lock and no finished run says how many items the files hold; taken are those of the whole benchmark, up to the manifest's limit."
    let unknown =
      "?: of given texts, only a limit, a lock or a finished run says how many there are."
    let guesses = analysis.rows.filter { $0.countOrigin == .benchmark }
    return (guesses.contains { $0.count != nil } ? [assumed] : [])
      + (guesses.contains { $0.count == nil } ? [unknown] : []) + [
        "differing: share of items that the two arms answer differently; it \(origin).",
        "least: the smallest difference that can be significant at all (McNemar's exact test), if every differing item favours one arm.",
        "noticed: the difference that four of five runs would find significant. To notice the documented one takes so many items, or that of these at most so many differ.",
        "typical: the same if the arms differed as two unrelated models do in a published table (Eval-Arena, arXiv 2512.21326), a prior; arms of one model mostly differ less.",
        "Items of one subject, prompt or source depend on each other, so that real needs are larger, not smaller.",
        seeds(analysis.seedCount, isMeasured: hasSeeds),
      ]
  }

  /// What more answers to each item would do for a row, and what they cannot; nil where a run has not measured it, or all answers
  /// scored the same.
  private static func answers(_ row: PowerAnalysis.Row) -> String? {
    guard let noise = row.noise, noise.standardError(answers: 1) > 0 else { return nil }
    func noticed(_ answers: Double) -> String {
      Decimals.fixed(
        Power.minimumDetectableEffect(standardError: noise.standardError(answers: answers)), 4)
    }
    let count = noise.answerCount
    return
      "\(row.task) \(row.metric), \(count) answers to each of \(noise.itemCount) items: of the difference's standard error, \(Decimals.fixed(noise.dataError, 4)) comes of which items were asked (data noise) and \(Decimals.fixed(noise.predictionError, 4)) of which answers were drawn (prediction noise; the two add as squares). Noticed would be \(noticed(Double(count))) with \(count) answers, \(noticed(Double(2 * count))) with \(2 * count), and \(noticed(.infinity)) with any number: from there on only more items help."
  }

  private static func differing(_ row: PowerAnalysis.Row) -> String {
    guard let discordance = row.discordance else { return "–" }
    let share = Decimals.fixed(100 * discordance, 1)
    switch row.differentCount {
    case nil: return "\(share) %?"
    case 0: return "0 of \(row.count ?? 0), below \(share) %"
    default: return "\(share) %"
    }
  }

  /// The share of differing items up to which the documented difference is noticed.
  private static func atMost(_ row: PowerAnalysis.Row) -> String {
    guard let documented = row.documented, let largest = row.largestDiscordance else { return "–" }
    // As many items differ as the difference takes.
    guard largest >= abs(documented) else { return "never" }
    return "\(Decimals.fixed(100 * largest, 1)) %"
  }

  private static func seeds(_ row: PowerAnalysis.Row, _ count: Int) -> String {
    guard let required = row.requiredSeeds else { return "–" }
    return required > count ? "\(required) (\(required - count) more)" : "\(required)"
  }

  /// What the number of trainings allows to be said.
  private static func seeds(_ count: Int, isMeasured: Bool) -> String {
    let own =
      count > 1
      ? "\(count) seeds: a band that predicts one more run from them is \(Decimals.fixed(PowerAnalysis.bandFactor(seeds: count), 2)) standard deviations between seeds to either side."
      : "One seed: whatever these items show is shown of one training of each arm. How far another seed would move it, no number of items tells."
    guard !isMeasured else {
      return own + " seed SD: the standard deviation between seeds of the arms' difference."
    }
    let needs = [1, 0.5].compactMap { Power.requiredSeeds(difference: $0, standardDeviation: 1) }
    guard needs.count == 2 else { return own }
    return own
      + " To notice a difference of the arms of one standard deviation between seeds takes \(needs[0]) seeds of both, of half of one \(needs[1]); a run with several seeds measures that deviation."
  }
}
