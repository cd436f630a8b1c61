import Files
import Foundation

/// A log of another engine, found in a file or folder and told apart by its content.
enum LogSource {
  /// What a Trainer of Hugging Face logged.
  case training(TrainingLog)
  /// What lm-evaluation-harness wrote.
  case evaluation(EvaluationLog)

  /// What this is, in an error message.
  var kind: String {
    switch self {
    case .training(let log): "the training log \(log.path)"
    case .evaluation(let log): "output of lm-evaluation-harness in \(log.path)"
    }
  }

  /// What can be compared, in an error message.
  private static let expected =
    "a trainer_state.json of Hugging Face's Trainer or Axolotl (or the folder with it or with its checkpoints), "
    + "or samples and results of lm-evaluation-harness (a folder or one file)"

  /// Finds the log in a file or folder.
  ///
  /// - Parameters:
  ///   - path: The file or folder.
  ///   - date: What the date of a run of the harness in a folder has to begin with; nil for the newest.
  /// - Returns: What is there.
  /// - Throws: ``LogError`` if there is none, several, or a damaged one; `unknownRun` for a date where no runs of the
  ///   harness are.
  static func open(_ path: String, date: String? = nil) throws(LogError) -> LogSource {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LogError(.file, "There is no file or folder \(path).")
    }
    let source = isFolder.boolValue ? try folder(path, date) : try file(path)
    switch source {
    case .evaluation(let log) where !log.isSingleFile: return source
    default:
      guard date == nil else {
        throw LogError(
          .unknownRun,
          "\(path) is no folder with runs of lm-evaluation-harness, of which a date could choose one."
        )
      }
      return source
    }
  }
}

// MARK: - Files

extension LogSource {
  private static func file(_ path: String) throws(LogError) -> LogSource {
    guard let line = try LogDocument.firstLine(path) else {
      throw LogError(.unknownKind, "\(path) is empty; expected \(expected).")
    }
    // Versions until the middle of 2024 wrote the samples of a task as one array.
    if line.first == UInt8(ascii: "["),
      [nil, UInt8(ascii: "{")].contains(line.dropFirst().first { !LogDocument.isBlank($0) })
    {
      return .evaluation(EvaluationLog(samplesFile: path))
    }
    guard line.first == UInt8(ascii: "{") else {
      throw LogError(
        .unknownKind, "\(path) does not begin with a JSON object; expected \(expected).")
    }
    let isJSONLines: Bool
    do {
      isJSONLines = SampleFile.isLine(try JSONParser.parse(line, dialect: .python))
    } catch {
      // Either the value goes on in the next line, or this is the first line of samples and damaged.
      isJSONLines = line.contains(Array("\"doc_id\"".utf8))
    }
    if isJSONLines { return .evaluation(EvaluationLog(samplesFile: path)) }
    let content = try LogDocument.read(path)
    if TrainingLog.isLog(content) { return .training(try TrainingLog(content, path: path)) }
    if EvaluationLog.isResults(content) {
      return .evaluation(EvaluationLog(resultsFile: path, content))
    }
    let keys = (content.objectValue?.keys ?? []).map(English.quoted)
    throw LogError(
      .unknownKind,
      "\(path) holds a JSON object with the keys \(English.list(keys)); expected \(expected).")
  }
}

// MARK: - Folders

extension LogSource {
  private static func folder(_ path: String, _ date: String?) throws(LogError) -> LogSource {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = try entries(of: path)
    let training = try trainingLog(in: path, names)
    let evaluation = try evaluationLog(in: path, names, date)
    switch (training, evaluation) {
    case (let log?, nil): return .training(log)
    case (nil, let log?): return .evaluation(log)
    case (_?, _?):
      throw LogError(
        .ambiguous,
        "\(path) holds both a training log and output of lm-evaluation-harness; name the one that is meant."
      )
    case (nil, nil):
      let found = names.isEmpty ? "nothing" : English.list(names.map(English.quoted))
      throw LogError(.unknownKind, "\(path) holds \(found); expected \(expected).")
    }
  }

  /// Names in a folder, sorted by their bytes.
  private static func entries(of path: String) throws(LogError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted { $0.precedes($1) }
    } catch {
      throw LogError(.file, "Could not list the folder \(path): \(error.localizedDescription)")
    }
  }

  /// The log of a folder or else of its last checkpoint; nil if there is none.
  private static func trainingLog(
    in path: String, _ names: [String]
  ) throws(LogError) -> TrainingLog? {
    let name = "trainer_state.json"
    if names.contains(name) { return try trainingLog("\(path)/\(name)", nil) }
    let steps = names.compactMap { checkpoint -> Int? in
      guard checkpoint.hasPrefix("checkpoint-"), let step = Int(checkpoint.dropFirst(11)),
        step >= 0, checkpoint == "checkpoint-\(step)",
        FileManager.default.fileExists(atPath: "\(path)/\(checkpoint)/\(name)")
      else { return nil }
      return step
    }
    guard let last = steps.max() else { return nil }
    let choice =
      steps.count == 1 ? "the only checkpoint" : "the last of \(steps.count) checkpoints"
    return try trainingLog("\(path)/checkpoint-\(last)/\(name)", choice)
  }

  private static func trainingLog(
    _ path: String, _ choice: String?
  ) throws(LogError) -> TrainingLog {
    let content = try LogDocument.read(path)
    guard TrainingLog.isLog(content) else {
      throw LogError(.damaged, "\(path) must hold an object with the array log_history.")
    }
    return try TrainingLog(content, path: path, choice: choice)
  }

  /// The harness's files in a folder, or in its only subfolder that has some, which the harness names after the model.
  private static func evaluationLog(
    in path: String, _ names: [String], _ date: String?
  ) throws(LogError) -> EvaluationLog? {
    if let log = try EvaluationLog(folder: path, names: names, date: date) { return log }
    var logs: [EvaluationLog] = []
    for name in names {
      let inner = "\(path)/\(name)"
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder),
        isFolder.boolValue,
        let log = try EvaluationLog(folder: inner, names: entries(of: inner), date: date)
      else { continue }
      logs.append(log)
    }
    guard logs.count <= 1 else {
      throw LogError(
        .ambiguous,
        "\(path) holds output of lm-evaluation-harness in \(logs.count) folders (\(English.list(logs.map(\.path)))); name the one that is meant."
      )
    }
    return logs.first
  }
}
