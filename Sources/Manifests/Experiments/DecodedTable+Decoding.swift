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
    var decoding = TableDecoding(results)
    decoding.decodeRows { $0.fittingItemCounts($1, in: itemCounts) }
    let compositions = decoding.compositions()
    self.init(
      results: results, rows: decoding.rows, compositions: compositions,
      comparisons: results.comparedArms.map { pair in
        Comparison(
          minuend: pair.minuend, subtrahend: pair.subtrahend,
          rows: decoding.rows.compactMap { ComparedRow($0, pair.minuend, pair.subtrahend) })
      },
      contradictions: decoding.contradictions)
  }

  /// The rows of a table with their counts alone: nobody looks for numbers of items.
  package static func rows(of results: DocumentedResults) -> [Row] {
    var decoding = TableDecoding(results)
    decoding.decodeRows { _, _ in nil }
    _ = decoding.compositions()
    return decoding.rows
  }
}

/// A table that is being decoded: rows that later ones narrow, and what was found to be impossible.
private struct TableDecoding {
  let results: DocumentedResults
  let index: DocumentedResults.RowIndex
  var rows: [DecodedTable.Row] = []
  var contradictions: [DecodedTable.Contradiction] = []

  init(_ results: DocumentedResults) {
    self.results = results
    index = DocumentedResults.RowIndex(results.cells)
  }

  // MARK: - Values

  mutating func decodeRows(
    _ itemCounts: (TableDecoding, DocumentedResults.Cell) -> DecodedTable.ItemCounts?
  ) {
    rows = results.cells.map { cell in
      let values = cell.values.compactMap { value in
        cell.unit.printed(value.text).map { self.value(value, printed: $0, of: cell) }
      }
      return DecodedTable.Row(cell: cell, values: values, itemCounts: itemCounts(self, cell))
    }
  }

  private mutating func value(
    _ value: DocumentedResults.Value, printed: PrintedValue, of cell: DocumentedResults.Cell
  ) -> DecodedTable.Value {
    let error = value.standardError.flatMap { cell.unit.printed($0) }
    return DecodedTable.Value(
      arm: value.arm, printed: printed, counts: counts(value, printed, error, of: cell),
      itemCount: cell.count, runs: cell.runs, printedStandardError: error)
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
          + nearest(to: printed, of: count))
      return .impossible
    }
    // Runs answer the same items, so that their mean has another error.
    guard let error, cell.runs == 1 else { return .possible(possible) }
    let fitting = DEBIT.counts(of: count, in: possible, fitting: error)
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

  /// The answers behind a value in words.
  private func answers(of cell: DocumentedResults.Cell) -> String {
    "\(cell.count ?? 0) items" + (cell.runs > 1 ? " in \(cell.runs) runs" : "")
  }

  func fittingItemCounts(_ cell: DocumentedResults.Cell, in range: ClosedRange<Int>?)
    -> DecodedTable.ItemCounts?
  {
    let proportions = cell.values.filter(cell.isProportion)
    let printed = proportions.compactMap { cell.unit.printed($0.text) }
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
    for cell in results.cells where cell.composition != nil {
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
      return (Int128(2 * value.numerator - 1) * scale, Int128(2 * value.numerator + 1) * scale)
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
  /// Whether a value is a share of the row's items: no mean of rows, and no mean of the runs that its band is from.
  fileprivate func isProportion(_ value: DocumentedResults.Value) -> Bool {
    switch value.band?.kind {
    case .seedPrediction, .referenceConvergence: false
    default: !isMean
    }
  }

  /// Whether the row is the mean of other rows.
  var isMean: Bool {
    if case .mean = composition { true } else { false }
  }
}
