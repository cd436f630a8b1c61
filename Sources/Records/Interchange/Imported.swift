package import Files
import Manifests
import Provenance
import Tensors

/// What all records have in common that hold what other programs computed.
package enum Imported {
  /// The schema of the description that stands in the place of a run's manifest.
  static let schema = "replicate/import/v1"
  /// What the names of imported files begin with in the record.
  static let sourceFolder = "source/"
  /// The name of the only arm of such a record, unless it is told otherwise.
  package static let standardArm = "imported"
  /// What the record names as its engine.
  static let engine = "import"
  /// What stands beside results that this program did not compute.
  package static let notice = "imported, not executed"

  /// Whether sessions are those of an import.
  package static func isImport(_ sessions: [JSON]) -> Bool {
    sessions.contains { $0["internal_parameters"]?["engine"]?.stringValue == engine }
  }

  /// What an import was told, if these bytes are what stands in the place of its manifest.
  package static func description(_ bytes: [UInt8]) -> JSON? {
    guard let value = try? JSONParser.parse(bytes, source: RecordFile.manifest),
      value["schema"]?.stringValue == schema
    else { return nil }
    return value
  }

  /// Seals a record of what was brought, unless there is one of the same files.
  ///
  /// - Parameters:
  ///   - model: what was brought, by its name.
  ///   - program: what computed it.
  ///   - description: everything that the record depends on besides this program: the files' content, and how they were
  ///     understood.
  ///   - artifacts: the folder with the store of records.
  ///   - fill: puts the files into the record, and gives its results.
  /// - Returns: the record, why it is an earlier one, and what a person should know besides.
  /// - Throws: ``RunError`` or ``FileError`` when it cannot be written; what `fill` throws.
  static func record(
    of model: String, by program: String, description: [(String, JSON)], artifacts: String,
    _ fill: (RunRecord) throws -> RunSummary
  ) throws -> (sealed: SealedRecord, reuse: String?, note: String?) {
    let manifest = try CanonicalJSON.encode(
      JSON(
        present: [
          ("schema", .string(schema)), ("version", .string(Version.text)),
          ("program", JSON(try RunEnvironment.executableDigest())),
        ] + description))
    let start = try RunStore(artifacts: artifacts).begin(
      RunDescription(
        name: "import of \(model)", identity: SHA256.digest(of: manifest), manifest: manifest,
        session: RunSession(
          version: Version.text, code: Version.code, environment: .withLibraries(for: .portable),
          internalParameters: ["engine": .string(engine), "computed_by": .string(program)])))
    switch start.kind {
    case .finished(let sealed): return (sealed, start.reason, nil)
    case .open(let record):
      return (try record.seal(fill(record)), nil, RunIndex.update(artifacts: artifacts))
    }
  }
}

extension SealedRecord {
  /// What the sessions say that computed the record, each once; a session that names no engine had the native one.
  package var engines: [String] {
    sessions.reduce(into: []) { engines, session in
      let name = session["internal_parameters"]?["engine"]?.stringValue
      let engine = name ?? EngineName.native.rawValue
      if !engines.contains(engine) { engines.append(engine) }
    }
  }

  /// Whether the results were brought from elsewhere and not computed by the program that sealed them.
  package var isImported: Bool { Imported.isImport(sessions) }
}
