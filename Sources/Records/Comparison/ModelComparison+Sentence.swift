import Files
import Scoring

extension ModelComparison {
  /// What came out, one sentence for each model.
  package var sentences: [String] { pairs.map(sentence) }

  /// What came out of a model: what is better, what is worse, and of how much nothing can be said.
  package func sentence(_ pair: Pair) -> String {
    let rows = pair.primary
    guard !rows.isEmpty else {
      return "\(pair.model) and \(reference) have no task whose main metric can be compared."
    }
    let worse = rows.filter { $0.judgement == .worse }
    let better = rows.filter { $0.judgement == .better }
    let same = rows.filter { $0.judgement == .same }
    let undecided = rows.filter { $0.judgement == .undecided }
    var parts: [String] = []
    if !worse.isEmpty {
      parts.append("\(pair.model) is worse than \(reference) on \(list(worse))")
    }
    if !better.isEmpty {
      let start = worse.isEmpty ? "\(pair.model) is better than \(reference)" : "better"
      parts.append("\(start) on \(list(better))")
    }
    if !same.isEmpty, let margin {
      let start = parts.isEmpty ? "\(pair.model) is " : ""
      parts.append(
        "\(start)the same as \(reference) within \(Self.points(margin)) on \(list(same))")
    }
    let claims = parts.joined(separator: ", and ")
    guard !undecided.isEmpty else { return "\(claims)." }
    guard parts.isEmpty else {
      return
        "\(claims); on \(undecided.count) of \(English.count(rows.count, "task")) nothing can be told."
    }
    let which = rows.count == 1 ? list(rows) : "any of \(English.count(rows.count, "task"))"
    return "Whether \(pair.model) is better or worse than \(reference) cannot be told on \(which)."
  }

  private func list(_ rows: [Row]) -> String {
    English.list(
      rows.map { row in
        let corrected = testCount > 1 ? " after correction" : ""
        let value =
          (row.judgement == .same ? row.equivalencePValue : row.adjustedPValue) ?? row.pValue
        return
          "\(row.task) (\(Self.signed(row.difference, row)), p \(English.short(value))\(corrected))"
      }, limit: 4)
  }

  /// A difference with its sign and unit.
  package static func signed(_ value: Double, _ row: Row) -> String {
    guard row.quantity.unit == .share else {
      return "\(Decimals.signed(value, 4)) \(row.quantity.unit.rawValue)"
    }
    return "\(Decimals.signed(100 * value, 2)) points"
  }

  /// A difference of shares without its sign.
  package static func points(_ value: Double) -> String {
    let text = English.short(100 * value)
    return "\(text) \(text == "1" ? "point" : "points")"
  }

  /// What else has to be known, in sentences: documents and rows that were left out, and what the sources say.
  package var notes: [String] {
    var notes: [String] = []
    for pair in pairs {
      // A row that stands for a task stands for its other metrics.
      for row in pair.primary {
        let lone = [(row.onlyInReference, reference), (row.onlyInOther, pair.model)]
          .filter { $0.0 > 0 }.map { "\(English.count($0.0, "document")) only of \($0.1)" }
        if !lone.isEmpty {
          notes.append(
            "Of \(row.task), \(lone.joined(separator: " and ")) were left out: the other was not asked the same."
          )
        }
        if row.ambiguous > 0 {
          notes.append(
            "Of \(row.task), \(English.count(row.ambiguous, "document")) have the same content as another one and were matched in their order."
          )
        }
      }
      notes += pair.leftOut.map { "Not compared: \($0.why)" }
    }
    notes += models.flatMap(\.notes)
    var known: Set<String> = []
    return notes.filter { known.insert($0).inserted }
  }
}
