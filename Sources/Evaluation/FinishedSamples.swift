import Files
import Scoring

/// Samples that an interrupted run left, by the documents that they belong to.
struct FinishedSamples {
  private let inputs: [TaskInput]
  private var samples: [[Int: SampleResult]]

  /// Takes samples of the tasks of `inputs`.
  ///
  /// - Throws: `invalidSample` when one belongs to another task, or a document has two that differ.
  init(_ finished: [SampleResult], inputs: [TaskInput]) throws {
    self.inputs = inputs
    samples = inputs.map { _ in [:] }
    for sample in finished {
      guard let task = inputs.firstIndex(where: { $0.task.name == sample.task }),
        samples[task][sample.documentIndex].map({ $0 == sample }) ?? true
      else {
        throw EvaluationError(
          .invalidSample,
          "A finished sample of document \(sample.documentIndex) of \"\(sample.task)\" does not belong to this evaluation."
        )
      }
      samples[task][sample.documentIndex] = sample
    }
  }

  /// For each task and document its sample; nil where there is none yet.
  ///
  /// - Throws: `invalidSample` when a sample answers another prompt than its document's.
  func matched(to documents: [PreparedDocument]) throws -> [[SampleResult?]] {
    var result = inputs.map { [SampleResult?](repeating: nil, count: $0.documents.count) }
    for document in documents {
      let input = inputs[document.taskIndex]
      let index = input.documentIndices[document.position]
      guard let sample = samples[document.taskIndex][index] else { continue }
      guard sample.question == document.question else {
        throw EvaluationError(
          .invalidSample,
          "The finished sample of document \(index) of \(input.task.name) answers another prompt than this evaluation asks."
        )
      }
      result[document.taskIndex][document.position] = sample
    }
    return result
  }
}
