import Assets
import Files
import Foundation

/// A log of inspect_ai: a zip archive of JSON (`.eval`), or one JSON object.
///
/// Of each sample only what was asked and how it was scored is kept. A sample that was asked several times (epochs) has the
/// mean of its scores.
struct InspectLog {
  /// The name of the task.
  let task: String
  /// The name of the model.
  let model: String
  /// One row for each scorer, or each part of what it scores; each document has what it was asked for its prompt.
  let rows: [ArmScores.Row]
  /// What a person has to know besides, in sentences.
  let notes: [String]

  /// So many bytes one member of an archive may have.
  static let largestMember = 1 << 28

  /// Whether a file is, by its first bytes, a zip archive.
  static func isArchive(_ path: String) -> Bool {
    guard let file = try? InputFile(path: path), file.size >= 4 else { return false }
    return (try? file.bytes(at: 0, count: 4)) == [0x50, 0x4B, 0x03, 0x04]
  }

  /// Whether a JSON value is a log.
  static func isLog(_ value: JSON) -> Bool {
    value["eval"]?["task"]?.stringValue != nil && value["version"] != nil
  }

  /// Reads an archive.
  ///
  /// - Throws: ``LogError`` for one that is damaged or none of inspect_ai.
  init(archive path: String) throws(LogError) {
    var samples = InspectSamples(path: path)
    let header: JSON = try LogError.wrapping {
      let archive = try ArchiveContents(path: path)
      func json(_ name: String) throws -> JSON {
        try JSONParser.parse(
          archive.contents(of: name, limit: Self.largestMember), source: "\(name) of \(path)",
          dialect: .python)
      }
      let names = archive.names
      // A run that was cut short has only what it began with.
      guard let start = ["header.json", "_journal/start.json"].first(where: names.contains) else {
        throw LogError(
          .unknownKind, "\(path) is a zip archive, but no log of inspect_ai: no header.json.")
      }
      for name in names where name.hasPrefix("samples/") && name.hasSuffix(".json") {
        try samples.add(json(name))
      }
      return try json(start)
    }
    try self.init(header, samples, path: path)
  }

  /// Takes the content of a log in JSON.
  ///
  /// - Throws: ``LogError`` for one that is damaged.
  init(_ content: JSON, path: String) throws(LogError) {
    var samples = InspectSamples(path: path)
    for sample in content["samples"]?.arrayValue ?? [] { try samples.add(sample) }
    try self.init(content, samples, path: path)
  }

  private init(_ header: JSON, _ samples: InspectSamples, path: String) throws(LogError) {
    guard let task = header["eval"]?["task"]?.stringValue,
      let model = header["eval"]?["model"]?.stringValue
    else {
      throw LogError(.damaged, "\(path) does not say which task was asked of which model.")
    }
    guard !samples.isEmpty else {
      throw LogError(
        .damaged,
        "\(path) holds no samples; inspect_ai writes them unless --no-log-samples is given."
      )
    }
    if let total = header["results"]?["completed_samples"]?.integerValue, samples.count < total {
      throw LogError(
        .damaged,
        "\(path) holds \(English.count(samples.count, "sample")), but its results are of \(total).")
    }
    self.task = task
    self.model = model
    rows = samples.rows(of: task)
    var notes = samples.notes(on: task)
    if let status = header["status"]?.stringValue, status != "success" {
      notes.append("The run of \(path) did not end well: its status is \(English.quoted(status)).")
    }
    self.notes = notes
  }
}

/// The samples of a log while it is read.
private struct InspectSamples {
  /// A sample: what it asked, and all scores by metric.
  private struct Entry {
    let prompt: Digest
    var scores: [String: [Double]] = [:]
  }

  private let path: String
  private var entries: [String: Entry] = [:]
  private var order: [String] = []
  private var metrics: [String] = []
  private var known: Set<String> = []
  private var asked: Set<String> = []
  private var unscored = 0
  private var unknown: [String: Int] = [:]
  private var lists: Set<String> = []

  init(path: String) { self.path = path }

  var isEmpty: Bool { order.isEmpty }

  /// Number of samples, each epoch counted.
  var count: Int { asked.count }

  /// Takes a sample.
  ///
  /// - Throws: ``LogError`` `damaged` for one without id or question, and for one that comes twice.
  mutating func add(_ sample: JSON) throws(LogError) {
    guard let id = sample["id"].flatMap({ $0.stringValue ?? $0.integerValue.map(String.init) }),
      let input = sample["input"]
    else {
      throw LogError(.damaged, "\(path) has a sample without an id or without what was asked.")
    }
    let epoch = sample["epoch"]?.integerValue ?? 1
    guard asked.insert("\(epoch) \(id)").inserted else {
      throw LogError(
        .damaged, "\(path) has the sample \(English.quoted(id)) twice in epoch \(epoch).")
    }
    if entries[id] == nil { order.append(id) }
    var entry = entries[id] ?? Entry(prompt: Self.prompt(input, sample))
    var hasScore = false
    for (scorer, score) in sample["scores"]?.objectValue?.members ?? [] {
      for (metric, value) in InspectScore.named(scorer, score["value"] ?? .null) {
        if known.insert(metric).inserted { metrics.append(metric) }
        switch value {
        case .number(let number):
          guard !number.isNaN else { continue }
          entry.scores[metric, default: []].append(number)
        case .unknown:
          unknown[metric, default: 0] += 1
          entry.scores[metric, default: []].append(0)
        case .list:
          lists.insert(metric)
          continue
        }
        hasScore = true
      }
    }
    if !hasScore { unscored += 1 }
    entries[id] = entry
  }

  /// What makes two samples the same document: the question, as text or as messages without their random ids, the choices
  /// and the target.
  private static func prompt(_ input: JSON, _ sample: JSON) -> Digest {
    let messages = input.arrayValue?.map { message -> JSON in
      guard message.objectValue != nil else { return message }
      return ["role": message["role"] ?? .null, "content": message["content"] ?? .null]
    }
    let parts: [JSON] = [
      messages.map { .array($0) } ?? input, sample["choices"] ?? .null, sample["target"] ?? .null,
    ]
    return SHA256.digest(of: PythonJSON.line(.array(parts)))
  }

  func rows(of task: String) -> [ArmScores.Row] {
    metrics.filter { !lists.contains($0) }.map { metric in
      ArmScores.Row(
        task: task, metric: metric,
        items: order.compactMap { id in
          guard let entry = entries[id], let scores = entry.scores[metric] else { return nil }
          let mean = scores.reduce(0, +) / Double(scores.count)
          return ArmScores.Item(
            id: "\(task)/\(id)", prompt: entry.prompt, scores: [mean], cluster: nil)
        })
    }
  }

  func notes(on task: String) -> [String] {
    var notes: [String] = []
    if unscored > 0 {
      notes.append("\(English.count(unscored, "sample")) of \(task) in \(path) have no score.")
    }
    notes += unknown.sorted { $0.key.precedes($1.key) }.map { metric, count in
      "\(English.count(count, "value")) of \(metric) in \(path) are no numbers and count as 0, as inspect_ai counts them."
    }
    if !lists.isEmpty {
      notes.append(
        "\(English.list(lists.sorted { $0.precedes($1) })) of \(path) was left out: its values are lists."
      )
    }
    return notes
  }
}
