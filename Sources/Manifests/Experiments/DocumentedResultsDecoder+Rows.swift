import Scoring

extension DocumentedResultsDecoder {
  /// Reads an entry of `cells:`.
  ///
  /// `unit`, `runs` and `band` are those of rows and values that have none of their own.
  func decodeRow(_ reader: NodeReader, unit: DocumentedResults.Unit, runs: Int, band: Band?) {
    guard let mapping = reader.mapping(path: "cells") else {
      hasUnnamedRow = true
      return
    }
    defer { mapping.finish() }
    let task = mapping.required("task")?.identifier()
    let metric = mapping.required("metric")?.line()
    let difference = difference(mapping)
    let label =
      difference == nil
      ? mapping.required("label", "what the source calls the row")?.line()
      : mapping.optional("label").map { $0.line() } ?? difference.map { "\($0.arm) − \($0.minus)" }
    let count = mapping.optional("n").map { $0.integer(in: 1...100_000_000) }
    let unit = self.unit(mapping, metric: metric, common: unit)
    let runs = mapping.optional("runs").map(Self.runs) ?? runs
    let composition = composition(mapping)
    let isRequired = mapping.optional("required").map { $0.boolean() } ?? true
    let source = source(mapping)
    let effect = smallestEffect(mapping, unit: unit ?? .fraction)
    let documents = mapping.optional("documents").map { $0.digest() }
    let values: [(value: DocumentedResults.Value, line: Int)]?
    if let difference {
      values = value(
        mapping, reader, of: difference.arm, unit: unit ?? .fraction, count: count ?? nil,
        band: band, isDifference: true
      ).map { [($0, reader.position.line)] }
      if composition != nil {
        reader.report(.contradiction, "a difference is not made from other rows")
      }
    } else {
      values = mapping.required("values").map {
        self.values(
          $0, unit: unit ?? .fraction, count: count ?? nil, runs: runs ?? 1, band: band)
      }
    }
    guard let task, let metric else {
      hasUnnamedRow = true
      return
    }
    let cell = DocumentedResults.Cell(
      task: task, metric: metric, label: label ?? "", count: count ?? nil,
      unit: unit ?? .fraction, values: values?.map(\.value) ?? [], composition: composition,
      isRequired: isRequired ?? true, source: source ?? "", runs: runs ?? 1,
      minus: difference?.minus, smallestEffect: effect, documents: documents ?? nil)
    for (value, line) in values ?? [] { lines[cell.verdictID(of: value.arm)] = line }
    let key = difference.map { cell.verdictID(of: $0.arm) } ?? cell.id
    if !rowNames.insert(key).inserted {
      reader.report(.contradiction, "the row '\(key)' is already in this list")
    }
    rows.append((cell, reader))
  }

  /// The unit of a row: its own, or that of all shares for a share; likelihoods have only one.
  private func unit(
    _ mapping: MappingReader, metric: String?, common: DocumentedResults.Unit
  ) -> DocumentedResults.Unit? {
    let own = metric.map { DocumentedResults.Unit(Quantity(metric: $0)) }
    guard let reader = mapping.optional("unit") else {
      return own.map { $0.isShare && common.isShare ? common : $0 }
    }
    guard let unit = reader.choice(of: DocumentedResults.Unit.self) else { return nil }
    if let metric, let own, own != unit, !(own.isShare && unit.isShare) {
      reader.report(
        .contradiction,
        "the unit is '\(unit.rawValue)', but \(NodeReader.shortened(metric)) is measured in '\(own.rawValue)'"
      )
    }
    return unit
  }

  /// The arms of a row that is a difference, `arm` and `minus`; nil if it has neither.
  private func difference(_ mapping: MappingReader) -> (arm: String, minus: String)? {
    let reader = mapping.optional("arm")
    let other = mapping.optional("minus")
    guard reader != nil || other != nil else { return nil }
    mapping.forbid("values", "the row is a difference of two arms and has one 'value'")
    if reader == nil || other == nil {
      mapping.reportMissing([], "one of 'arm' and 'minus', which go together")
    }
    guard let first = arm(reader), let second = arm(other) else { return nil }
    if first == second {
      other?.report(.contradiction, "the arm '\(first)' is compared with itself")
    }
    return (first, second)
  }

  /// Reads `matters_from:`, the smallest effect of interest in the row's unit, as a fraction.
  private func smallestEffect(
    _ mapping: MappingReader, unit: DocumentedResults.Unit
  ) -> Double? {
    guard let reader = mapping.optional("matters_from") else { return nil }
    let largest = unit == .percent ? 100.0 : unit == .fraction ? 1 : 1000
    let effect = reader.number("above 0 and at most \(Int(largest))") { $0 > 0 && $0 <= largest }
    return effect.map { unit == .percent ? $0 / 100 : $0 }
  }

  /// Reads `runs:`, the number of runs whose mean a value is.
  static func runs(_ reader: NodeReader) -> Int? { reader.integer(in: 1...1000) }

  private func composition(_ mapping: MappingReader) -> DocumentedResults.Composition? {
    let total = mapping.optional("total_of")
    let mean = mapping.optional("mean_of")
    if total != nil { mapping.forbid("mean_of", "the row has 'total_of' already") }
    func tasks(_ reader: NodeReader) -> [String] {
      var names: [String] = []
      for entry in reader.list() ?? [] {
        guard let name = entry.identifier() else { continue }
        if names.contains(name) {
          entry.report(.contradiction, "'\(name)' is already in this list")
        } else {
          names.append(name)
        }
      }
      return names
    }
    return total.map { .total(of: tasks($0)) } ?? mean.map { .mean(of: tasks($0)) }
  }

  // MARK: - Values

