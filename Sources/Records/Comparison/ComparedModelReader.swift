import Files
import Foundation
import Scoring

/// Finds the models that the arguments of a comparison name: records, folders of lm-evaluation-harness, logs of inspect_ai.
struct ComparedModelReader {
  /// The folder with the store of records.
  let artifacts: String
  /// What the names of tasks in folders stand for.
  let names: TaskNames
  /// A folder with the data for sentences and languages; nil without.
  let languageData: String?

  /// The models that an argument names: one, or every arm of a record.
  ///
  /// A record's name may be followed by a colon and the name of the only arm that is meant.
  ///
  /// - Throws: ``LogError``, ``InterchangeError`` or ``RunError`` for what is not there, damaged or not what it was sealed as.
  func models(_ argument: String) throws -> [ComparedModel] {
    if LogComparison.isPath(ofLog: argument) { return [try log(argument)] }
    var name = argument
    var arm: String?
    if !FileManager.default.fileExists(atPath: argument),
      let colon = argument.lastIndex(of: ":")
    {
      name = String(argument[..<colon])
      arm = String(argument[argument.index(after: colon)...])
    }
    return try models(of: SealedRecord(named: name, artifacts: artifacts), arm: arm)
  }

  // MARK: - Logs

  private func log(_ path: String) throws -> ComparedModel {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard isFolder.boolValue else { return try model([inspectLog(path)], path) }
    let files = try LogError.wrapping { try FileManager.default.contentsOfDirectory(atPath: path) }
    let logs = files.filter { $0.hasSuffix(".eval") }.sorted { $0.precedes($1) }
    guard logs.isEmpty else { return try model(logs.map { try inspectLog("\(path)/\($0)") }, path) }
    return try model(
      HarnessFolder(at: path, names: names, languageData: languageData), path)
  }

  private func inspectLog(_ path: String) throws(LogError) -> InspectLog {
    if InspectLog.isArchive(path) { return try InspectLog(archive: path) }
    let content = try LogDocument.read(path)
    guard InspectLog.isLog(content) else {
      throw LogError(
        .unknownKind,
        "\(path) is no log of inspect_ai; what can be compared are such logs, records, and folders of lm-evaluation-harness with samples."
      )
    }
    return try InspectLog(content, path: path)
  }

  private func model(_ logs: [InspectLog], _ path: String) throws(LogError) -> ComparedModel {
    for (index, log) in logs.enumerated() {
      if let other = logs[..<index].first(where: { $0.task == log.task || $0.model != log.model }) {
        let why =
          other.model == log.model
          ? "two logs of \(log.task)" : "logs of the models \(other.model) and \(log.model)"
        throw LogError(.ambiguous, "\(path) holds \(why); name the one that is meant.")
      }
    }
    return ComparedModel(
      label: logs.first?.model ?? path, source: path, notes: logs.flatMap(\.notes),
      runs: [ArmScores(arm: "", seed: nil, rows: logs.flatMap(\.rows))])
  }

  // MARK: - Folders of the harness

  private func model(_ folder: HarnessFolder, _ path: String) throws -> ComparedModel {
    let samples = folder.results.compactMap { result in
      Benchmark.named(result.name).map {
        ArmSamples(
          arm: "", seed: nil, evaluation: $0.name, benchmark: $0, results: result.tasks)
      }
    }
    var rows = Self.rows(samples)
    rows += try Self.rows(folder.recorded, in: folder.log)
    let differing = folder.samples.reduce(0) { $0 + $1.differences.count }
    let wrong = folder.samples.filter { !$0.hashDifferences.isEmpty }.map(\.name)
    let missing =
      folder.samples.filter { $0.missing != nil }.map(\.name)
      + folder.recorded.filter { $0.missing != nil }.map(\.name)
    var notes = folder.notes
    if differing > 0 {
      notes.append(
        "\(English.count(differing, "score")) or answers of \(path) are not those that its responses give; compared is what these give."
      )
    }
    if !wrong.isEmpty {
      notes.append("\(path) has hashes that are not those of their texts: \(English.list(wrong)).")
    }
    if !missing.isEmpty {
      notes.append("\(path) lacks documents that its results count: \(English.list(missing)).")
    }
    let name = URL(filePath: path).standardizedFileURL.lastPathComponent
    return ComparedModel(
      label: name, source: path, notes: notes,
      runs: [ArmScores(arm: "", seed: nil, rows: rows)])
  }

