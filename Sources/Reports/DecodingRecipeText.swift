package import Files
package import Manifests

/// A recipe as text: the ledger of what is not known.
package enum DecodingRecipeText {
  /// The whole ledger: a table of what engines do with each key, and the reasons of each choice.
  package static func text(_ recipe: Recipe) -> ReportText {
    let header = ["", "published"] + recipe.engines.map(\.name) + ["choice here"]
    let published = recipe.entries.filter { $0.published != nil }
    let open = recipe.entries.filter { $0.published == nil }
    func rows(_ entries: [Recipe.Entry]) -> [[String]] {
      entries.map { entry in
        [entry.key, shortened(entry.published ?? "–")] + entry.effects.map(\.rawValue)
          + [shortened(entry.choice)]
      }
    }
    let leading = Set(header.indices)
    let table = OutcomeText.columns([header] + rows(published) + rows(open), leading: leading)
    let engines = recipe.engines.map { "\($0.name): \($0.title)" }.joined(separator: "; ")
    let reasons = recipe.entries.flatMap { Paragraph.wrapped(explanation($0), indent: "  ") }
    let key =
      "consumed: the engine reads it, and results depend on it. ignored: it accepts it, and they do not. unknown: it has no such setting, which is dropped or refused. defaulted: it takes its own default unless told. \(engines)."
    return ReportText(paragraphs: [
      ReportText([recipe.title, summary(recipe)]), ReportText(table),
      ReportText(Paragraph.wrapped(key)), ReportText(reasons),
    ])
  }

  /// How many keys are published and how many choices are open, and which published keys an engine does not know.
  package static func summary(_ recipe: Recipe) -> String {
    let published = recipe.entries.count { $0.published != nil }
    let unknown = recipe.engines.compactMap { engine in
      let keys = recipe.unknownKeys(of: engine.name)
      return keys.isEmpty ? nil : "unknown to \(engine.name): \(keys.joined(separator: ", "))"
    }
    return "\(published) published settings, \(recipe.entries.count - published) open choices"
      + (unknown.isEmpty ? "" : "; " + unknown.joined(separator: "; "))
  }

  /// Why an entry is chosen so and what others do, with what the table has no room for.
  private static func explanation(_ entry: Recipe.Entry) -> String {
    var sentences: [String] = []
    if let published = entry.published, shortened(published) != published {
      sentences.append("Published: \(published).")
    }
    if shortened(entry.choice) != entry.choice { sentences.append("Choice: \(entry.choice).") }
    sentences.append(entry.reason)
    let elsewhere = entry.alternatives.map { "\($0.source): \($0.value)" }
    if !elsewhere.isEmpty { sentences.append("[\(elsewhere.joined(separator: "; "))]") }
    return "\(entry.key): \(sentences.joined(separator: " "))"
  }

  /// A text as a cell of the table shows it.
  private static func shortened(_ text: String) -> String {
    text.count > 32 ? text.prefix(31) + "…" : text
  }
}
