/// What the model's generation rules make of the logits of the next token of a text.
///
/// The logits processors of transformers 5.23 in its order, for one text at a time and in fp32.
struct LogitRules {
  private let rules: GenerationRules
  private let endOfSequenceIDs: [Int32]
  /// Whether no rule can ever change a logit.
  let isPlain: Bool

  init(_ configuration: ModelConfiguration) {
    rules = configuration.generation
    endOfSequenceIDs = configuration.endOfSequenceIDs
    isPlain =
      rules.repetitionPenalty == nil && rules.repeatedLength == 0 && rules.minimumLength == 0
      && rules.minimumNewTokens == 0 && rules.suppressedIDs.isEmpty
      && rules.firstSuppressedIDs.isEmpty
  }

  /// Applies the rules to the logits of the token after `tokens`, the prompt, of `promptCount` tokens, and what was generated.
  func apply(
    to logits: UnsafeMutableBufferPointer<Float>, after tokens: [Int32], promptCount: Int
  ) {
    if let penalty = rules.repetitionPenalty {
      for id in Set(tokens) where logits.indices.contains(Int(id)) {
        let logit = logits[Int(id)]
        logits[Int(id)] = logit < 0 ? logit * penalty : logit / penalty
      }
    }
    func suppress(_ ids: some Sequence<Int32>) {
      for id in ids where logits.indices.contains(Int(id)) { logits[Int(id)] = -.infinity }
    }
    suppress(repeated(after: tokens))
    let generated = tokens.count - promptCount
    if tokens.count < rules.minimumLength || generated < rules.minimumNewTokens {
      suppress(endOfSequenceIDs)
    }
    suppress(rules.suppressedIDs)
    if generated == 0 { suppress(rules.firstSuppressedIDs) }
  }

  /// The id with the greatest logit, the lowest on ties.
  static func best(_ logits: UnsafeMutableBufferPointer<Float>) -> Int32 {
    var best = 0
    for id in logits.indices where logits[id] > logits[best] { best = id }
    return Int32(best)
  }

  /// What would make the last tokens a sequence that the text has already.
  private func repeated(after tokens: [Int32]) -> [Int32] {
    let length = rules.repeatedLength
    guard length > 0, tokens.count >= length else { return [] }
    let end = tokens.suffix(length - 1)
    return (0...tokens.count - length).compactMap { start in
      tokens[start..<start + length - 1].elementsEqual(end) ? tokens[start + length - 1] : nil
    }
  }
}
