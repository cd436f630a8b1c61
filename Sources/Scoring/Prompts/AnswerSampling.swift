package import Files

/// How the answers to each document are chosen, where that is recorded beside them.
package struct AnswerSampling: Sendable, Equatable {
  /// Number of answers to each document.
  package let count: Int
  /// What logits are divided by before tokens are drawn; 0 takes the likeliest token, of which there is one answer.
  package let temperature: Double
  /// The share of probability that the likeliest tokens which are drawn from have to reach; 1 for all tokens.
  package let topP: Double
  /// Seed of the draws; 0 where nothing is drawn.
  package let seed: UInt64

  /// The temperatures at which tokens are drawn: fp32 holds their reciprocals, and what logits become by them.
  package static let temperatures = 0.01...100.0

  /// Answers that are drawn.
  package init(count: Int, temperature: Double, topP: Double = 1, seed: UInt64) {
    (self.count, self.temperature, self.topP, self.seed) = (count, temperature, topP, seed)
  }

  /// One answer of the likeliest tokens.
  package static let greedy = AnswerSampling(count: 1, temperature: 0, seed: 0)

  /// Whether the likeliest tokens are taken, and nothing is drawn.
  package var isGreedy: Bool { temperature == 0 }

  /// At most so many answers of the same kind.
  package func limited(to most: Int) -> AnswerSampling {
    AnswerSampling(count: min(count, most), temperature: temperature, topP: topP, seed: seed)
  }

  /// The key of the random numbers of a document's answers: the first 64 bits of the SHA-256 of the text that the code has.
  ///
  /// It depends on nothing else, so that all arms and all batches draw the same numbers.
  package func key(task: String, document: Int) -> UInt64 {
    SHA256.digest(of: "replicate/answers/1\n\(seed)\n\(task)\n\(document)").bytes.prefix(8)
      .reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// What identifies it, as manifests have it.
  package var canonical: JSON {
    JSON(present: [("count", JSON(count))] + settings)
  }

  /// All but the number of answers.
  var settings: [(String, JSON)] {
    guard !isGreedy else { return [("temperature", .number(0))] }
    return [
      ("temperature", .number(temperature)), ("top_p", .number(topP)), ("seed", JSON(Int(seed))),
    ]
  }
}
