import Files
import Statistics

extension DecodedTable {
  /// The numbers of items that are tried where none is known.
  static let usualItemCounts = 1...20_000

  /// Decodes a table.
  ///
  /// - Parameters:
  ///   - results: The table.
  ///   - itemCounts: The numbers of items that each row's values are tried with; by default those within a tenth of the
  ///     known one, or up to 20,000 where none is known.
  package init(_ results: DocumentedResults, itemCounts: ClosedRange<Int>? = nil) {
    let (decoding, compositions) = TableDecoding.decoded(results) {
      $0.fittingItemCounts($1, in: itemCounts)
    }
    self.init(
      results: results, rows: decoding.rows, compositions: compositions,
      comparisons: results.comparedArms.map { pair in
        Comparison(
          minuend: pair.minuend, subtrahend: pair.subtrahend,
          rows: decoding.rows.compactMap {
            ComparedRow($0, pair.minuend, pair.subtrahend, compositions)
          })
      },
      conventions: decoding.conventions, contradictions: decoding.contradictions)
  }

  /// The rows of a table with their counts alone: nobody looks for numbers of items.
  package static func rows(of results: DocumentedResults) -> [Row] {
    TableDecoding.decoded(results) { _, _ in nil }.decoding.rows
  }
}

/// A table that is being decoded: rows that later ones narrow, and what was found to be impossible.
private struct TableDecoding {
  let results: DocumentedResults
  let index: DocumentedResults.RowIndex
  let rounding: PrintedValue.Rounding
  var rows: [DecodedTable.Row] = []
  var conventions: [String] = []
  var contradictions: [DecodedTable.Contradiction] = []

  private init(_ results: DocumentedResults, _ rounding: PrintedValue.Rounding) {
    self.results = results
    self.rounding = rounding
    index = DocumentedResults.RowIndex(results.valueCells)
    if rounding == .down {
      conventions = [
        "Some values are impossible if they were rounded; everything is possible if all of them were cut off (truncated) after the digits that are printed. They are taken so."
      ]
    }
  }

  /// Decodes a table as one of rounded values or, if that is impossible and it is possible so, of values that were cut off.
  static func decoded(
    _ results: DocumentedResults,
    _ itemCounts: (TableDecoding, DocumentedResults.Cell) -> DecodedTable.ItemCounts?
  ) -> (decoding: TableDecoding, compositions: [DecodedTable.Composition]) {
    func decoded(_ rounding: PrintedValue.Rounding) -> (
      decoding: TableDecoding, compositions: [DecodedTable.Composition]
    ) {
      var decoding = TableDecoding(results, rounding)
      decoding.decodeRows(itemCounts)
      let compositions = decoding.compositions()
      return (decoding, compositions)
    }
    let rounded = decoded(.nearest)
    guard rounded.decoding.contradictions.contains(where: { $0.kind == .impossibleValue }) else {
      return rounded
    }
    let cutOff = decoded(.down)
    return cutOff.decoding.contradictions.isEmpty ? cutOff : rounded
  }

  /// A value of a row as the table prints it.
  private func printed(_ text: String, of cell: DocumentedResults.Cell) -> PrintedValue? {
    var value = cell.unit.printed(text)
    value?.rounding = rounding
    return value
  }

  // MARK: - Values

  mutating func decodeRows(
    _ itemCounts: (TableDecoding, DocumentedResults.Cell) -> DecodedTable.ItemCounts?
  ) {
    rows = results.valueCells.map { cell in
      let values = cell.values.compactMap { value in
        printed(value.text, of: cell).map { self.value(value, printed: $0, of: cell) }
      }
      return DecodedTable.Row(cell: cell, values: values, itemCounts: itemCounts(self, cell))
    }
  }

  private mutating func value(
    _ value: DocumentedResults.Value, printed: PrintedValue, of cell: DocumentedResults.Cell
  ) -> DecodedTable.Value {
    let error = value.standardError.flatMap { self.printed($0, of: cell) }
    return DecodedTable.Value(
      arm: value.arm, printed: printed, counts: counts(value, printed, error, of: cell),
      itemCount: cell.count, runs: cell.runs, printedStandardError: error)
  }

  /// How many runs it would take, as the end of a sentence; empty for a single run.
  private func fewestRuns(of cell: DocumentedResults.Cell, _ printed: PrintedValue) -> String {
    guard cell.runs > 1, let items = cell.count else { return "" }
    return printed.fewestRuns(items: items).map { "; \($0) runs are the fewest that it fits" }
      ?? "; it fits no number of runs up to 100"
  }

