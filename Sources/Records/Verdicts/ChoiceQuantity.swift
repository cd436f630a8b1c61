import Scoring
import Statistics

/// What the likelihoods of choices say beyond which of them is the largest, computed from what samples hold.
///
/// An answer that turns from wrong to right takes many a nat; these move with each, and tell arms apart that are right on the
/// same questions.
enum ChoiceQuantity: String, CaseIterable {
  /// The log-likelihood of the right answer, in nats.
  case goldNats = "gold_nats"
  /// The mean log-likelihood of all choices, in nats: how at home the model is in the form of the answers.
  case choicesNats = "choices_nats"
  /// The log-likelihood of the right answer less that of the best other one, in nats.
  case margin
  /// The logarithm of the right answer's share of the likelihood of all choices, in nats.
  case choiceNats = "choice_nats"
  /// Bits for each UTF-8 byte of the scored text of the right answer, its delimiter included; counts by those bytes.
  case goldBitsPerByte = "gold_bits_per_byte"

  /// The name of the row, with the filter that choices have.
  var key: String { "\(rawValue),\(AnswerFilter.none.rawValue)" }

  /// The value of a sample and how much it counts.
  ///
  /// Nil for a generated text and for a passage, for fewer choices than the quantity compares, for a target that is none of
  /// them, and for a text without bytes.
  func value(of sample: SampleResult) -> (value: Double, weight: Double)? {
    let choices = sample.response.choices
    if case .passage = sample.response { return nil }
    guard let gold = Int(sample.target), choices.indices.contains(gold) else { return nil }
    let likelihoods = choices.map(\.logLikelihood)
    switch self {
    case .goldNats: return (likelihoods[gold], 1)
    case .choicesNats:
      return choices.count < 2 ? nil : Sample.mean(likelihoods).map { ($0, 1) }
    case .margin:
      let others = likelihoods.indices.filter { $0 != gold }.map { likelihoods[$0] }
      return others.max().map { (likelihoods[gold] - $0, 1) }
    case .choiceNats:
      guard choices.count > 1 else { return nil }
      return (likelihoods[gold] - Sample.logarithmOfSum(ofExponentials: likelihoods), 1)
    case .goldBitsPerByte:
      let bytes = Double(sample.response.scoredText(of: choices[gold]).utf8.count)
      guard bytes > 0 else { return nil }
      return (-likelihoods[gold] / Sample.logarithmOf2 / bytes, bytes)
    }
  }
}

extension SampleResult.Response {
  /// The text whose likelihood a choice has.
  fileprivate func scoredText(of choice: SampleResult.ScoredChoice) -> String {
    switch self {
    case .choices(_, let delimiter): delimiter + choice.text
    case .blank(_, _, let rest, let delimiter): delimiter + rest
    case .passage(_, let delimiter): delimiter + choice.text
    case .generation(let generation): generation.texts[0]
    }
  }
}
