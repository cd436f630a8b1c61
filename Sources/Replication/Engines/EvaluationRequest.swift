import Files
import Manifests
import Scoring

/// What an evaluation of a model is to do.
struct EvaluationRequest {
  let benchmark: Benchmark
  let inputs: [TaskInput]
  /// The rows that they were made from, for engines that make documents themselves.
  let rows: [EvaluationInputs.Rows]
  let settings: EvaluationSettings
  /// What instructions are checked with; nil unless the benchmark needs it.
  let tools: LanguageTools?
  /// Samples that an interrupted evaluation left, which are not asked again.
  let finished: [SampleResult]
}

/// Who is told of an evaluation.
struct EvaluationListener {
  /// Takes a sample as soon as it is finished; nothing depends on it before.
  let record: (SampleResult) throws -> Void
  /// Takes what a program of the engine, which it names, says of how it works.
  let stated: (_ program: String, _ facts: JSON) throws -> Void
  /// How many documents are done, and how many there are.
  let progress: (_ completed: Int, _ total: Int) throws -> Void
}