  private mutating func counts(
    _ value: DocumentedResults.Value, _ printed: PrintedValue, _ error: PrintedValue?,
    of cell: DocumentedResults.Cell
  ) -> DecodedTable.Counts {
    guard let items = cell.count, cell.isProportion(value) else { return .unknown }
    let count = items * cell.runs
    let arm = value.arm
    guard let possible = GRIM.possibleCounts(of: printed, count: count) else {
      report(
        .impossibleValue, cell, arm,
        "no whole number of right answers to \(answers(of: cell)) is printed as \(printed.text)"
          + nearest(to: printed, of: count) + fewestRuns(of: cell, printed) + convention(in: cell))
      return .impossible
    }
    // Runs answer the same items, so that their mean has another error.
    guard let error, cell.runs == 1 else { return .possible(possible) }
    var fitting = DEBIT.counts(of: count, in: possible, fitting: error)
    if fitting.isEmpty {
      fitting = DEBIT.counts(of: count, in: possible, fitting: error, divisor: .population)
      if !fitting.isEmpty {
        conventions.append(
          "\(cell.label) (\(cell.id)), \(arm): the standard error \(error.text) is √(p(1 − p)/n), with n instead of n - 1."
        )
      }
    }
    guard let first = fitting.first, let last = fitting.last else {
      report(
        .impossibleStandardError, cell, arm,
        "the standard error \(error.text) is not that of \(printed.text) of \(count) items right")
      return .possible(possible)
    }
    return .possible(first.lowerBound...last.upperBound)
  }

  /// The values that the counts next to an impossible one are printed as, as the end of a sentence.
  private func nearest(to printed: PrintedValue, of count: Int) -> String {
    let scale = printed.unit == .percent ? 100.0 : 1
    let digits = printed.decimals - (printed.unit == .percent ? 2 : 0)
    let below = Int((printed.value * Double(count)).rounded(.down))
    let near = [below, below + 1].filter { 0...count ~= $0 }.map { right in
      let value = Double(right) / Double(count) * scale
      return "\(right) of them give \(Decimals.fixed(value, max(digits, 0)))"
    }
    return near.isEmpty ? "" : ": " + near.joined(separator: ", ")
  }

  /// What would make the impossible values of a row possible, as the end of a sentence; nothing if nothing usual does.
  private func convention(in cell: DocumentedResults.Cell) -> String {
    guard let items = cell.count else { return "" }
    let texts = cell.values.filter(cell.isProportion).map(\.text)
    func printed(_ rounding: PrintedValue.Rounding, _ unit: PrintedValue.Unit) -> [PrintedValue] {
      texts.compactMap { PrintedValue(text: $0, unit: unit) }.map { value in
        var value = value
        value.rounding = rounding
        return value
      }
    }
    func areProportions(_ values: [PrintedValue], runs: Int) -> Bool {
      values.count == texts.count
        && values.allSatisfy { GRIM.possibleCounts(of: $0, count: items * runs) != nil }
    }
    let unit: PrintedValue.Unit = cell.unit == .percent ? .percent : .fraction
    if areProportions(printed(.down, unit), runs: cell.runs) {
      return "; the row's values are possible if they were cut off (truncated) and not rounded"
    }
    let other: PrintedValue.Unit = unit == .percent ? .fraction : .percent
    if areProportions(printed(.nearest, other), runs: cell.runs) {
      return other == .fraction
        ? "; the row's values are possible as fractions (`unit: fraction`)"
        : "; the row's values are possible as percentages (`unit: percent`)"
    }
    let values = printed(.nearest, unit)
    let runs = (2...64).first { runs in
      // With so many answers that most values are possible, it would say nothing.
      items <= 1_000_000 && areProportions(values, runs: runs)
        && values.reduce(1) { chance, value in
          chance * (1 - GRIM.probabilityOfInconsistency(value, count: items * runs))
        } <= 0.05
    }
    guard cell.runs == 1, let runs else { return "" }
    return "; the row's values are possible as means of \(runs) runs (`runs: \(runs)`)"
  }

  /// The answers behind a value in words.
  private func answers(of cell: DocumentedResults.Cell) -> String {
    "\(cell.count ?? 0) items" + (cell.runs > 1 ? " in \(cell.runs) runs" : "")
  }

  func fittingItemCounts(_ cell: DocumentedResults.Cell, in range: ClosedRange<Int>?)
    -> DecodedTable.ItemCounts?
  {
    let proportions = cell.values.filter(cell.isProportion)
    let printed = proportions.compactMap { self.printed($0.text, of: cell) }
    guard !printed.isEmpty else { return nil }
    let around = cell.count.map { count in
      let tenth = max(10, count / 10)
      return max(1, count - tenth)...(count + tenth)
    }
    let range = range ?? around ?? DecodedTable.usualItemCounts
    return GRIM.itemCounts(in: range, fitting: printed, runs: cell.runs).map {
      DecodedTable.ItemCounts(range: range, fitting: $0)
    }
  }

  // MARK: - Compositions

  mutating func compositions() -> [DecodedTable.Composition] {
    var compositions: [DecodedTable.Composition] = []
    for cell in results.valueCells where cell.composition != nil {
      let parts = index.parts(of: cell)
      for value in cell.values {
        let outcome = cell.isMean ? mean(cell, value.arm, parts) : total(cell, value.arm, parts)
        compositions.append(
          DecodedTable.Composition(cell: cell, arm: value.arm, outcome: outcome))
      }
    }
    return compositions
  }

