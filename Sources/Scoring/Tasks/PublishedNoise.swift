/// How far the accuracies of two language models typically differ on a benchmark by chance alone, as published: a prior, and no
/// measurement of any two models at hand.
///
/// From the summary of Eval-Arena, column `std(A-B)`: the standard error of a difference over documents, over all pairs of
/// the models there (Wang, "Measuring all the noises of LLM evals", arXiv 2512.21326, whose finding it is that it depends
/// on the benchmark and hardly on the pair). The models are not related: arms of one model differ on fewer documents.
package struct PublishedNoise: Sendable, Equatable {
  /// Name of the benchmark.
  package let benchmark: String
  /// Number of models, all pairs of which were compared.
  package let models: Int
  /// Standard deviation over documents of the difference of two models' scores, as a fraction.
  package let standardDeviation: Double

  private init(_ benchmark: String, models: Int, documents: Int, percentagePoints: Double) {
    self.benchmark = benchmark
    self.models = models
    standardDeviation = percentagePoints / 100 * Double(documents).squareRoot()
  }

  /// What is published of benchmarks that this program knows.
  package static let all = [
    PublishedNoise("arc_challenge", models: 38, documents: 1165, percentagePoints: 1.3),
    PublishedNoise("gsm8k", models: 37, documents: 1319, percentagePoints: 1.2),
    PublishedNoise("hellaswag", models: 36, documents: 10042, percentagePoints: 0.26),
    PublishedNoise("mmlu", models: 36, documents: 14042, percentagePoints: 0.44),
  ]

  /// What is published of the benchmark that a task, a group or a whole benchmark of this name belongs to; nil for nothing.
  package static func ofTask(_ name: String) -> PublishedNoise? {
    let benchmark = Benchmark.all.first { benchmark in
      benchmark.name == name || benchmark.groups.contains { $0.name == name }
        || benchmark.tasks.contains { $0.name == name }
    }
    return all.first { $0.benchmark == benchmark?.name }
  }

  /// The standard error of the difference of two models' accuracies on so many documents, at least 1.
  package func standardError(documents: Int) -> Double {
    standardDeviation / Double(documents).squareRoot()
  }
}
