import Files
import Foundation
import Scoring

/// What a folder of lm-evaluation-harness brings into a record: its files as they are, and its samples scored anew.
struct HarnessEvidence {
  /// The folder.
  let folder: HarnessFolder
  /// What the folder says, held against what its samples give.
  let comparison: HarnessComparison
  private let names: TaskNames
  /// The files that are kept, where they are and as the record has them, sorted by name.
  private let files: [(path: String, file: RecordFile)]

  /// Reads, scores and compares a folder.
  ///
  /// - Throws: ``LogError`` or ``InterchangeError`` when it cannot be read.
  init(_ path: String, names: TaskNames, date: String?, languageData: String?) throws {
    folder = try HarnessFolder(
      at: path, names: names, date: date, languageData: languageData)
    comparison = HarnessComparison(folder, names: names)
    self.names = names
    let tasks = folder.samples.map(\.name) + folder.recorded.map(\.name)
    let paths =
      folder.log.resultsFiles.map(\.path)
      + folder.log.samples.filter { tasks.contains($0.task) }.map(\.path)
    files = try paths.map { path in
      let name = Imported.sourceFolder + (path as NSString).lastPathComponent
      try RecordFile.checkName(name)
      let (digest, byteCount) = try OpenFile.reading(path).digest()
      return (path, RecordFile(name: name, byteCount: byteCount, digest: digest))
    }.sorted { $0.file.name.precedes($1.file.name) }
  }

  /// The files that are kept, as a description of the import names them.
  var sources: JSON { .array(files.map(\.file.json)) }

  /// How they were understood, which the record depends on too.
  var description: [(String, JSON)] {
    var map = JSON.Object()
    for (theirs, ours) in names.map.sorted(by: { $0.key.precedes($1.key) }) {
      map[theirs] = .string(ours)
    }
    return [
      ("task_map", .object(map)),
      ("language_data", folder.languageData.map { JSON($0) } ?? .null),
    ]
  }

  /// What the folder does not tell.
  var unknowns: [Unknown] {
    let model = folder.log.settings["model_name"]?.stringValue
    return [
      Unknown(
        subject: "weights",
        sentence:
          "Which weights were asked is not known: the harness wrote \(model.map { "the name \(English.quoted($0))" } ?? "no name") of the model, and no digest.",
        remedy: "The same tasks asked by `replicate evaluate` or in a run.")
    ]
  }

  /// Puts files and samples into a record, and gives what was measured.
  ///
  /// - Throws: ``InterchangeError`` `damaged` for a file that changed meanwhile; ``RunError``, ``FileError``.
  func write(to record: RunRecord, arm: String, seed: UInt64?) throws -> [RunSummary.Metric] {
    for (path, file) in files {
      try record.write(to: file.name) { copy in
        guard try OpenFile.reading(path).copy(to: copy) == file.digest else {
          throw InterchangeError(
            .damaged, "\(path) was changed while it was imported; import the folder again.")
        }
      }
    }
    var metrics: [RunSummary.Metric] = []
    for result in folder.results {
      let lines = result.tasks.flatMap { $0.samples.map { $0.jsonLine + "\n" } }
      let name = RecordFile.samples(evaluation: result.name, arm: arm, seed: seed)
      try record.write(Array(lines.joined().utf8), to: name)
      metrics += result.summary(of: result.name)
    }
    return metrics + folder.recorded.flatMap(\.summary)
  }
}
