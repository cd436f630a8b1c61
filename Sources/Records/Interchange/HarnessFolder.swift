import Files
import Manifests
import Scoring

/// A folder that lm-evaluation-harness wrote, with every sample scored anew.
struct HarnessFolder {
  /// The files of the folder.
  let log: EvaluationLog
  /// The tasks that this program knows, in the order of the folder's names.
  let samples: [HarnessSamples]
  /// The tasks that this program does not know, with the scores that their samples carry.
  let recorded: [RecordedTask]
  /// One result a benchmark, from the scores of this program.
  let results: [BenchmarkResult]
  /// What else is in the folder and was left out, in sentences.
  let notes: [String]
  /// The digest of the language data that were used; nil if none were.
  let languageData: Digest?

  /// Reads a folder, or the only one in it that holds such output.
  ///
  /// - Parameters:
  ///   - path: the folder, or the one above it.
  ///   - names: what the folder's names stand for.
  ///   - date: what the date of the run has to begin with; nil for the newest with samples and results.
  ///   - folder: a folder with the data for sentences and languages; nil without.
  /// - Throws: ``LogError`` when there is no such output or it is damaged, ``InterchangeError`` when samples or results
  ///   are missing or damaged, or language data are needed.
  init(
    at path: String, names: TaskNames, date: String? = nil, languageData folder: String?
  ) throws {
    let log = try Self.log(at: path, date: date)
    var notes = Self.notes(on: log)
    var known: [(samples: EvaluationLog.Samples, task: EvaluationTask)] = []
    var recorded: [RecordedTask] = []
    for samples in log.samples {
      let results = samples.results.map { log.resultsFiles[$0].content }
      guard let (_, task) = names.task(samples.task) else {
        if let results {
          recorded.append(
            try RecordedTask(path: samples.path, name: samples.task, results: results))
        } else {
          notes.append(
            "The samples of \(samples.task) were left out: no task has this name, and no results of the same run are beside them."
          )
        }
        continue
      }
      guard results != nil else {
        throw InterchangeError(
          .incomplete,
          "\(samples.path) has samples of \(samples.task), but no results file of the same run beside it has its results."
        )
      }
      known.append((samples, task))
    }
    guard !known.isEmpty || !recorded.isEmpty else {
      let names = log.samples.map(\.task)
      throw InterchangeError(
        .incomplete,
        "\(log.path) holds samples of \(English.list(names)), but no results file of the same run beside them has their results."
      )
    }
    let twice = Dictionary(grouping: known, by: \.task.name).values.filter { $0.count > 1 }
    if let pair = twice.min(by: { $0[0].samples.task < $1[0].samples.task }) {
      throw InterchangeError(
        .invalidTaskMap,
        "\(pair[0].samples.task) and \(pair[1].samples.task) both stand for \(pair[0].task.name).")
    }
    let language = try LanguageData.needed(by: known.map(\.task), folder: folder)
    let endOfSequence = log.settings["tokenizer_eos_token"]?.arrayValue?.first?.stringValue
    samples = try known.map { entry in
      try HarnessSamples(
        path: entry.samples.path, name: entry.samples.task, task: entry.task,
        endOfSequence: endOfSequence,
        results: entry.samples.results.map { log.resultsFiles[$0].content },
        tools: language?.tools)
    }
    for file in samples where !file.unknownFilters.isEmpty {
      notes.append(
        "Scores of \(file.name) by \(English.list(file.unknownFilters)) were left out: the task has no such filter."
      )
    }
    notes += recorded.flatMap(\.notes)
    results = try Self.results(of: samples)
    self.recorded = recorded
    languageData = language?.digest
    self.log = log
    self.notes = notes
  }

  private static func log(at path: String, date: String?) throws -> EvaluationLog {
    let source = try LogSource.open(path, date: date)
    if case .training = source {
      throw InterchangeError(
        .incomplete,
        "\(path) holds the log of a training and no output of lm-evaluation-harness; `replicate import axolotl \(path)` makes a record of it."
      )
    }
    guard case .evaluation(let log) = source, !log.isSingleFile else {
      throw InterchangeError(
        .incomplete, "\(path) is no folder of lm-evaluation-harness with results and samples.")
    }
    guard !log.samples.isEmpty else {
      throw InterchangeError(
        .incomplete,
        "\(log.path) has results but no samples to score; the harness writes them with --log_samples."
      )
    }
    guard !log.results.isEmpty else {
      throw InterchangeError(
        .incomplete,
        "\(log.path) has samples but no results; results_<date>.json has to stand beside them.")
    }
    return log
  }

  /// Which runs the folder holds, where it holds more than was read.
  private static func notes(on log: EvaluationLog) -> [String] {
    guard !log.leftOut.isEmpty else { return [] }
    return [
      "\(log.path) holds runs of \(English.list(log.dates)); of each task the newest one with samples and results was read (--date chooses another), and left out were \(English.list(log.leftOut))."
    ]
  }

  private static func results(of samples: [HarnessSamples]) throws -> [BenchmarkResult] {
    try Benchmark.all.compactMap { benchmark in
      let tasks = try benchmark.tasks.compactMap { task -> TaskResult? in
        guard let own = samples.first(where: { $0.task.name == task.name }) else { return nil }
        return try TaskResult(task: task, samples: own.samples)
      }
      return tasks.isEmpty ? nil : BenchmarkResult(benchmark, tasks: tasks)
    }
  }
}
