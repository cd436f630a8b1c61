import Scoring

extension SampleRecord {
  /// All samples scored anew, with what came out otherwise.
  ///
  /// Of samples that the harness scored (`isImported`), verdicts that it draws at random are taken as they are.
  func rescored(
    tools: LanguageTools?, isImported: Bool = false
  ) throws -> (result: BenchmarkResult, differences: [ScoreDifference]) {
    var differences: [ScoreDifference] = []
    let results = try tasks.map { task, samples in
      let computed = try samples.map { sample in
        let computed = try sample.rescored(by: task, tools: tools)
        return isImported ? computed.takingDrawnVerdicts(of: sample.scores) : computed
      }
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
