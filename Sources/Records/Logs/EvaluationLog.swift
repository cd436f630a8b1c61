import Files
import Foundation

/// What lm-evaluation-harness wrote: samples of tasks, results, or both.
struct EvaluationLog {
  /// The samples of one task.
  struct Samples {
    /// The task's name.
    let task: String
    /// The newest file with its samples.
    let path: String
  }

  /// The folder, or the only file.
  let path: String
  /// Whether one file was named, rather than a folder.
  let isSingleFile: Bool
  /// Samples by task, sorted by name.
  let samples: [Samples]
  /// Scores by task or group, of the newest file that has it, sorted by name.
  let results: [(key: String, value: JSON.Object)]
  /// Everything else that the newest results file says about the run.
  let settings: JSON
  /// The results files, oldest first.
  let resultsFiles: [(path: String, content: JSON)]

  /// What says nothing about the conditions of a run, or is compared by itself.
  private static let fieldsWithoutMeaning = [
    "configs", "date", "end_time", "groups", "higher_is_better", "pretty_env_info", "results",
    "replicate", "samples", "start_time", "task_hashes", "total_evaluation_time_seconds",
  ]

  /// Whether a JSON value is a results file's content.
  static func isResults(_ value: JSON) -> Bool {
    value["results"]?.objectValue != nil
      && ["config", "configs", "versions", "n-shot"].contains { value[$0] != nil }
  }

  /// A single samples file.
  init(samplesFile path: String) {
    let name = (path as NSString).lastPathComponent
    self.init(
      path: path, isSingleFile: true,
      samples: [Samples(task: FileName(name)?.task ?? name, path: path)], resultsFiles: [])
  }

  /// A single results file with this content.
  init(resultsFile path: String, _ content: JSON) {
    self.init(path: path, isSingleFile: true, samples: [], resultsFiles: [(path, content)])
  }

  /// The newest samples of every task and the newest results in a folder; nil if it has neither.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - names: Names of the files in it.
  /// - Throws: ``LogError`` if a results file cannot be read or is damaged.
  init?(folder: String, names: [String]) throws(LogError) {
    let files = names.compactMap(FileName.init).sorted { $0.precedes($1) }
    var samples: [Samples] = []
    var resultsFiles: [(path: String, content: JSON)] = []
    for (index, file) in files.enumerated() {
      let path = "\(folder)/\(file.name)"
      guard let task = file.task else {
        // Other tools call their files results.json as well.
        let content = try LogDocument.read(path)
        if EvaluationLog.isResults(content) { resultsFiles.append((path, content)) }
        continue
      }
      // Files of one task are neighbours, the newest one last.
      if index + 1 < files.count, files[index + 1].task == task { continue }
      samples.append(Samples(task: task, path: path))
    }
    guard !samples.isEmpty || !resultsFiles.isEmpty else { return nil }
    self.init(
      path: folder, isSingleFile: false, samples: samples, resultsFiles: resultsFiles)
  }

  private init(
    path: String, isSingleFile: Bool, samples: [Samples],
    resultsFiles: [(path: String, content: JSON)]
  ) {
    self.path = path
    self.isSingleFile = isSingleFile
    self.samples = samples
    self.resultsFiles = resultsFiles
    results = EvaluationLog.scores(resultsFiles.map(\.content))
    settings = resultsFiles.last.map { EvaluationLog.settings($0.content) } ?? [:]
  }
}

// MARK: - Results

extension EvaluationLog {
  /// The scores of several results files, oldest first: each task as the newest file with it has it.
  private static func scores(_ contents: [JSON]) -> [(key: String, value: JSON.Object)] {
    var entries: [(key: String, value: JSON.Object)] = []
    for content in contents {
      // Groups stand in `results` too in the versions that have both.
      for part in ["groups", "results"] {
        for member in content[part]?.objectValue?.members ?? [] {
          guard let object = member.value.objectValue else { continue }
          entries.append((member.key, object))
        }
      }
    }
    let order = entries.indices.sorted { left, right in
      let (a, b) = (entries[left].key, entries[right].key)
      return a.precedes(b) || left < right && !b.precedes(a)
    }
    return order.enumerated().compactMap { place, index in
      let isNewest =
        place + 1 == order.count
        || !entries[order[place + 1]].key.utf8.elementsEqual(entries[index].key.utf8)
      return isNewest ? entries[index] : nil
    }
  }

  private static func settings(_ content: JSON) -> JSON {
    var object = content.objectValue ?? JSON.Object()
    for key in fieldsWithoutMeaning { object[key] = nil }
    return .object(object)
  }
}

// MARK: - Names

extension EvaluationLog {
  /// A name that the harness gives to a file: `samples_<task>_<date>.jsonl` or `results_<date>.json`.
  struct FileName {
    /// The whole name.
    let name: String
    /// The task of a samples file; nil for results.
    let task: String?
    /// When the run ended, as the name says it; empty if it does not.
    let date: String

    /// The parts of a name; nil if the harness gives no such names.
    init?(_ name: String) {
      self.name = name
      if name.hasPrefix("samples_"), name.hasSuffix(".jsonl") {
        let (task, date) = FileName.dated(name.dropFirst("samples_".count).dropLast(".jsonl".count))
        self.task = task
        self.date = date
      } else if name.hasPrefix("results"), name.hasSuffix(".json") {
        let (rest, date) = FileName.dated(
          name.dropFirst("results".count).dropLast(".json".count))
        guard rest.isEmpty else { return nil }
        task = nil
        self.date = date
      } else {
        return nil
      }
    }

    /// Results before samples, tasks by name, files without a date first, then the oldest.
    func precedes(_ other: FileName) -> Bool {
      switch (task, other.task) {
      case (nil, _?): return true
      case (_?, nil): return false
      case (let task?, let other?) where task != other: return task.precedes(other)
      default: return date == other.date ? name.precedes(other.name) : date.precedes(other.date)
      }
    }

    /// Cuts off the date, which is what follows the last underscore and looks like 2026-01-31T23-59-59.123456.
    private static func dated(_ text: Substring) -> (rest: String, date: String) {
      guard let underscore = text.lastIndex(of: "_") else { return (String(text), "") }
      let date = text[text.index(after: underscore)...]
      let pattern = Array("dddd-dd-ddTdd-dd-dd".utf8)
      let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
      let isDate =
        date.utf8.count >= pattern.count
        && zip(date.utf8, pattern).allSatisfy { byte, expected in
          expected == UInt8(ascii: "d") ? digits.contains(byte) : byte == expected
        }
        && date.utf8.dropFirst(pattern.count).allSatisfy {
          digits.contains($0) || $0 == UInt8(ascii: ".")
        }
      return isDate ? (String(text[..<underscore]), String(date)) : (String(text), "")
    }
  }
}
