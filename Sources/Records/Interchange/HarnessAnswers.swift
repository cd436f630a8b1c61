import Files
package import Scoring

/// What the harness wrote of one task that this program had it ask, scored anew.
package struct HarnessAnswers {
  /// One sample a document, with the answers and scores of this program.
  package let samples: [SampleResult]
  /// Where the harness has other answers or scores, a sentence each.
  package let differences: [String]

  /// Reads the output of one task in a folder.
  ///
  /// - Throws: ``LogError`` or ``InterchangeError`` when there is none, or what is damaged.
  package init(in folder: String, task: EvaluationTask, tools: LanguageTools?) throws {
    guard case .evaluation(let log) = try LogSource.open(folder),
      let file = log.samples.first(where: { $0.task == task.name }), let results = file.results
    else {
      throw InterchangeError(
        .incomplete, "\(folder) has no results and samples of \(task.name).")
    }
    let read = try HarnessSamples(
      path: file.path, name: task.name, task: task,
      endOfSequence: log.settings["tokenizer_eos_token"]?.arrayValue?.first?.stringValue,
      results: log.resultsFiles[results].content, tools: tools)
    if let hash = read.hashDifferences.first {
      throw InterchangeError(
        .damaged,
        "\(file.path) has a \(hash.name) that is not the hash of its text\(hash.document.map { ", in document \($0)" } ?? "")."
      )
    }
    samples = read.samples
    differences = read.differences.map { difference in
      func text(_ values: [Double]?) -> String {
        values.map { $0.map { "\($0)" }.joined(separator: ", ") } ?? "none"
      }
      return
        "\(task.name) \(difference.document): \(difference.metric.rawValue) by \(difference.filter.rawValue) is \(text(difference.recorded)) in the harness and \(text(difference.computed)) here; \(difference.kind.rawValue)"
    }
  }
}
