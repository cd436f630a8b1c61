import Scoring

extension DocumentedResultsDecoder {
  /// What a claim may come to; the keys of claims.
  private static let tests = [
    "better", "worse", "not_better", "equivalent", "retained", "ratio", "frontier", "none_correct",
    "untestable",
  ]

  /// Reads `claims:`.
  func claims(_ reader: NodeReader?) -> [DocumentedResults.Claim] {
    var claims: [DocumentedResults.Claim] = []
    var names: [String] = []
    for entry in reader?.list(limit: 256) ?? [] {
      guard let mapping = entry.mapping(path: "claims") else { continue }
      defer { mapping.finish() }
      let name = mapping.required("id")?.identifier()
      if let name, names.contains(name) {
        entry.report(.contradiction, "the claim '\(name)' is already in this list")
      }
      names += name.map { [$0] } ?? []
      if let name { lines[name] = entry.position.line }
      let statement = mapping.required("statement", "the claim in words")?.paragraph()
      let test = mapping.exactlyOne(of: Self.tests).flatMap(test)
      let isRequired = mapping.optional("required").map { $0.boolean() } ?? true
      let source = source(mapping)
      guard let name, let statement, let test, let isRequired, let source else { continue }
      claims.append(
        DocumentedResults.Claim(
          id: name, statement: statement, test: test, isRequired: isRequired, source: source))
    }
    return claims
  }

  private func test(_ key: String, _ reader: NodeReader) -> DocumentedResults.Test? {
    if key == "untestable" { return reader.paragraph().map { .untestable(reason: $0) } }
    guard let mapping = reader.mapping(path: "claims.\(key)") else { return nil }
    defer { mapping.finish() }
    switch key {
    case "none_correct": return noneCorrect(mapping)
    case "retained":
      let pair = pair(mapping, "than")
      let base = arm(mapping.required("base", "the arm that was not trained"))
      let rows = rows(mapping)
      guard let (first, second) = pair, let base, let rows else { return nil }
      guard base != first, base != second else {
        reader.report(.contradiction, "'base' is one of the arms that are compared with it")
        return nil
      }
      return .retained(arm: first, than: second, base: base, rows: rows)
    case "equivalent":
      let pair = pair(mapping, "to")
      let margin = mapping.required("margin", "how much difference is none")?.number(
        "above 0 and below 1000"
      ) { $0 > 0 && $0 < 1000 }
      let rows = rows(mapping)
      guard let (first, second) = pair, let margin, let rows else { return nil }
      check(margin, of: rows, reader)
      return .equivalent(arm: first, to: second, rows: rows, margin: margin)
    case "not_better":
      let pair = pair(mapping, "than")
      let margin =
        mapping.optional("margin").map {
          $0.number("from 0 to below 1000") { $0 >= 0 && $0 < 1000 }
        } ?? 0
      let rows = rows(mapping)
      guard let (first, second) = pair, let margin, let rows else { return nil }
      check(margin, of: rows, reader)
      return .notBetter(arm: first, than: second, rows: rows, margin: margin)
    case "ratio": return ratio(mapping, reader)
    case "frontier": return frontier(mapping)
    default:
      let pair = pair(mapping, "than")
      let effect = leastEffect(mapping)
      let rows = rows(mapping)
      guard let (first, second) = pair, let rows else { return nil }
      if let effect { check(effect, of: rows, reader) }
      return key == "worse"
        ? .worse(arm: first, than: second, by: effect, rows: rows)
        : .better(arm: first, than: second, by: effect, rows: rows)
    }
  }

  /// Reads `by:`, the least effect of interest; nil where it is left out, and for what has been reported.
  private func leastEffect(_ mapping: MappingReader) -> Double? {
    mapping.optional("by")?.number("from 0 to below 1000") { $0 >= 0 && $0 < 1000 }
  }

  /// Reports an effect that no two shares can have.
  private func check(
    _ effect: Double, of rows: [DocumentedResults.RowName], _ reader: NodeReader
  ) {
    guard effect >= 1,
      let share = rows.first(where: { Quantity(metric: $0.metric).unit == .share })
    else { return }
    reader.report(
      .invalidValue,
      "\(share.task).\(share.metric) is from 0 to 1, so that no two values are \(effect) apart")
  }

