import Scoring

extension SampleRecord {
  /// All samples scored anew, with what came out otherwise.
  func rescored(
    tools: LanguageTools?
  ) throws -> (result: BenchmarkResult, differences: [ScoreDifference]) {
    var differences: [ScoreDifference] = []
    let results = try tasks.map { task, samples in
      let computed = try samples.map { try $0.rescored(by: task, tools: tools) }
      for (recorded, sample) in zip(samples, computed) {
        differences += RecordedScores(recorded).differences(
          from: sample, task: task, name: task.name, response: nil
        ).map { difference in
          var difference = difference
          difference.file = name
          return difference
        }
      }
      return try TaskResult(task: task, samples: computed)
    }
    return (BenchmarkResult(benchmark, tasks: results), differences)
  }
}
