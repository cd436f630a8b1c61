import Files
import Scoring

/// The samples of one evaluation of one arm, as a record holds them.
struct SampleRecord: Sendable {
  /// Name of the file in the record.
  let name: String
  /// The benchmark that its samples belong to.
  let benchmark: Benchmark
  /// The samples of each task in the order of the file; tasks in the benchmark's order, none of them empty.
  let tasks: [(task: EvaluationTask, samples: [SampleResult])]

  /// Number of samples.
  var count: Int { tasks.reduce(0) { $0 + $1.samples.count } }

  /// Reads the bytes of a file of a record, which errors call `path`.
  ///
  /// - Throws: ``RunError`` `damaged` with the line that is none of a sample, belongs to no known task or to
  ///   another benchmark, or repeats a document.
  init(_ bytes: [UInt8], name: String, source path: String) throws {
    var samples: [String: [SampleResult]] = [:]
    var documents: [String: Set<Int>] = [:]
    var benchmark: Benchmark?
    let lines = bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      func damaged(_ problem: String) -> RunError {
        RunError(.damaged, "Line \(index + 1) of \(path): \(problem)")
      }
      let sample: SampleResult
      do {
        sample = try SampleResult(jsonLine: line)
      } catch let error as EvaluationError {
        throw damaged(error.message)
      }
      let own = benchmark ?? Benchmark.holding(task: sample.task)
      guard let own, own.task(named: sample.task) != nil else {
        throw damaged(
          "the task \(English.shown(.string(sample.task))) is not one of \(benchmark?.name ?? "this program")."
        )
      }
      benchmark = own
      guard documents[sample.task, default: []].insert(sample.documentIndex).inserted else {
        throw damaged(
          "there is already a sample of the document \(sample.documentIndex) of \(sample.task).")
      }
      samples[sample.task, default: []].append(sample)
    }
    guard let benchmark else { throw RunError(.damaged, "\(path) holds no samples.") }
    self.name = name
    self.benchmark = benchmark
    tasks = benchmark.tasks.compactMap { task in samples[task.name].map { (task, $0) } }
  }

  /// The arm whose samples these are, by the name of the file, and the evaluation's name; nil if there is none.
  func arm(in record: SealedRecord) -> (arm: RunSummary.Arm, evaluation: String)? {
    let stem = name.dropFirst(RecordFile.samplesFolder.count)
      .dropLast(RecordFile.samplesEnding.count)
    let matches = record.summary.arms.compactMap { arm -> (RunSummary.Arm, String)? in
      let suffix = ".\(arm.name)\(arm.seed.map { ".\(UInt64(clamping: $0))" } ?? "")"
      guard stem.hasSuffix(suffix), stem.count > suffix.count else { return nil }
      return (arm, String(stem.dropLast(suffix.count)))
    }
    // Names may hold dots: of "a.b" and "b", the longer one is meant.
    return matches.min { $0.1.count < $1.1.count }.map { (arm: $0.0, evaluation: $0.1) }
  }
}
