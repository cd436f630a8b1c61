import Files
import Foundation

/// What lm-evaluation-harness wrote: samples of tasks, results, or both.
struct EvaluationLog {
  /// The samples of one task.
  struct Samples {
    /// The task's name.
    let task: String
    /// The newest file with its samples that has results, or else the newest one.
    let path: String
    /// Position among ``EvaluationLog/resultsFiles`` of what the same run wrote; nil if it is not there.
    let results: Int?
  }

  /// The folder, or the only file.
  let path: String
  /// Whether one file was named, rather than a folder.
  let isSingleFile: Bool
  /// Samples by task, sorted by name.
  let samples: [Samples]
  /// Scores by task or group, sorted by name: those of the run whose samples were taken, else the newest.
  let results: [(key: String, value: JSON.Object)]
  /// Everything else that the newest results file of a run with samples says about it.
  let settings: JSON
  /// The results files, oldest first.
  let resultsFiles: [(path: String, content: JSON)]
  /// When the runs in the folder ended, as the names of their files say it, oldest first.
  let dates: [String]
  /// Names of the files that belong to other runs than those that were taken.
  let leftOut: [String]
  /// Which of several runs was taken; nil where there was nothing to choose.
  let choice: String?
  /// The results file that the scores of a task or group stand in, by position among ``resultsFiles``.
  private let origins: [String: Int]

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
      samples: [Samples(task: FileName(name)?.task ?? name, path: path, results: nil)],
      resultsFiles: [])
  }

  /// A single results file with this content.
  init(resultsFile path: String, _ content: JSON) {
    self.init(path: path, isSingleFile: true, samples: [], resultsFiles: [(path, content)])
  }

  /// The newest samples of every task and the results of the same runs in a folder; nil if it has neither.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - names: Names of the files in it.
  ///   - date: What the date of the run has to begin with; nil for the newest one with samples and results.
  /// - Throws: ``LogError`` if a results file cannot be read or is damaged, or there is no run of the date.
  init?(folder: String, names: [String], date: String? = nil) throws(LogError) {
    let runs = try HarnessRuns(folder: folder, names: names, date: date)
    guard !runs.isEmpty else { return nil }
    self.init(
      path: folder, isSingleFile: false, samples: runs.newest, resultsFiles: runs.resultsFiles,
      dates: runs.dates, leftOut: runs.leftOut, isOfDate: date != nil)
  }

  private init(
    path: String, isSingleFile: Bool, samples: [Samples],
    resultsFiles: [(path: String, content: JSON)], dates: [String] = [], leftOut: [String] = [],
    isOfDate: Bool = false
  ) {
    self.path = path
    self.isSingleFile = isSingleFile
    self.samples = samples
    self.resultsFiles = resultsFiles
    self.dates = dates
    self.leftOut = leftOut
    let list = English.list(dates)
    choice =
      leftOut.isEmpty
      ? isOfDate ? "the run of \(list)" : nil
      : "of its runs of \(list), the newest of each task with samples and results"
    let used = Set(samples.compactMap(\.results))
    let scores = EvaluationLog.scores(resultsFiles.map(\.content), samples, used: used)
    results = scores.map { ($0.key, $0.value) }
    origins = Dictionary(scores.map { ($0.key, $0.file) }) { $1 }
    settings =
      (used.max() ?? resultsFiles.indices.last).map {
        EvaluationLog.settings(resultsFiles[$0].content)
      } ?? [:]
  }

  /// The content of the file that the scores of a task or group stand in; nil if there are none.
  func resultsFile(of name: String) -> JSON? { origins[name].map { resultsFiles[$0].content } }

  /// Whether the scores of a task or group and the samples of a task are of one run.
  func isOneRun(_ name: String, samplesOf task: String) -> Bool {
    origins[name] != nil && samples.contains { $0.task == task && $0.results == origins[name] }
  }
}

// MARK: - Results

extension EvaluationLog {
  /// The scores of several results files, oldest first.
  ///
  /// A task whose samples were taken has those of its run; everything else has the newest ones of a file that is
  /// `used`, which no later file without samples hides, or else the newest ones of all.
  private static func scores(
    _ contents: [JSON], _ samples: [Samples], used: Set<Int>
  ) -> [(key: String, value: JSON.Object, file: Int)] {
    var entries: [(key: String, value: JSON.Object, file: Int)] = []
    var own: [String: Int] = [:]
    for sample in samples { own[sample.task] = sample.results }
    let isUsed = contents.indices.map { used.contains($0) }
    let order = contents.indices.filter { !isUsed[$0] } + contents.indices.filter { isUsed[$0] }
    for file in order {
      // Groups stand in `results` too in the versions that have both.
      for part in ["groups", "results"] {
        for member in contents[file][part]?.objectValue?.members ?? [] {
          guard let object = member.value.objectValue, own[member.key] ?? file == file else {
            continue
          }
          entries.append((member.key, object, file))
        }
      }
    }
    let sorted = entries.indices.sorted { left, right in
      let (a, b) = (entries[left].key, entries[right].key)
      return a.precedes(b) || left < right && !b.precedes(a)
    }
    return sorted.enumerated().compactMap { place, index in
      let isLast =
        place + 1 == sorted.count
        || !entries[sorted[place + 1]].key.utf8.elementsEqual(entries[index].key.utf8)
      return isLast ? entries[index] : nil
    }
  }

  private static func settings(_ content: JSON) -> JSON {
    var object = content.objectValue ?? JSON.Object()
    for key in fieldsWithoutMeaning { object[key] = nil }
    return .object(object)
  }
}