  private func values(
    _ reader: NodeReader, unit: DocumentedResults.Unit, count: Int?, runs: Int, band: Band?
  ) -> [(value: DocumentedResults.Value, line: Int)] {
    guard let mapping = reader.mapping(path: "cells.values") else { return [] }
    if mapping.entries.isEmpty { mapping.reportMissing([], "a value") }
    var values: [(value: DocumentedResults.Value, line: Int)] = []
    for entry in mapping.named() {
      guard armNames.contains(entry.name) else {
        entry.value.report(
          .unknownReference,
          "there is no arm '\(entry.name)'" + hint(for: entry.name, among: armNames))
        continue
      }
      if let value = value(entry.value, of: entry.name, unit: unit, count: count, band: band) {
        if runs > 1, value.band?.kind == .exactCount {
          entry.value.report(
            .contradiction,
            "a band of the kind 'exact-count' is of one run, but the value is the mean of \(runs)")
        }
        values.append((value, entry.value.position.line))
      }
    }
    return armNames.compactMap { arm in values.first { $0.value.arm == arm } }
  }

  private func value(
    _ reader: NodeReader, of arm: String, unit: DocumentedResults.Unit, count: Int?, band: Band?
  ) -> DocumentedResults.Value? {
    guard reader.isMapping else {
      guard let text = decimal(reader, unit) else { return nil }
      check(band, around: Band.Center(text: text, unit: unit, count: count), reader)
      return DocumentedResults.Value(arm: arm, text: text, standardError: nil, band: band)
    }
    guard let mapping = reader.mapping(path: "cells.values.\(arm)") else { return nil }
    defer { mapping.finish() }
    return value(
      mapping, reader, of: arm, unit: unit, count: count, band: band, isDifference: false)
  }

  /// Reads `value`, `standard_error` and `band` of a mapping, which may hold more.
  private func value(
    _ mapping: MappingReader, _ reader: NodeReader, of arm: String, unit: DocumentedResults.Unit,
    count: Int?, band: Band?, isDifference: Bool
  ) -> DocumentedResults.Value? {
    let text = mapping.required("value").flatMap { decimal($0, unit, isDifference: isDifference) }
    let error = mapping.optional("standard_error").map { decimal($0, unit) }
    let bandReader = mapping.optional("band")
    let ownBand = bandReader.flatMap { self.band($0, isCommon: false) }
    guard let text else { return nil }
    let effective = bandReader == nil ? band : ownBand
    check(
      effective, around: Band.Center(text: text, unit: unit, count: count), bandReader ?? reader,
      isDifference: isDifference)
    return DocumentedResults.Value(
      arm: arm, text: text, standardError: error ?? nil, band: effective)
  }

  /// Reports a band that cannot be put around a value, or whose stored limits are not its own.
  private func check(
    _ band: Band?, around center: Band.Center, _ reader: NodeReader, isDifference: Bool = false
  ) {
    guard let band else { return }
    if band.isOfShares, isDifference {
      reader.report(
        .contradiction,
        "a band of the kind '\(band.name)' is one of right answers, but the value is a difference")
      return
    }
    if band.isOfShares, !center.unit.isShare {
      reader.report(
        .contradiction,
        "a band of the kind '\(band.name)' is one of right answers, but the unit of the row is '\(center.unit.rawValue)'"
      )
      return
    }
    if let run = band.runs.first(where: {
      !center.unit.canBe($0, isDifference: isDifference)
    }) {
      reader.report(
        .invalidValue,
        "the run '\(NodeReader.shortened(run))' of the band is no value in the unit '\(center.unit.rawValue)'"
      )
      return
    }
    if band.needsCount, center.count == nil {
      reader.report(
        .contradiction,
        "a band of the kind '\(band.name)' is computed from the number of items, but the row has no 'n'"
      )
      return
    }
    guard band.stored != nil else { return }
    do {
      guard let difference = try band.contradiction(around: center) else { return }
      reader.report(
        .contradiction,
        "the \(difference.side) limit is written as \(difference.stored), but from its kind and inputs it is \(difference.computed)"
      )
    } catch {
      reader.report(.invalidValue, "the band has no limits: \(error)")
    }
  }

  // MARK: - Compositions

  /// Reports parts that are no rows, and totals that have not as many items as their parts.
  func checkCompositions() {
    let cells = rows.map(\.cell)
    let index = DocumentedResults.RowIndex(cells)
    for (cell, reader) in rows {
      guard let composition = cell.composition else { continue }
      var counts: [Int?] = []
      for name in composition.tasks {
        switch index.part(name, of: cell) {
        case .row(let part): counts.append(part.count)
        case .missing where hasUnnamedRow: counts.append(nil)
        case .missing:
          counts.append(nil)
          reader.report(
            .unknownReference,
            "'\(cell.id)' is made from '\(name)', but there is no such row\(isTotal(cell) ? " with the metric \(cell.metric)" : "")"
              + hint(for: name, among: cells.map(\.task).filter { $0 != cell.task }))
        case .ambiguous:
          counts.append(nil)
          reader.report(
            .unknownReference,
            "'\(cell.id)' is made from '\(name)', which has several rows, none with the metric \(cell.metric)"
          )
        }
      }
      let known = counts.compactMap(\.self)
      guard isTotal(cell), let total = cell.count, known.count == counts.count else { continue }
      // No sum of a thousand counts of at most a hundred million overflows.
      let sum = known.reduce(0, +)
      if sum != total {
        reader.report(
          .contradiction, "'\(cell.id)' has \(total) items, but its parts have \(sum) together")
      }
    }
  }

  private func isTotal(_ cell: DocumentedResults.Cell) -> Bool {
    if case .total = cell.composition { true } else { false }
  }
}
