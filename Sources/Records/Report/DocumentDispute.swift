package import Scoring
import Statistics

/// The documents of an evaluation that arms answer differently, those farthest apart first.
package struct DocumentDispute: Sendable {
  /// A document and what each arm makes of it.
  package struct Document: Sendable {
    /// Task and number, as in "gsm8k/17".
    package let id: String
    /// What was asked, and the right answer as a person reads it.
    package let prompt: String
    package let target: String
    /// What the arms answered, in the order of the record.
    package let answers: [Answer]
    /// How far their scores are apart.
    package let spread: Double
  }

  /// What an arm answered.
  package struct Answer: Sendable {
    /// The arm.
    package let arm: String
    /// The answer of its first seed; nil for a given text, which is not answered.
    package let text: String?
    /// The mean score over seeds, and how many there are.
    package let score: Double
    package let seedCount: Int
  }

  /// The evaluation, and what its scores measure.
  package let evaluation: String
  package let metric: String
  package let quantity: Quantity
  /// The documents that are told of.
  package let documents: [Document]
  /// How many are scored differently, and how many there are at all.
  package let differentCount: Int
  package let totalCount: Int

  /// So many documents of an evaluation are told of at most.
  package static let most = 40

  /// The disputes of all evaluations, in the order of the samples.
  static func disputes(_ samples: [ArmSamples]) -> [DocumentDispute] {
    var evaluations: [String] = []
    for part in samples where !evaluations.contains(part.evaluation) {
      evaluations.append(part.evaluation)
    }
    return evaluations.compactMap { name in
      DocumentDispute(samples.filter { $0.evaluation == name }, of: name)
    }
  }

  private init?(_ parts: [ArmSamples], of evaluation: String) {
    guard let headline = parts.first?.results.first?.headline else { return nil }
    var order: [String] = []
    var known: [String: [(arm: String, sample: SampleResult, score: Double)]] = [:]
    for part in parts {
      for sample in part.results.flatMap(\.samples) {
        let score = sample.scores.first {
          $0.metric == headline.metric && $0.filter == headline.filter
        }
        guard let value = Sample.mean(score?.values ?? []) else { continue }
        let id = "\(sample.task)/\(sample.documentIndex)"
        if known[id] == nil { order.append(id) }
        known[id, default: []].append((part.arm, sample, value))
      }
    }
    let documents = order.compactMap { id in known[id].map { Self.document(id, $0) } }
    let different = documents.filter { $0.spread > 0 }
    self.evaluation = evaluation
    metric = headline.key
    quantity = Quantity(metric: headline.key)
    // Equal distances keep the order of the samples.
    let ranked = different.enumerated().sorted {
      $0.element.spread == $1.element.spread
        ? $0.offset < $1.offset : $0.element.spread > $1.element.spread
    }
    self.documents = ranked.prefix(Self.most).map(\.element)
    differentCount = different.count
    totalCount = documents.count
  }

  private static func document(
    _ id: String, _ entries: [(arm: String, sample: SampleResult, score: Double)]
  ) -> Document {
    var answers: [Answer] = []
    for entry in entries where !answers.contains(where: { $0.arm == entry.arm }) {
      let own = entries.filter { $0.arm == entry.arm }.map(\.score)
      answers.append(
        Answer(
          arm: entry.arm, text: entry.sample.answerText, score: Sample.mean(own) ?? .nan,
          seedCount: own.count))
    }
    let scores = answers.map(\.score)
    let first = entries[0].sample
    return Document(
      id: id, prompt: first.prompt, target: first.targetText, answers: answers,
      spread: (scores.max() ?? 0) - (scores.min() ?? 0))
  }
}

extension SampleResult {
  /// The model's answer as a person reads it: the likeliest choice, or what it wrote; nil for a given text.
  fileprivate var answerText: String? {
    switch response {
    case .choices(let choices, _), .blank(let choices, _, _, _):
      Metric.indexOfLargest(choices.map(\.logLikelihood)).map { choices[$0].text }
    case .generation(let generation):
      (generation.texts.count > 1 ? "(the first of \(generation.texts.count)) " : "")
        + generation.texts[0]
    case .passage: nil
    }
  }

  /// The right answer as a person reads it.
  fileprivate var targetText: String {
    let choices = response.choices
    guard choices.count > 1, let gold = Int(target), choices.indices.contains(gold) else {
      return target
    }
    return choices[gold].text
  }
}
