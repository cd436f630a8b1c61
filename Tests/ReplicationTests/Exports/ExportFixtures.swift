import Files
import Foundation
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

/// The toy of the repository, run in a folder of its own, and exports of its record.
struct ExportedToy {
  let folder: TemporaryFolder

  /// Copies the toy, judged by one value of the arm sft on arc_challenge and a claim, or by nothing.
  init(expecting value: String? = nil) throws {
    folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: Checkout.manifests, toPath: folder.path(of: "manifests"))
    try? FileManager.default.removeItem(atPath: folder.path(of: "manifests/tiny.lock.json"))
    let lines = try text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("expectations:") }
    try write(
      lines.joined(separator: "\n") + (value == nil ? "" : "\nexpectations: expected.yaml\n"))
    guard let value else { return }
    let expected = """
      schema: 1
      name: expected
      title: What this test expects
      sources: {test: {title: This test, location: here}}
      arms: {sft: SFT, eaft: EAFT}
      unit: fraction
      cells:
        - task: arc_challenge
          metric: acc_norm
          label: ARC
          n: 12
          values:
            sft: {value: "\(value)", band: {kind: rounding}}
        - task: gsm8k
          metric: exact_match,flexible-extract
          label: GSM8K
          n: 8
          required: false
          values:
            sft: {value: "0.50", band: {kind: rounding}}
      """
    _ = try folder.write(Array(expected.utf8), to: "manifests/expected.yaml")
  }

  private var text: String {
    get throws {
      try String(contentsOfFile: folder.path(of: "manifests/tiny.yaml"), encoding: .utf8)
    }
  }

  private func write(_ text: String) throws {
    _ = try folder.write(Array(text.utf8), to: "manifests/tiny.yaml")
  }

  /// Replaces a part of the manifest.
  func edit(_ old: String, _ new: String) throws {
    let text = try text
    try #require(text.contains(old), "The toy's manifest has no \"\(old)\".")
    try write(text.replacingOccurrences(of: old, with: new))
  }

  /// Runs the toy.
  func run() async throws -> SealedRecord {
    let file = try ManifestFile.read(folder.path(of: "manifests/tiny.yaml"))
    return try await Runner(
      file, options: RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2),
      report: { _ in }
    ).run().record
  }

  /// Exports a record into a folder of this name.
  @discardableResult
  func export(
    _ record: SealedRecord, as format: RecordExport.Format, to name: String
  ) throws -> RecordExport.Outcome {
    try RecordExport(
      record.path, artifacts: "nowhere", format: format, output: folder.path(of: name)
    ).run()
  }

  /// A file of an export as JSON.
  func json(_ name: String) throws -> JSON {
    let bytes = try OpenFile.contents(of: folder.path(of: name))
    return try JSONParser.parse(bytes, source: name)
  }
}

/// The metadata of a crate: its entities by their ids.
struct ReadCrate {
  let entities: [String: JSON]
  let ids: [String]

  init(_ metadata: JSON) throws {
    let graph = try #require(metadata["@graph"]?.arrayValue)
    ids = try graph.map { try #require($0["@id"]?.stringValue) }
    entities = Dictionary(zip(ids, graph)) { first, _ in first }
  }

  subscript(id: String) -> JSON? { entities[id] }

  /// The entities of a type, in order.
  func all(_ type: String) -> [JSON] {
    ids.compactMap { entities[$0] }.filter { $0["@type"] == .string(type) }
  }

  /// The ids that a property refers to.
  static func references(_ value: JSON?) -> [String] {
    (value?.arrayValue ?? [value].compactMap { $0 }).compactMap { $0["@id"]?.stringValue }
  }

  /// The ids that an entity refers to with any property.
  static func references(in entity: JSON) -> [String] {
    (entity.objectValue?.members ?? []).filter { $0.key != "@id" }
      .flatMap { references($0.value) }
  }
}

/// Every text in a JSON value, keys left out.
func texts(_ value: JSON) -> [String] {
  switch value {
  case .string(let text): [text]
  case .array(let elements): elements.flatMap(texts)
  case .object(let object): object.members.flatMap { texts($0.value) }
  default: []
  }
}
