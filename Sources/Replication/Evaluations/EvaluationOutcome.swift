package import Files
package import Scoring

/// What an evaluation of a model came to.
package struct EvaluationOutcome: Sendable {
  /// The model as it was named.
  package let model: String
  /// Digest of its files.
  package let modelDigest: Digest
  /// Digest of everything that the results depend on.
  package let identity: Digest
  /// What changed prompts and scores.
  package let settings: EvaluationSettings
  /// Scores and samples, in the order in which benchmarks were asked for.
  package let results: [BenchmarkResult]
  /// What a reader of the scores has to know: documents that are missing or were cut.
  package let warnings: [String]
  /// Documents that this call asked, without those that were done before.
  package let documentCount: Int
  /// Wall-clock seconds that it took from prompts to scores; loading the model not included.
  package let seconds: Double
  /// Path of the written results.
  package let resultsPath: String
}
