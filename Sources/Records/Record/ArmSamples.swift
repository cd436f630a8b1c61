package import Scoring

/// The samples of one arm and seed on one evaluation.
package struct ArmSamples: Sendable {
  package let arm: String
  package let seed: UInt64?
  package let evaluation: String
  package let benchmark: Benchmark
  package let results: [TaskResult]

  /// The scores of all tasks together.
  package var pooled: BenchmarkResult { BenchmarkResult(benchmark, tasks: results) }
}
