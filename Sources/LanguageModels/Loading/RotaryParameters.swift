import Files

/// The rotary embedding of one kind of layer, as a `config.json` has it.
struct RotaryParameters: ConfigurationValue {
  /// The base; nil where it stands elsewhere.
  let theta: Double?
  /// The part of each head that rotates; nil where it stands elsewhere.
  let part: Double?
  private let scaling: Scaling?

  /// `rope_type` llama3.
  private struct Scaling {
    let factor, lowFrequencyFactor, highFrequencyFactor: Double
    /// nil where the model's own number counts.
    let originalPositions: Int?
  }

  init(_ field: JSONField) throws {
    let fields = try JSONFields(field)
    for kind in ["full_attention", "sliding_attention"] where fields.contains(kind) {
      throw ModelFileError(
        .unsupported, "rotary parameters for \(kind) alone are not computed in this family.")
    }
    part = try fields.optional("partial_rotary_factor", missing: nil)
    theta = try fields.optional("rope_theta", missing: nil)
    // "type" is the older name of the key.
    let types: [String?] = [
      try fields.optional("type", missing: nil), try fields.optional("rope_type", missing: nil),
    ]
    guard types.contains("llama3") else {
      try fields.require("type", "default")
      try fields.require("rope_type", "default")
      scaling = nil
      return
    }
    try fields.require("type", "llama3")
    try fields.require("rope_type", "llama3")
    func number(_ key: String) throws -> Double {
      guard let value: Double = try fields.optional(key, missing: nil) else {
        throw ModelFileError(.malformed, "rope_type llama3 needs a number \(key); there is none.")
      }
      return value
    }
    scaling = Scaling(
      factor: try number("factor"), lowFrequencyFactor: try number("low_freq_factor"),
      highFrequencyFactor: try number("high_freq_factor"),
      originalPositions: try fields.optional("original_max_position_embeddings", missing: nil))
  }

  /// How the frequencies are scaled in a model made for `positions` positions; nil where they are not.
  func scaling(positions: Int) -> RotaryScaling? {
    scaling.map {
      RotaryScaling(
        factor: $0.factor, lowFrequencyFactor: $0.lowFrequencyFactor,
        highFrequencyFactor: $0.highFrequencyFactor,
        originalPositions: $0.originalPositions ?? positions)
    }
  }

  /// Refuses scaled frequencies, for a family that has none.
  func requireUnscaled() throws {
    guard scaling != nil else { return }
    throw ModelFileError(.unsupported, "rope_type llama3 is not computed in this family.")
  }

  /// Refuses an embedding of a part of each head, for a family that has none.
  func requireWhole() throws {
    guard let part, part != 1 else { return }
    throw ModelFileError(
      .unsupported,
      "partial_rotary_factor \(part) is not computed in this family; partial_rotary_factor 1.0 is.")
  }

  /// The JSON object that reads as this base and part of each head.
  static func json(theta: Double, part: Double) -> String {
    "{\"partial_rotary_factor\": \(part), \"rope_theta\": \(theta), \"rope_type\": \"default\"}"
  }

  /// The JSON object that reads as this base and scaling.
  static func json(theta: Double, scaling: RotaryScaling? = nil) -> String {
    guard let scaling else { return "{\"rope_theta\": \(theta), \"rope_type\": \"default\"}" }
    let fields = [
      "\"factor\": \(scaling.factor)", "\"high_freq_factor\": \(scaling.highFrequencyFactor)",
      "\"low_freq_factor\": \(scaling.lowFrequencyFactor)",
      "\"original_max_position_embeddings\": \(scaling.originalPositions)",
      "\"rope_theta\": \(theta)", "\"rope_type\": \"llama3\"",
    ]
    return "{\(fields.joined(separator: ", "))}"
  }
}

/// The rotary embeddings of a model whose layers are of two kinds, by kind.
struct RotaryParametersByKind: ConfigurationValue {
  let full: RotaryParameters?
  let sliding: RotaryParameters?

  init(_ field: JSONField) throws {
    let fields = try JSONFields(field)
    for key in fields.keys.sorted() where key != "full_attention" && key != "sliding_attention" {
      throw ModelFileError(
        .malformed, "rope_parameters must have full_attention and sliding_attention; found \(key).")
    }
    full = try fields.optional("full_attention", missing: nil)
    sliding = try fields.optional("sliding_attention", missing: nil)
    for parameters in [full, sliding] {
      try parameters?.requireUnscaled()
      try parameters?.requireWhole()
    }
  }
}
