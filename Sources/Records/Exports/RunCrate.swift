import Files
import Manifests

/// A record as a Process Run Crate (https://w3id.org/ro/wfrun/process/0.5), on RO-Crate 1.1 as that profile is.
///
/// The record lies in the crate as a folder named by its id, so that it can be checked there like any other. Model, data
/// and trained weights are not part of the crate: they are described by digest, address and licence.
struct RunCrate {
  private static let metadata = "ro-crate-metadata.json"
  private static let base = "https://w3id.org/ro/crate/1.1"
  private static let profile = "https://w3id.org/ro/wfrun/process/0.5"
  private static let terms = "https://w3id.org/ro/terms/workflow-run/context"

  let account: RunAccount
  var graph = CrateGraph()

  init(_ account: RunAccount) { self.account = account }

  var record: SealedRecord { account.record }

  /// Every file of the crate.
  func files() throws -> [ExportFolder.File] {
    var crate = self
    let metadata = try crate.described().encoded(context: ["\(Self.base)/context", Self.terms])
    return [ExportFolder.File(name: Self.metadata, content: .bytes(metadata))]
      + account.files.map {
        ExportFolder.File(name: "\(record.id)/\($0.name)", content: .copy($0))
      }
  }

  /// The `@id` of a file of the record.
  func path(_ file: RecordFile) -> String { "\(record.id)/\(URIText.encoded(file.name))" }

  // MARK: - Description

  private mutating func described() throws -> CrateGraph {
    graph.add(
      Self.metadata, "CreativeWork",
      [
        ("about", CrateGraph.reference("./")), ("conformsTo", CrateGraph.reference(Self.base)),
      ])
    // What the root refers to comes after it, so that a reader meets it first.
    var parts = self
    parts.graph = CrateGraph()
    let folder = parts.addRecord()
    let actions = account.activities.map { parts.addAction($0) }
    let verdicts = parts.addVerdicts()
    let title = account.manifest.map { "\($0.name): \($0.title)" } ?? record.name
    graph.add(
      "./", "Dataset",
      [
        ("name", .string("\(title) (record \(record.id))")),
        (
          "description",
          .string(
            account.manifest?.description
              ?? "Samples of lm-evaluation-harness, scored anew: \(record.name).")
        ),
        ("datePublished", .string(Self.time(record.sealed))),
        ("conformsTo", CrateGraph.reference(Self.profile)),
        ("license", CrateGraph.reference("#license")), ("hasPart", folder),
        ("mentions", CrateGraph.list(actions)), ("variableMeasured", CrateGraph.list(verdicts)),
      ])
    graph.add(
      Self.profile, "CreativeWork", [("name", "Process Run Crate"), ("version", "0.5")])
    addLicense()
    graph.append(parts.graph)
    return graph
  }

  private mutating func addRecord() -> JSON {
    let files = account.files.map { file in
      graph.add(
        path(file), "File",
        [
          ("name", .string(file.name)), ("description", .string(Self.description(of: file.name))),
          ("contentSize", .string(String(file.byteCount))), ("sha256", JSON(file.digest)),
          ("encodingFormat", .string(Self.mediaType(of: file.name))),
        ])
    }
    return graph.add(
      "\(record.id)/", "Dataset",
      [
        ("name", .string("Record \(record.id)")),
        (
          "description",
          .string(
            "The sealed record of the run, attempt \(record.attempt) at the identity \(record.identity); its results have the SHA-256 \(record.resultsDigest)."
          )
        ),
        ("hasPart", CrateGraph.list(files)),
      ])
  }

  /// Nobody has said under which terms the record may be used, and an export cannot decide that.
  private mutating func addLicense() {
    graph.add(
      "#license", "CreativeWork",
      [
        ("name", "Terms of this record"),
        (
          "description",
          "No licence was stated for this record; ask whoever published it. Its samples quote documents of the benchmarks, which stay under the licences of those; models and data are not part of it and keep the licences that are stated with each."
        ),
      ])
  }

  /// A time of the log in the one spelling that the profile recommends.
  static func time(_ text: String) -> String {
    text.hasSuffix("Z") ? text.dropLast() + "+00:00" : text
  }

  private static func mediaType(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "jsonl": "application/jsonl"
    case "json": "application/json"
    case "yaml": "application/yaml"
    case "patch": "text/x-diff"
    default: "application/octet-stream"
    }
  }

  private static func description(of name: String) -> String {
    switch name {
    case RecordFile.summary: "The sealed summary: all results and the digests of all other files."
    case RecordFile.events: "The log of the run, chained by SHA-256."
    case RecordFile.manifest: "What was to be done, byte for byte."
    case RecordFile.lock: "What the run was fixed to before it began."
    case RecordFile.expectations: "The documented results that the run is judged by."
    case _ where RecordFile.isOfSamples(name): "Every answer of an evaluation, with its scores."
    case _ where name.hasPrefix(RecordFile.codeFolder):
      "What the program's code differed by from its commit."
    default: "A file that was imported as it was."
    }
  }
}
