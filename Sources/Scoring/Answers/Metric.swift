/// What is computed from one document's response: 0 or 1, or one of them for each instruction; of a passage, how much of
/// something there is in each of its tokens or bytes.
package enum Metric: String, Sendable {
  /// Whether the right choice is the likeliest; on ties the first choice wins.
  case accuracy = "acc"
  /// As `accuracy`, with each log-likelihood divided by the number of code points of its choice.
  case normalizedAccuracy = "acc_norm"
  /// Whether the answer counts as the target, by the task's ``AnswerComparison``.
  case exactMatch = "exact_match"
  /// Whether the response obeys all instructions of the prompt.
  case promptStrictAccuracy = "prompt_level_strict_acc"
  /// For each instruction whether the response obeys it.
  case instructionStrictAccuracy = "inst_level_strict_acc"
  /// As `promptStrictAccuracy`, for the best of eight forms of the response.
  case promptLooseAccuracy = "prompt_level_loose_acc"
  /// As `instructionStrictAccuracy`, for the best of eight forms of the response.
  case instructionLooseAccuracy = "inst_level_loose_acc"
  /// Negative log-likelihood of a passage, in nats for each of its tokens.
  case natsPerToken = "nats_per_token"
  /// Negative log-likelihood of a passage, in bits for each of its UTF-8 bytes.
  case bitsPerByte = "bits_per_byte"
  /// Kullback-Leibler divergence of the model from the base model on the tokens of a passage, in nats for each.
  case divergenceFromBase = "kl_from_base"

  /// Whether a document has one value for each of its instructions instead of one.
  package var isPerInstruction: Bool {
    self == .instructionStrictAccuracy || self == .instructionLooseAccuracy
  }

  /// Whether documents count by their length, and there is no right or wrong.
  package var isPerLength: Bool {
    switch self {
    case .natsPerToken, .bitsPerByte, .divergenceFromBase: true
    default: false
    }
  }

  /// The position that `numpy.argmax` gives: that of the first NaN if there is one, else of the first largest value.
  package static func indexOfLargest(_ values: [Double]) -> Int? {
    guard var best = values.indices.first else { return nil }
    if let undefined = values.firstIndex(where: \.isNaN) { return undefined }
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }
}
