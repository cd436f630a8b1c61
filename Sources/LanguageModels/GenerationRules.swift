import Files

/// What a model's `generation_config.json` says of greedy generation beyond where it ends.
///
/// As `GenerationConfig` of transformers 5.23, called by lm-evaluation-harness with `do_sample=False`: then temperature,
/// `top_k`, `top_p` and their like do nothing, and the length that the harness asks for comes before `max_length`.
package struct GenerationRules: Sendable, Equatable {
  /// `max_new_tokens`, which comes even before the harness's own number.
  package private(set) var maximumNewTokens: Int?
  /// What of the file is not computed, as in "num_beams 4"; empty for most files.
  package private(set) var notComputed: [String] = []
  /// `repetition_penalty`: positive logits of tokens that the text has are divided by it, negative ones multiplied.
  private(set) var repetitionPenalty: Float?
  /// `no_repeat_ngram_size`: no sequence of so many tokens comes twice; 0 for no such rule.
  private(set) var repeatedLength = 0
  /// `min_length`: tokens, with those of the prompt, before which a text does not end.
  private(set) var minimumLength = 0
  /// `min_new_tokens`: generated tokens before which a text does not end.
  private(set) var minimumNewTokens = 0
  /// `suppress_tokens`: ids that are never chosen.
  private(set) var suppressedIDs: [Int32] = []
  /// `begin_suppress_tokens`: ids that are not chosen first.
  private(set) var firstSuppressedIDs: [Int32] = []
  /// The keys that say all this, with their values.
  private var stated = JSON.Object()

  /// No rules: the greatest logit is chosen.
  package init() {}

  /// The rules that the fields of a `generation_config.json` (or of a `config.json` alone) say.
  ///
  /// Values that transformers refuses when a text is generated are not computed; they do not keep a model from being
  /// loaded.
  init(_ fields: JSONFields) {
    func take<Value: ConfigurationValue>(
      _ key: String, _ expected: String, _ isSound: (Value) -> Bool = { _ in true },
      isNeutral: (Value) -> Bool = { _ in false }
    ) -> Value? {
      guard let json = fields[key] else { return nil }
      guard let value: Value = try? fields.optional(key, missing: nil), isSound(value) else {
        notComputed.append("\(key) \(English.shown(json)), which is not \(expected)")
        return nil
      }
      guard !isNeutral(value) else { return nil }
      stated[key] = json
      return value
    }
    let penalty: Double? = take(
      "repetition_penalty", "a positive number with a decimal point",
      { $0 > 0 && $0.isFinite }, isNeutral: { $0 == 1 })
    if let penalty, case .integer = fields["repetition_penalty"] {
      notComputed.append("repetition_penalty \(Int(penalty)), which needs a decimal point")
    }
    repetitionPenalty = penalty.map { Float($0) }
    repeatedLength = take("no_repeat_ngram_size", "a whole number", isNeutral: { $0 <= 0 }) ?? 0
    minimumLength = take("min_length", "a whole number", isNeutral: { $0 <= 0 }) ?? 0
    minimumNewTokens = take("min_new_tokens", "a whole number", isNeutral: { $0 <= 0 }) ?? 0
    maximumNewTokens = take("max_new_tokens", "a positive whole number", { $0 > 0 })
    suppressedIDs = take("suppress_tokens", "a list of token ids", isNeutral: \.isEmpty) ?? []
    firstSuppressedIDs =
      take("begin_suppress_tokens", "a list of token ids", isNeutral: \.isEmpty) ?? []
    refuse(fields)
  }

  /// Notes what is not computed: every value of these keys but null and those that change nothing.
  private mutating func refuse(_ fields: JSONFields) {
    func number(_ isNeutral: @escaping (Double) -> Bool) -> (JSON) -> Bool {
      { $0.doubleValue.map(isNeutral) ?? false }
    }
    let never: (JSON) -> Bool = { _ in false }
    let keys: [(String, isNeutral: (JSON) -> Bool)] = [
      ("num_beams", number { $0 == 1 }), ("num_return_sequences", number { $0 <= 1 }),
      ("penalty_alpha", number { $0 <= 0 }), ("guidance_scale", number { $0 == 1 }),
      ("encoder_repetition_penalty", number { $0 == 1 }),
      ("encoder_no_repeat_ngram_size", number { $0 <= 0 }),
      ("cache_implementation", { $0 != "quantized" && $0 != "paged" }),
      ("use_mtp", { $0 == false }), ("token_healing", { $0 == false }),
      ("return_dict_in_generate", { $0 == false }),
      ("bad_words_ids", never), ("sequence_bias", never), ("constraints", never),
      ("force_words_ids", never), ("forced_bos_token_id", never), ("forced_eos_token_id", never),
      ("exponential_decay_length_penalty", never), ("watermarking_config", never),
      ("max_time", never), ("stop_strings", never), ("prompt_lookup_num_tokens", never),
      ("assistant_early_exit", never), ("dola_layers", never),
    ]
    for (key, isNeutral) in keys {
      guard let value = fields[key], !isNeutral(value) else { continue }
      stated[key] = value
      notComputed.append("\(key) \(English.shown(value))")
    }
  }

  /// The fields of a `generation_config.json` that say the same, as JSON texts.
  var fields: [(String, String)] { stated.members.map { ($0.key, PythonJSON.line($0.value)) } }
}
