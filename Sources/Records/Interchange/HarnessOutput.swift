package import Files
package import Foundation
package import Scoring
package import Tensors

/// An evaluation as lm-evaluation-harness 0.4.13 writes it with `--log_samples`: results and samples, for its users' tools.
///
/// Keys that the harness does not have: `<metric>_clustered_stderr,<filter>` of results, which its tables skip as they
/// skip every key that ends in `_stderr`; `replicate` of results and of each line of samples, with what this program
/// records besides. Only the two times change from one writing to the next.
package struct HarnessOutput {
  let model: HarnessModel
  let settings: EvaluationSettings
  let results: [BenchmarkResult]
  let rows: [String: [JSON]]
  let limit: Int?
  let numerics: Numerics
  let selfTest: RecordedSelfTest

  /// Takes an evaluation.
  ///
  /// - Parameters:
  ///   - model: what was evaluated.
  ///   - settings: what changed prompts and scores.
  ///   - results: one entry a benchmark.
  ///   - rows: for each task, by name, all rows of its evaluation split with the data set's original columns in their
  ///     order, whichever of them were asked; ``EvaluationTask/originalRow(of:)`` makes them from others.
  ///   - limit: number of documents that was asked for; nil for all.
  ///   - numerics: the arithmetic that the model was computed with.
  ///   - selfTest: what the process's self-test gave.
  package init(
    model: HarnessModel, settings: EvaluationSettings, results: [BenchmarkResult],
    rows: [String: [JSON]], limit: Int? = nil, numerics: Numerics = .portable,
    selfTest: RecordedSelfTest = .ofThisProcess
  ) {
    self.model = model
    self.settings = settings
    self.results = results
    self.rows = rows
    self.limit = limit
    self.numerics = numerics
    self.selfTest = selfTest
  }

  /// Writes the files into `folder/<name of the model>`, which is made if need be.
  ///
  /// - Parameters:
  ///   - folder: the folder above that of the model.
  ///   - started: when the evaluation began.
  ///   - ended: when it ended; the files are named by it, in UTC, and take the place of others of that name.
  /// - Returns: Paths of the files, the results last; a folder that has results is complete.
  /// - Throws: ``InterchangeError`` `invalidRow` when a row is missing or not its sample's document,
  ///   ``FileError`` when a file cannot be written.
  package func write(to folder: String, started: Date, ended: Date) throws -> [String] {
    let place = "\(folder)/\(HarnessModel.folderName(of: model.path))"
    try AtomicFile.createFolder(place)
    let date = Self.text(of: ended)
    var paths: [String] = []
    var hashes = JSON.Object()
    for result in results.flatMap(\.tasks) {
      let path = "\(place)/samples_\(result.task.name)_\(date).jsonl"
      hashes[result.task.name] = JSON(try writeSamples(of: result, to: path))
      paths.append(path)
    }
    let content = self.content(hashes: .object(hashes), started: started, ended: ended)
    let path = "\(place)/results_\(date).json"
    try AtomicFile.write(Array(PythonJSON.indented(content).utf8), to: path)
    return paths + [path]
  }

  /// Writes one line a filter and document; gives the digest that stands for all prompts and targets.
  private func writeSamples(of result: TaskResult, to path: String) throws -> Digest {
    let lines = HarnessSampleLines(
      task: result.task, rows: rows[result.task.name] ?? [],
      maximumNewTokens: settings.maximumNewTokens)
    var hash = SHA256()
    try AtomicFile.write(to: ContainedPath(path)) { file in
      for filter in result.task.filters {
        for sample in result.samples {
          let line = try lines.line(of: sample, filter: filter)
          hash.update(line.hashes)
          try file.write(Array((PythonJSON.line(line.content) + "\n").utf8))
        }
      }
    }
    return hash.finalize()
  }

  /// The time in UTC as the harness's file names have it: 2026-01-31T23-59-59.123456.
  private static func text(of date: Date) -> String {
    // Whole microseconds first, so that rounding never gives a second of 60.
    let microseconds = Int((date.timeIntervalSince1970 * 1e6).rounded())
    let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let digits = String(fraction)
    let time = Timestamp.text(seconds: seconds, milliseconds: 0).prefix { $0 != "." }
    return time.replacing(":", with: "-") + "." + String(repeating: "0", count: 6 - digits.count)
      + digits
  }
}