  /// Adds up the parts, and leaves of all counts only those that can be together.
  private mutating func total(
    _ cell: DocumentedResults.Cell, _ arm: String, _ parts: [DocumentedResults.Cell]
  ) -> DecodedTable.Composition.Outcome {
    guard let place = place(cell, arm), let possible = counts(at: place),
      parts.allSatisfy({ $0.runs == cell.runs })
    else { return .unchecked }
    let places = parts.compactMap { self.place($0, arm) }
    let ranges = places.compactMap { counts(at: $0) }
    guard ranges.count == parts.count, let sum = GRIM.sum(of: ranges) else { return .unchecked }
    guard let narrowed = GRIM.narrowed(parts: ranges, total: possible) else {
      report(
        .wrongTotal, cell, arm,
        "its parts add up to \(CountText.text(sum)) right answers, but \(rows[place.row].values[place.value].printed.text) of \(answers(of: cell)) are \(CountText.text(possible))"
      )
      return .wrongTotal(parts: sum)
    }
    for (place, counts) in zip(places + [place], narrowed.parts + [narrowed.total]) {
      rows[place.row].values[place.value].counts = .possible(counts)
    }
    return .total(parts: sum, left: narrowed.total)
  }

  private mutating func mean(
    _ cell: DocumentedResults.Cell, _ arm: String, _ parts: [DocumentedResults.Cell]
  ) -> DecodedTable.Composition.Outcome {
    guard let place = place(cell, arm) else { return .unchecked }
    let printed = rows[place.row].values[place.value].printed
    let values = parts.compactMap { self.place($0, arm) }.map {
      rows[$0.row].values[$0.value].printed
    }
    guard !values.isEmpty, values.count == parts.count else { return .unchecked }
    let mean = MeanInterval(values, printedAs: printed)
    if mean.isPossible { return .mean(mean.fractions) }
    let scale = cell.unit == .percent ? 100.0 : 1
    let digits = printed.decimals - (cell.unit == .percent ? 2 : 0) + 2
    let limits = [mean.fractions.lowerBound, mean.fractions.upperBound].map {
      Decimals.fixed($0 * scale, digits)
    }
    report(
      .wrongMean, cell, arm,
      "the mean of \(values.map(\.text).joined(separator: ", ")) lies between \(limits[0]) and \(limits[1]), but \(printed.text) is printed"
    )
    return .wrongMean(mean.fractions)
  }

  private func place(_ cell: DocumentedResults.Cell, _ arm: String) -> (row: Int, value: Int)? {
    guard
      let row = rows.firstIndex(where: {
        $0.cell.task == cell.task && $0.cell.metric == cell.metric
      }),
      let value = rows[row].values.firstIndex(where: { $0.arm == arm })
    else { return nil }
    return (row, value)
  }

  private func counts(at place: (row: Int, value: Int)) -> ClosedRange<Int>? {
    rows[place.row].values[place.value].counts.range
  }

  private mutating func report(
    _ kind: DecodedTable.Contradiction.Kind, _ cell: DocumentedResults.Cell, _ arm: String,
    _ sentence: String
  ) {
    contradictions.append(
      DecodedTable.Contradiction(
        row: cell.id, arm: arm, kind: kind,
        message: "\(cell.label) (\(cell.id)), \(arm): \(sentence)."))
  }
}

/// Where the mean of printed values lies, in exact arithmetic.
private struct MeanInterval {
  /// The limits, as fractions.
  let fractions: ClosedRange<Double>
  /// Whether some value in it is printed as the other one.
  let isPossible: Bool

  init(_ values: [PrintedValue], printedAs printed: PrintedValue) {
    // Everything in halves of a unit of the finest value: at most 2 · 10¹⁸ each.
    let finest = (values + [printed]).map(\.denominator).max() ?? 1
    func limits(_ value: PrintedValue) -> (lower: Int128, upper: Int128) {
      let scale = Int128(finest / value.denominator)
      return (Int128(value.halves.lower) * scale, Int128(value.halves.upper) * scale)
    }
    let parts = values.map(limits)
    let lower = parts.reduce(0) { $0 + $1.lower }
    let upper = parts.reduce(0) { $0 + $1.upper }
    let count = Int128(values.count)
    let own = limits(printed)
    isPossible = lower <= count * own.upper && count * own.lower <= upper
    let divisor = 2 * Double(finest) * Double(values.count)
    fractions = (Double(lower) / divisor)...(Double(upper) / divisor)
  }
}

extension DocumentedResults.Cell {
  /// Whether a value is a share of the row's items: no likelihood, no mean of rows, and no mean of the runs that its band is from.
  fileprivate func isProportion(_ value: DocumentedResults.Value) -> Bool {
    guard unit.isShare else { return false }
    switch value.band?.kind {
    case .seedPrediction, .referenceConvergence: return false
    default: return !isMean
    }
  }

  /// Whether the row is the mean of other rows.
  var isMean: Bool {
    if case .mean = composition { true } else { false }
  }
}
