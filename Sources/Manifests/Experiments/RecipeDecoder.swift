import Files

/// Turns YAML into a ``Recipe``, collecting every problem on the way.
final class RecipeDecoder {
  private let decoding: ManifestDecoding
  /// Names of sources, whole or with problems.
  private var sourceNames: [String] = []
  /// Names of engines, whole or with problems, in the order of the file.
  private var engineNames: [String] = []

  private init(_ source: ManifestSource) {
    decoding = ManifestDecoding(source, subject: "the recipe")
  }

  /// Reads a recipe.
  ///
  /// `bytes` are the YAML text, `name` is what messages call the file. Throws everything that is wrong at once.
  static func decode(_ bytes: [UInt8], name: String) throws(ManifestError) -> Recipe {
    let decoder = RecipeDecoder(try ManifestSource(bytes: bytes, name: name))
    return try decoder.decoding.finished(decoder.recipe())
  }

  private func recipe() -> Recipe? {
    guard let root = decoding.root(), root.hasSchema(Recipe.schemaVersion) else { return nil }
    let name = root.required("name")?.identifier()
    let title = root.required("title")?.line()
    let sources = root.required("sources").map(DocumentedResultsDecoder.sources)
    sourceNames = sources?.names ?? []
    let publication = root.required("publication", "the source that is the publication itself")
      .flatMap { reference($0) }
    let engines = root.required("engines").map(engines) ?? []
    var entries: [Recipe.Entry] = []
    var keys: Set<String> = []
    for reader in root.required("entries")?.list(limit: 512) ?? [] {
      guard let entry = entry(reader) else { continue }
      if !keys.insert(entry.key).inserted {
        reader.report(.contradiction, "'\(entry.key)' is already in this list")
      }
      entries.append(entry)
    }
    root.finish()
    guard decoding.problems.isEmpty, let name, let title, let sources, let publication else {
      return nil
    }
    return Recipe(
      name: name, title: title, publication: publication, sources: sources.read, engines: engines,
      entries: entries)
  }

  private func engines(_ reader: NodeReader) -> [Recipe.Engine] {
    guard let mapping = reader.mapping(path: "engines") else { return [] }
    let entries = mapping.named()
    guard (1...8).contains(entries.count) else {
      reader.report(
        .invalidValue, "'engines' has to have 1 to 8 entries, but it has \(entries.count)")
      return []
    }
    engineNames = entries.map(\.name)
    return entries.compactMap { entry in
      entry.value.line().map { Recipe.Engine(name: entry.name, title: $0) }
    }
  }

  private func entry(_ reader: NodeReader) -> Recipe.Entry? {
    guard let mapping = reader.mapping(path: "entries") else { return nil }
    defer { mapping.finish() }
    let key = mapping.required("key")?.line()
    let published = mapping.optional("published").map { $0.line() }
    let effects = mapping.required("effect", "what each engine does with it").flatMap(effects)
    let choice = mapping.required("choice")?.line()
    let reason = mapping.required("why")?.paragraph()
    let alternatives = mapping.optional("alternatives").map(alternatives) ?? []
    guard let key, let effects, let choice, let reason else { return nil }
    return Recipe.Entry(
      key: key, published: published ?? nil, effects: effects, choice: choice, reason: reason,
      alternatives: alternatives)
  }

  private func effects(_ reader: NodeReader) -> [Recipe.Effect]? {
    guard let mapping = reader.mapping(path: "entries.effect") else { return nil }
    let effects = engineNames.map { engine in
      mapping.required(engine).flatMap { $0.choice(of: Recipe.Effect.self) }
    }
    mapping.finish()
    let known = effects.compactMap(\.self)
    return known.count == effects.count ? known : nil
  }

  private func alternatives(_ reader: NodeReader) -> [Recipe.Alternative] {
    guard let mapping = reader.mapping(path: "entries.alternatives") else { return [] }
    return mapping.named().compactMap { entry in
      guard sourceNames.contains(entry.name) else {
        reportUnknown(entry.name, entry.value)
        return nil
      }
      return entry.value.line().map { Recipe.Alternative(source: entry.name, value: $0) }
    }
  }

  private func reference(_ reader: NodeReader) -> String? {
    guard let text = reader.text() else { return nil }
    if sourceNames.contains(text) { return text }
    reportUnknown(text, reader)
    return nil
  }

  private func reportUnknown(_ source: String, _ reader: NodeReader) {
    reader.report(
      .unknownReference,
      "there is no source '\(NodeReader.shortened(source))'"
        + (decoding.isFull ? "" : NearestWord.hint(for: source, among: sourceNames)))
  }
}
