import Files
import Provenance
import Statistics

/// Turns YAML into ``DocumentedResults``, collecting every problem on the way.
///
/// Where something is wrong, reading goes on without it; the results are only used if nothing was wrong.
package final class DocumentedResultsDecoder {
  /// How many columns a table may have; every two of them may be compared.
  private static let largestArmCount = 16

  /// The text and the problems.
  let decoding: ManifestDecoding
  /// Names of sources, whole or with problems.
  private var sourceNames: [String] = []
  /// Names of arms, whole or with problems, in the order of the file.
  var armNames: [String] = []
  /// The rows that were read, and where.
  var rows: [(cell: DocumentedResults.Cell, reader: NodeReader)] = []
  /// Names of those rows.
  var rowNames: Set<String> = []
  /// Whether a row has problems that keep its name from being known.
  var hasUnnamedRow = false
  /// The lines of values and claims by the names of their verdicts, and of the digest of all results.
  var lines: [String: Int] = [:]

  init(_ source: ManifestSource) {
    decoding = ManifestDecoding(source, subject: "the file")
  }

  /// Reads documented results.
  ///
  /// `bytes` are the YAML text, `name` is what messages call the file. Throws everything that is wrong at once.
  package static func decode(_ bytes: [UInt8], name: String) throws(ManifestError)
    -> DocumentedResults
  {
    try decodeWithLines(bytes, name: name).results
  }

  /// Reads documented results, and in which line each thing that gets a verdict stands.
  static func decodeWithLines(
    _ bytes: [UInt8], name: String
  ) throws(ManifestError) -> (results: DocumentedResults, lines: [String: Int]) {
    let decoder = DocumentedResultsDecoder(try ManifestSource(bytes: bytes, name: name))
    let results = try decoder.decoding.finished(decoder.results())
    return (results, decoder.lines)
  }

  private func results() -> DocumentedResults? {
    guard let root = decoding.root(), root.hasSchema(DocumentedResults.schemaVersion) else {
      return nil
    }
    let name = root.required("name")?.identifier()
    let title = root.required("title")?.line()
    let sources = root.required("sources", "where the values are printed").map(sources) ?? []
    let arms = root.optional("arms").map(arms) ?? []
    let digestReader = root.optional("results")
    let digest = digestReader.map { $0.digest() }
    lines["results"] = digestReader?.position.line
    let unit = root.optional("unit").map { $0.choice(of: DocumentedResults.Unit.self) }
    let runs = root.optional("runs").map(Self.runs)
    let common = root.optional("band").flatMap { band($0, isCommon: true) }
    for entry in root.optional("cells")?.list() ?? [] {
      decodeRow(
        entry, unit: (unit ?? .fraction) ?? .fraction, runs: (runs ?? 1) ?? 1, band: common)
    }
    checkCompositions()
    let claims = claims(root.optional("claims"))
    if digest == nil, rows.isEmpty, claims.isEmpty, decoding.problems.isEmpty {
      root.reportMissing(["cells"], "the key 'cells', 'claims' or 'results': it documents nothing")
    }
    root.finish()
    guard decoding.problems.isEmpty, let name, let title else { return nil }
    return DocumentedResults(
      name: name, title: title, sources: sources, arms: arms, cells: rows.map(\.cell),
      claims: claims, resultsDigest: digest ?? nil)
  }

  // MARK: - Sources and arms

  private func sources(_ reader: NodeReader) -> [DocumentedResults.Source] {
    let sources = Self.sources(reader)
    sourceNames = sources.names
    return sources.read
  }

  /// Reads a mapping of sources: those without problems, and the names of all.
  static func sources(_ reader: NodeReader) -> (read: [DocumentedResults.Source], names: [String]) {
    guard let mapping = reader.mapping(path: "sources") else { return ([], []) }
    let entries = mapping.named()
    if mapping.entries.isEmpty {
      mapping.reportMissing([], "at least one source")
    }
    let read = entries.compactMap { entry -> DocumentedResults.Source? in
      guard let source = entry.value.mapping(path: "sources.\(entry.name)") else { return nil }
      defer { source.finish() }
      let title = source.required("title")?.line()
      let location = source.required("location", "an address, or the digest of a record")?.line()
      let record = source.optional("record").map { $0.digest() }
      let seeds = source.optional("seeds").map(seeds) ?? []
      guard let title, let location else { return nil }
      return DocumentedResults.Source(
        name: entry.name, title: title, location: location, record: record ?? nil, seeds: seeds)
    }
    return (read, entries.map(\.name))
  }

  /// The seeds of a record.
  private static func seeds(_ reader: NodeReader) -> [UInt64] {
    (reader.list() ?? []).compactMap { entry in
      entry.integer(in: 0...Int.max).map(UInt64.init)
    }
  }

  private func arms(_ reader: NodeReader) -> [DocumentedResults.Arm] {
    let entries = reader.mapping(path: "arms")?.named() ?? []
    guard entries.count <= Self.largestArmCount else {
      reader.report(
        .invalidValue,
        "'arms' has \(entries.count) entries; there may be \(Self.largestArmCount)")
      return []
    }
    armNames = entries.map(\.name)
    return entries.compactMap { entry in
      entry.value.line().map { DocumentedResults.Arm(name: entry.name, title: $0) }
    }
  }

  /// The name of the source of a row or claim: the only one there is, if it is not given.
  func source(_ mapping: MappingReader) -> String? {
    if let reader = mapping.optional("source") {
      return reference(reader, "source", among: sourceNames)
    }
    if sourceNames.count > 1 {
      mapping.reportMissing(["source"], "the key 'source', since there are several")
    }
    return sourceNames.first
  }

  /// The name of an arm.
  func arm(_ reader: NodeReader?) -> String? {
    reader.flatMap { reference($0, "arm", among: armNames) }
  }

  /// A text that is one of `names`; anything else is reported.
  func reference(_ reader: NodeReader, _ kind: String, among names: [String]) -> String? {
    guard let text = reader.text() else { return nil }
    if names.contains(text) { return text }
    reader.report(
      .unknownReference,
      "there is no \(kind) '\(NodeReader.shortened(text))'"
        + hint(for: text, among: names))
    return nil
  }

  /// What was probably meant, as the end of a message; empty once there are more problems than are shown.
  func hint(for word: String, among candidates: @autoclosure () -> [String]) -> String {
    guard decoding.problems.count < ManifestError.largestCount else { return "" }
    return NearestWord.hint(for: word, among: candidates())
  }

  /// A decimal number as text, digit by digit as it was printed: "17.40" says more than 17.4.
  ///
  /// `isDifference` says whether it is one of two values, which may be negative.
  func decimal(
    _ reader: NodeReader, _ unit: DocumentedResults.Unit, isDifference: Bool = false
  ) -> String? {
    guard let text = reader.line() else { return nil }
    guard unit.isShare, !isDifference else {
      guard unit.canBe(text, isDifference: true) else {
        reader.report(
          .invalidValue,
          "\(reader.name) has to be a decimal number as it is printed, of at most 16 digits, but it is '\(NodeReader.shortened(text))'"
        )
        return nil
      }
      return text
    }
    let isDecimal = text.wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil
    let value = unit.printed(text)
    guard isDecimal, let value, value.numerator <= value.denominator else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to be a decimal number from 0 to \(unit == .percent ? 100 : 1) as it is printed, of at most 16 digits, but it is '\(NodeReader.shortened(text))'"
      )
      return nil
    }
    return text
  }
}
