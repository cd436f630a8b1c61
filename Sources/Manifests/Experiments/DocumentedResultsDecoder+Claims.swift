import Scoring

extension DocumentedResultsDecoder {
  /// What a claim may come to; the keys of claims.
  private static let tests = [
    "better", "not_better", "equivalent", "retained", "none_correct", "untestable",
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
        "above 0 and below 1"
      ) { $0 > 0 && $0 < 1 }
      let rows = rows(mapping)
      guard let (first, second) = pair, let margin, let rows else { return nil }
      return .equivalent(arm: first, to: second, rows: rows, margin: margin)
    case "not_better":
      let pair = pair(mapping, "than")
      let margin =
        mapping.optional("margin").map { $0.number("from 0 to below 1") { $0 >= 0 && $0 < 1 } } ?? 0
      let rows = rows(mapping)
      guard let (first, second) = pair, let margin, let rows else { return nil }
      return .notBetter(arm: first, than: second, rows: rows, margin: margin)
    default:
      let pair = pair(mapping, "than")
      let rows = rows(mapping)
      guard let (first, second) = pair, let rows else { return nil }
      return .better(arm: first, than: second, rows: rows)
    }
  }

  private func noneCorrect(_ mapping: MappingReader) -> DocumentedResults.Test? {
    var arms: [String] = []
    for entry in mapping.required("arms")?.list() ?? [] {
      guard let arm = arm(entry) else { continue }
      if arms.contains(arm) { entry.report(.contradiction, "'\(arm)' is already in this list") }
      arms.append(arm)
    }
    // Where nothing is right, a source may say so in words and print no row.
    guard let rows = rows(mapping, mayBeUnprinted: true), !arms.isEmpty else { return nil }
    return .noneCorrect(arms: arms, rows: rows)
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
      if !rowNames.contains(id), isShare, !mayBeUnprinted, !hasUnnamedRow {
        entry.report(
          .unknownReference,
          "there is no row '\(NodeReader.shortened(id))'"
            + hint(for: id, among: self.rows.map(\.cell.id)))
      }
    }
    return names.count == entries.count ? names : nil
  }
}