  private func ratio(_ mapping: MappingReader, _ reader: NodeReader) -> DocumentedResults.Test? {
    let pair = pair(mapping, "to")
    let limit = mapping.required("below", "the ratio that it has to lie below")?.number(
      "above 0 and at most 1000"
    ) { $0 > 0 && $0 <= 1000 }
    let rows = rows(mapping)
    guard let (first, second) = pair, let limit, let rows else { return nil }
    if let row = rows.first(where: { !Quantity(metric: $0.metric).isNonnegative }) {
      reader.report(
        .contradiction,
        "\(NodeReader.shortened(row.metric)) can be negative, so that ratios of it say nothing")
    }
    return .ratio(arm: first, to: second, below: limit, rows: rows)
  }

  private func frontier(_ mapping: MappingReader) -> DocumentedResults.Test? {
    let first = arm(mapping.required("arm"))
    let against = mapping.required("against", "the arms whose line the arm is held against")
    var others: [String] = []
    for entry in against?.list() ?? [] {
      guard let other = arm(entry) else { continue }
      if others.contains(other) || other == first {
        entry.report(.contradiction, "'\(other)' is already compared")
      }
      others.append(other)
    }
    if let against, others.count < 2 {
      against.report(.invalidValue, "'against' has to name at least 2 arms: one has no line")
    }
    let cost = rowName(mapping.required("cost", "what is paid, as in 'text.kl_from_base'"))
    let gain = rowName(mapping.required("gain", "what is learned, as in 'text.nats_per_token'"))
    let effect = leastEffect(mapping)
    guard let first, others.count > 1, let cost, let gain else { return nil }
    return .frontier(arm: first, against: others, cost: cost, gain: gain, by: effect ?? 0)
  }

  /// Reads the name of a row as "task.metric".
  private func rowName(_ reader: NodeReader?) -> DocumentedResults.RowName? {
    guard let reader, let text = reader.line() else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let metric = parts.last, !metric.isEmpty else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to be a task and a metric with a point between them, but it is '\(NodeReader.shortened(text))'"
      )
      return nil
    }
    let task = parts.dropLast().joined(separator: ".")
    return DocumentedResults.RowName(task: task, metric: String(metric))
  }

  private func noneCorrect(_ mapping: MappingReader) -> DocumentedResults.Test? {
    var arms: [String] = []
    for entry in mapping.required("arms")?.list() ?? [] {
      guard let arm = arm(entry) else { continue }
      if arms.contains(arm) { entry.report(.contradiction, "'\(arm)' is already in this list") }
      arms.append(arm)
    }
    // Where nothing is right, a source may say so in words and print no row.
    let rows = rows(mapping, mayBeUnprinted: true)
    let count = mapping.optional("n").map { $0.integer(in: 1...100_000_000) }
    let rate = mapping.optional("largest_rate").map {
      $0.number("above 0 and below 1") { $0 > 0 && $0 < 1 }
    }
    if count == nil, rate == nil {
      mapping.reportMissing(
        ["n"], "the key 'n' or 'largest_rate': of a single item, no right answer says nothing")
    }
    guard let rows, !arms.isEmpty else { return nil }
    return .noneCorrect(arms: arms, rows: rows, count: count ?? nil, largestRate: rate ?? nil)
  }

  /// The arm and the one that it is compared with; two different ones.
  private func pair(_ mapping: MappingReader, _ preposition: String) -> (String, String)? {
    let first = arm(mapping.required("arm"))
    let reader = mapping.required(preposition)
    guard let first, let second = arm(reader) else { return nil }
    guard first != second else {
      reader?.report(.contradiction, "the arm '\(first)' is compared with itself")
      return nil
    }
    return (first, second)
  }

  private func rows(_ mapping: MappingReader, mayBeUnprinted: Bool = false)
    -> [DocumentedResults.RowName]?
  {
    guard let entries = mapping.required("rows")?.list() else { return nil }
    var names: [DocumentedResults.RowName] = []
    for entry in entries {
      guard let row = entry.mapping(path: "\(mapping.path).rows") else { continue }
      defer { row.finish() }
      let task = row.required("task")?.identifier()
      let metric = row.required("metric")?.line()
      guard let task, let metric else { continue }
      let name = DocumentedResults.RowName(task: task, metric: metric)
      if names.contains(name) {
        entry.report(.contradiction, "this row is already in this list")
      }
      names.append(name)
      let id = "\(task).\(metric)"
      // Publications print shares; likelihoods are for repetitions to measure.
      let isShare = Quantity(metric: metric).unit == .share
      let isPrinted = self.rows.contains { $0.cell.id == id }
      if !isPrinted, isShare, !mayBeUnprinted, !hasUnnamedRow {
        entry.report(
          .unknownReference,
          "there is no row '\(NodeReader.shortened(id))'"
            + hint(for: id, among: self.rows.map(\.cell.id)))
      }
    }
    return names.count == entries.count ? names : nil
  }
}
