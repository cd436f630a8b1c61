import Files
import Manifests
import Scoring

/// A folder that lm-evaluation-harness wrote, with every sample scored anew.
struct HarnessFolder {
  /// The newest files of the folder.
  let log: EvaluationLog
  /// The tasks that this program knows, in the order of the folder's names.
  let samples: [HarnessSamples]
  /// One result a benchmark, from the scores of this program.
  let results: [BenchmarkResult]
  /// What else is in the folder and was left out, in sentences.
  let notes: [String]
  /// The digest of the language data that were used; nil if none were.
  let languageData: Digest?

  /// Reads a folder, or the only one in it that holds such output.
  ///
  /// - Throws: ``LogError`` when there is no such output or it is damaged, ``InterchangeError`` when samples or results
  ///   are missing or damaged, no task is known, or language data are needed.
  init(at path: String, names: TaskNames, languageData folder: String?) throws {
    let log = try Self.log(at: path)
    var notes: [String] = []
    var known: [(samples: EvaluationLog.Samples, task: EvaluationTask)] = []
    for samples in log.samples {
      guard let (_, task) = names.task(samples.task) else {
        notes.append("The samples of \(samples.task) were left out: no task has this name.")
        continue
      }
      guard log.results.contains(where: { $0.key == samples.task }) else {
        throw InterchangeError(
          .incomplete,
          "\(samples.path) has samples of \(samples.task), but no results file beside it has its results."
        )
      }
      known.append((samples, task))
    }
    guard !known.isEmpty else {
      let names = log.samples.map(\.task)
      throw InterchangeError(
        .unknownTask,
        "\(log.path) holds samples of \(English.list(names)), none of which is a task of this program; if they are others under names of their own, say which with --task-map, as in local_arc=arc_challenge."
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
        endOfSequence: endOfSequence, taskHash: Self.taskHash(entry.samples.task, log),
        tools: language?.tools)
    }
    for file in samples where !file.unknownFilters.isEmpty {
      notes.append(
        "Scores of \(file.name) by \(English.list(file.unknownFilters)) were left out: the task has no such filter."
      )
    }
    results = try Self.results(of: samples)
    languageData = language?.digest
    self.log = log
    self.notes = notes
  }

  private static func log(at path: String) throws -> EvaluationLog {
    guard case .evaluation(let log) = try LogSource.open(path), !log.isSingleFile else {
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

  /// The hash of a task's samples, by the newest results that have the task.
  private static func taskHash(_ task: String, _ log: EvaluationLog) -> String? {
    let content = log.resultsFiles.last { $0.content["results"]?[task] != nil }?.content
    return content?["task_hashes"]?[task]?.stringValue
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
