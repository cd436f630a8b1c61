import Files
import Foundation
import Provenance
import Scoring
import Tensors

/// Brings what lm-evaluation-harness wrote into the store of records: its files as they are, and its samples scored anew.
package struct HarnessImport: Sendable {
  /// What an import came to.
  package struct Outcome: Sendable {
    /// The sealed record.
    package let record: SealedRecord
    /// Why the record is an earlier one; nil for a new one.
    package let reuse: String?
    /// The folder that was read.
    package let source: String
    /// What the folder says, held against what its samples give.
    package let comparison: HarnessComparison
    /// What a person should know besides, in a sentence; nil if there is nothing.
    package let note: String?

    /// The exit code of a command that ends with this outcome.
    package var exitCode: Int32 { comparison.exitCode }
  }

  /// The schema of the description that stands in the place of a run's manifest.
  static let schema = "replicate/import/v1"
  /// What the names of imported files begin with in the record.
  static let sourceFolder = "source/"
  /// The name of the only arm of an import's record, unless it is told otherwise.
  package static let standardArm = "imported"

  private let path: String
  private let names: TaskNames
  private let date: String?
  private let arm: String
  private let languageData: String?
  private let artifacts: String

  /// Prepares an import; nothing is read yet.
  ///
  /// - Parameters:
  ///   - path: the folder with results and samples, or the one above it.
  ///   - names: what the folder's names stand for.
  ///   - date: what the date of the run has to begin with; nil for the newest with samples and results.
  ///   - arm: what the model is called in the record, as in "eaft".
  ///   - languageData: a folder with the data for sentences and languages (``LanguageData``); nil without.
  ///   - artifacts: the folder with the store of records.
  package init(
    _ path: String, names: TaskNames = TaskNames(), date: String? = nil,
    arm: String = standardArm, languageData: String?, artifacts: String
  ) {
    self.path = path
    self.names = names
    self.date = date
    self.arm = arm
    self.languageData = languageData
    self.artifacts = artifacts
  }

  /// Reads, scores and compares the folder, and seals a record unless there is one of the same files.
  ///
  /// - Throws: ``LogError`` or ``InterchangeError`` when the folder cannot be read, ``RunError`` or ``FileError``
  ///   when the record cannot be written.
  package func run() throws -> Outcome {
    let folder = try HarnessFolder(
      at: path, names: names, date: date, languageData: languageData)
    let comparison = HarnessComparison(folder, names: names)
    let sources = try Sources(folder)
    let description = try description(of: folder, sources)
    let manifest = try CanonicalJSON.encode(description)
    let model = folder.log.settings["model_name"]?.stringValue
    let start = try RunStore(artifacts: artifacts).begin(
      RunDescription(
        name: "import of \(model ?? (folder.log.path as NSString).lastPathComponent)",
        identity: SHA256.digest(of: manifest), manifest: manifest,
        session: RunSession(
          version: Version.text, code: Version.code, environment: .withLibraries(for: .portable),
          internalParameters: ["engine": .string(Self.engine)])))
    func outcome(_ record: SealedRecord, reuse: String?, note: String? = nil) -> Outcome {
      Outcome(
        record: record, reuse: reuse, source: folder.log.path, comparison: comparison, note: note)
    }
    switch start.kind {
    case .finished(let sealed): return outcome(sealed, reuse: start.reason)
    case .open(let record):
      let sealed = try fill(record, folder, sources, comparison)
      return outcome(sealed, reuse: nil, note: RunIndex.update(artifacts: artifacts))
    }
  }

  /// Everything that the record depends on: the files' content, how they were understood, and the scorer.
  private func description(of folder: HarnessFolder, _ sources: Sources) throws -> JSON {
    var map = JSON.Object()
    for (theirs, ours) in names.map.sorted(by: { $0.key.precedes($1.key) }) {
      map[theirs] = .string(ours)
    }
    return [
      "schema": .string(Self.schema), "version": .string(Version.text),
      "program": JSON(try RunEnvironment.executableDigest()),
      "arm": .string(arm), "sources": .array(sources.files.map(\.file.json)),
      "task_map": .object(map),
      "language_data": folder.languageData.map { JSON($0) } ?? .null,
    ]
  }

  private func fill(
    _ record: RunRecord, _ folder: HarnessFolder, _ sources: Sources,
    _ comparison: HarnessComparison
  ) throws -> SealedRecord {
    for source in sources.files {
      try record.write(to: source.file.name) { file in
        let copied = try OpenFile.reading(source.path).copy(to: file)
        guard copied == source.file.digest else {
          throw InterchangeError(
            .damaged, "\(source.path) was changed while it was imported; import the folder again.")
        }
      }
    }
    var metrics: [RunSummary.Metric] = []
    for result in folder.results {
      let lines = result.tasks.flatMap { $0.samples.map { $0.jsonLine + "\n" } }
      let name = RecordFile.samples(evaluation: result.name, arm: arm, seed: nil)
      try record.write(Array(lines.joined().utf8), to: name)
      metrics += result.summary(of: result.name)
    }
    metrics += folder.recorded.flatMap(\.summary)
    return try record.seal(
      RunSummary(
        arms: [RunSummary.Arm(name: arm, seed: nil, metrics: metrics)],
        details: ["comparison": comparison.json]))
  }
}

/// The files of a folder that an import keeps, with the names that they get in the record.
private struct Sources {
  /// A file where it is, and as the record has it.
  struct Source {
    let path: String
    let file: RecordFile
  }

  /// Sorted by name.
  let files: [Source]

  init(_ folder: HarnessFolder) throws {
    let tasks = folder.samples.map(\.name) + folder.recorded.map(\.name)
    let paths =
      folder.log.resultsFiles.map(\.path)
      + folder.log.samples.filter { tasks.contains($0.task) }.map(\.path)
    files = try paths.map { path in
      let name = (path as NSString).lastPathComponent
      let status = try FileManager.default.attributesOfItem(atPath: path)
      let size = (status[.size] as? NSNumber)?.intValue ?? 0
      return Source(
        path: path,
        file: RecordFile(
          name: HarnessImport.sourceFolder + name, byteCount: size,
          digest: try SHA256.digest(ofFileAt: path)))
    }.sorted { $0.file.name.precedes($1.file.name) }
    for source in files { try RecordFile.checkName(source.file.name) }
  }
}