  /// The rows of samples of one arm and seed, whose documents are told apart by prompt, choices and target.
  private static func rows(_ samples: [ArmSamples]) -> [ArmScores.Row] {
    var contents: [String: Digest] = [:]
    for sample in samples.flatMap(\.results).flatMap(\.samples) {
      let choices = sample.response.choices.map { JSON.string($0.text) }
      let isPassage = if case .passage = sample.response { true } else { false }
      contents["\(sample.task)/\(sample.documentIndex)"] = SHA256.digest(
        of: PythonJSON.line([
          .string(sample.prompt), .array(choices), isPassage ? .null : .string(sample.target),
        ]))
    }
    return MeasuredResults(digest: nil, samples: samples).arms.flatMap(\.rows)
      .map { $0.identified(by: contents) }
  }

  /// The rows of tasks that this program does not know, and of groups of them.
  private static func rows(
    _ tasks: [RecordedTask], in log: EvaluationLog
  ) throws -> [ArmScores.Row] {
    var contents: [String: Digest] = [:]
    var likelihoods: [ArmScores.Row] = []
    for task in tasks {
      guard let path = log.samples.first(where: { $0.task == task.name })?.path else { continue }
      let documents = try RecordedDocuments(path: path, name: task.name)
      for (document, content) in documents.contents {
        contents["\(task.name)/\(document)"] = content
      }
      likelihoods += documents.likelihoodRows(of: task.name)
    }
    let rows = SealedRecord.rows(ofGroupsOf: tasks, in: log) + tasks.flatMap(\.rows)
    return rows.map { row in
      let name = row.metric.split(separator: ",").first.map(String.init) ?? row.metric
      let isHigherBetter =
        log.resultsFile(of: row.task)?["higher_is_better"]?[row.task]?[name]?.boolValue
      let identified = row.identified(by: contents)
      guard isHigherBetter == false, !row.quantity.isLowerBetter else { return identified }
      return identified.refused(
        "Lower is better of \(row.task).\(row.metric), which this program does not know.")
    } + likelihoods
  }

  // MARK: - Records

  private func models(of record: SealedRecord, arm: String?) throws -> [ComparedModel] {
    if let finding = try record.tampering().first { throw RunError(.tampered, finding) }
    let names = record.summary.arms.map(\.name)
    var arms: [String] = []
    for name in names where !arms.contains(name) && name == arm ?? name { arms.append(name) }
    guard !arms.isEmpty else {
      let wanted = arm.map { " named \(English.quoted($0)); its arms are \(English.list(names))" }
      throw InterchangeError(.noSamples, "The record \(record.id) has no arm\(wanted ?? "").")
    }
    let samples = try record.samples()
    let log = record.isImported ? try record.harnessFiles() : nil
    let recorded = try log.map { try Self.rows(record.recordedTasks(of: $0), in: $0) } ?? []
    let notes = record.importedShortages.values.sorted { $0.precedes($1) }
    return arms.map { name in
      let runs = record.summary.arms.filter { $0.name == name }.map { run in
        let own = samples.filter { $0.arm == name && $0.seed == run.unsignedSeed }
        return ArmScores(arm: name, seed: run.unsignedSeed, rows: Self.rows(own) + recorded)
      }
      return ComparedModel(
        label: "\(record.id):\(name)", source: record.id, notes: notes, runs: runs)
    }
  }
}
