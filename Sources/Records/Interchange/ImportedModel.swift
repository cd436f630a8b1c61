import Files
import Foundation

extension SealedRecord {
  /// What the harness wrote, as the record of an import keeps it; nil if it keeps nothing of it.
  ///
  /// - Throws: ``LogError`` when it is damaged.
  func harnessFiles() throws -> EvaluationLog? {
    // In a folder below lies what was left of the training.
    let names = files.map(\.name).filter { $0.hasPrefix(Imported.sourceFolder) }
      .map { String($0.dropFirst(Imported.sourceFolder.count)) }.filter { !$0.contains("/") }
    return try EvaluationLog(
      folder: "\(path)/\(Imported.sourceFolder.dropLast())", names: names)
  }

  /// Names of the tasks of an import that this program did not know.
  fileprivate var recordedTaskNames: [String] {
    let entries = summary.details["comparison"]?["recorded_tasks"]?.arrayValue ?? []
    return isImported ? entries.compactMap { $0["task"]?.stringValue } : []
  }

  /// Of which tasks of an import documents are missing, and how many, in sentences by the task.
  var importedShortages: [String: String] {
    let entries = summary.details["comparison"]?["missing_documents"]?.arrayValue ?? []
    let pairs = entries.compactMap { entry -> (String, String)? in
      guard isImported, let task = entry["task"]?.stringValue,
        let count = entry["count"]?.integerValue, let total = entry["total"]?.integerValue
      else { return nil }
      return (task, "\(count) of \(English.count(total, "document")) of \(task) are missing.")
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// The tasks of an import that this program did not know, aggregated again from the harness's files.
  ///
  /// - Throws: ``RunError`` `damaged` when one is missing, and what reading the files throws.
  func recordedTasks(of log: EvaluationLog?) throws -> [RecordedTask] {
    try recordedTaskNames.map { name in
      guard let log, let samples = log.samples.first(where: { $0.task == name }),
        let results = samples.results
      else {
        throw RunError(
          .damaged,
          "\(path) lacks the samples of \(name) or their results, which its import has read.")
      }
      return try RecordedTask(
        path: samples.path, name: name, results: log.resultsFiles[results].content)
    }
  }
}

/// Which model an import brought, as far as its record tells.
struct ImportedModel {
  /// The record, and what the model is called in it.
  let record: String
  let arms: [String]
  /// Name, arguments and revision of the model as the newest results have them; nil if they name none.
  private let identity: JSON?
  /// Digests of the samples, which hold answers and likelihoods, by the file's name without the arm, or the task.
  private let samples: [String: Digest]
  /// Digests of the files of its weights, by their names.
  private let weights: [String: Digest]

  /// Reads what the record kept of the harness's results.
  ///
  /// - Throws: ``LogError`` when they are damaged.
  init(_ record: SealedRecord) throws {
    self.record = record.id
    arms = record.summary.arms.map(\.name)
    let log = try record.harnessFiles()
    let settings = log?.settings
    let keys = ["model", "model_args", "model_sha", "model_revision"]
    let name = settings?["model_name"] ?? .null
    let known = [name] + keys.map { settings?["config"]?[$0] ?? .null }
    identity = known.dropFirst(2).allSatisfy(\.isEmpty) && name.isEmpty ? nil : .array(known)
    var samples: [String: Digest] = [:]
    for file in record.files where RecordFile.isOfSamples(file.name) {
      for arm in record.summary.arms where file.name.hasSuffix(".\(arm.label).jsonl") {
        samples[String(file.name.dropLast(".\(arm.label).jsonl".count))] = file.digest
      }
    }
    // Of tasks that were not scored anew, there are only the harness's own files.
    for file in log?.samples ?? [] where record.recordedTaskNames.contains(file.task) {
      let name = Imported.sourceFolder + (file.path as NSString).lastPathComponent
      samples["recorded \(file.task)"] = record.files.first { $0.name == name }?.digest
    }
    self.samples = samples
    weights = record.summary.arms.reduce(into: [:]) { $0.merge($1.digests) { first, _ in first } }
  }

  /// Why both are one model, as a phrase; nil if nothing says so.
  private func sameness(_ other: ImportedModel) -> String? {
    if !weights.isEmpty, weights == other.weights { return "their weights are the same" }
    let common = samples.keys.filter { other.samples[$0] != nil }
    if !common.isEmpty, common.allSatisfy({ samples[$0] == other.samples[$0] }) {
      return "every answer and likelihood is the same"
    }
    guard let identity, identity == other.identity else { return nil }
    return "the harness wrote the same name, arguments and revision of the model"
  }

  /// Refuses imports that hold one model under the names of several arms: between such arms nothing can differ.
  ///
  /// - Throws: ``RunError`` `ambiguous`, and what reading throws.
  static func check(_ records: [SealedRecord]) throws {
    let models = try records.filter(\.isImported).map { try ImportedModel($0) }
    for (index, model) in models.enumerated() {
      for other in models[..<index] where other.arms != model.arms {
        guard let sameness = other.sameness(model) else { continue }
        throw RunError(
          .ambiguous,
          "The imported records \(other.record) and \(model.record) are one model under the names \(English.list(other.arms)) and \(English.list(model.arms)): \(sameness); import the harness's output of each arm's own model with `replicate import DIR --arm NAME`."
        )
      }
    }
  }
}

extension JSON {
  /// Whether it says nothing.
  fileprivate var isEmpty: Bool { self == .null || stringValue?.isEmpty == true }
}
