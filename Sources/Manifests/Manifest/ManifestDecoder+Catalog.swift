import Assets
import Scoring

extension ManifestDecoder {
  /// Reads a catalog of benchmarks, whose `wheels:` and `assets:` are those of manifests.
  ///
  /// `bytes` are the YAML text. Throws everything that is wrong at once.
  static func decodeCatalog(_ bytes: [UInt8], path: String) throws(ManifestError)
    -> BenchmarkCatalog
  {
    let decoder = ManifestDecoder(try ManifestSource(bytes: bytes, name: path))
    let catalog = decoder.catalog(path: path)
    try decoder.decoding.throwProblems()
    guard let catalog else {
      throw ManifestError(.syntax, file: path, "the list of benchmarks cannot be read")
    }
    return catalog
  }

  private func catalog(path: String) -> BenchmarkCatalog? {
    guard let root = decoding.root(), root.hasSchema(Manifest.schemaVersion) else { return nil }
    decodeWheels(root.optional("wheels"))
    decodeAssets(root.required("assets"))
    _ = decodeUnpinned(root.optional("unpinned"))
    var sources: [BenchmarkCatalog.Source] = []
    for entry in root.required("benchmarks")?.list(limit: 64) ?? [] {
      guard let source = decodeSource(entry) else { continue }
      if sources.contains(where: { $0.benchmark == source.benchmark }) {
        entry.report(.contradiction, "\(source.benchmark.name) is already in this list")
      }
      sources.append(source)
    }
    let languageData = root.optional("language_data").flatMap(decodeLanguageData)
    root.finish()
    if decoding.problems.isEmpty { reportUnused() }
    guard decoding.problems.isEmpty else { return nil }
    return BenchmarkCatalog(
      path: path, assets: declaredAssets.compactMap(\.asset), sources: sources,
      languageData: languageData)
  }

  private func decodeSource(_ reader: NodeReader) -> BenchmarkCatalog.Source? {
    guard let mapping = reader.mapping(path: "benchmarks") else { return nil }
    defer { mapping.finish() }
    let benchmark = mapping.required("task")?.benchmark()
    let documents = mapping.required("documents", "the asset with the questions").map {
      assetNames($0)
    }
    let examples = mapping.optional("examples").map { assetNames($0) } ?? []
    let format = mapping.required("format")?.choice(of: DataFormat.self)
    let fields = mapping.optional("fields")
    let oneRowPer = mapping.optional("one_row_per").flatMap { fieldPath($0) }
    guard let benchmark, let documents, let format else { return nil }
    return BenchmarkCatalog.Source(
      benchmark: benchmark, documents: documents, examples: examples, format: format,
      columns: fields.map { decodeColumns($0, benchmark) } ?? benchmark.originalColumns,
      oneRowPer: oneRowPer)
  }
}
