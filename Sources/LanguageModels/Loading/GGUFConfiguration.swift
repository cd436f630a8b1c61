import Files

/// Reads a model's configuration from the metadata of a GGUF file.
///
/// Keys and defaults are those of llama.cpp's loader.
struct GGUFConfiguration {
  /// The tensor of the rotary frequencies' divisors.
  static let rotaryDivisors = "rope_freqs.weight"

  private let file: GGUFFile
  private let family: ModelFamily
  private let fields: GGUFFields

  private init(_ file: GGUFFile) throws {
    self.file = file
    guard let value = file.metadata["general.architecture"] else {
      throw ModelFileError(.malformed, "\(file.path) does not say its general.architecture.")
    }
    guard case .string(let name) = value,
      let family = ModelFamily.all.first(where: { $0.gguf.architecture == name })
    else {
      let computed = ModelFamily.all.map(\.gguf.architecture).joined(separator: ", ")
      throw ModelFileError(
        .unsupported,
        "\(file.path): general.architecture \(value) is not computed; \(computed) are.")
    }
    self.family = family
    fields = GGUFFields(file: file, architecture: name)
  }

  /// The checked configuration of the model in `file`; throws ``ModelFileError``.
  static func read(_ file: GGUFFile) throws -> ModelConfiguration {
    let reader = try GGUFConfiguration(file)
    try reader.refuseWhatIsNotComputed()
    var configuration = try reader.configuration()
    try reader.family.gguf.read(reader.fields, &configuration)
    try configuration.check(source: file.path)
    if reader.family.gguf.hasRotaryDivisors {
      configuration.rotaryScaling = try reader.rotaryScaling(configuration)
    }
    return configuration
  }

  private func configuration() throws -> ModelConfiguration {
    let hiddenSize = try fields.requiredInteger("embedding_length")
    let headCount = try fields.requiredInteger("attention.head_count")
    guard headCount > 0 else { throw fields.bad("attention.head_count", "positive") }
    let headDimension = try fields.integer("attention.key_length") ?? hiddenSize / headCount
    guard try fields.integer("attention.value_length") ?? headDimension == headDimension else {
      throw fields.bad("attention.value_length", "the head dimension \(headDimension)")
    }
    let rotaryDimension = try fields.integer("rope.dimension_count") ?? headDimension
    guard rotaryDimension == headDimension || family.gguf.rotatesParts else {
      throw fields.bad("rope.dimension_count", "the head dimension \(headDimension)")
    }
    let layerCount = try fields.requiredInteger("block_count")
    guard layerCount <= ModelConfiguration.mostLayers else {
      throw fields.bad("block_count", "at most \(ModelConfiguration.mostLayers)")
    }
    let theta = try fields.number("rope.freq_base") ?? 10_000
    let positions = try fields.requiredInteger("context_length")
    return ModelConfiguration(
      family: family, vocabularySize: try vocabularySize(), hiddenSize: hiddenSize,
      intermediateSize: try fields.requiredInteger("feed_forward_length"), headCount: headCount,
      keyValueHeadCount: try fields.integer("attention.head_count_kv") ?? headCount,
      headDimension: headDimension, attentionKinds: Array(repeating: .full, count: layerCount),
      slidingWindow: positions, rotaryDimension: rotaryDimension, ropeTheta: theta,
      slidingRopeTheta: theta,
      attentionScale: 1 / Double(headDimension).squareRoot(),
      normEpsilon: try fields.requiredNumber(family.gguf.normEpsilon),
      tiesEmbeddings: file.tensor(ParameterName.ggufHead) == nil, maximumPositions: positions,
      beginOfSequenceID: try tokenID("bos"), endOfSequenceIDs: try endOfSequenceIDs(),
      paddingID: try tokenID("padding"))
  }

  /// The scaling that the file's divisors of rotary frequencies come from; nil where it has none.
  ///
  /// llama.cpp's converter keeps of Llama 3's scaling only the divisors. Every published model has the same limits, so
  /// those are tried, and divisors that do not come out of them are refused.
  private func rotaryScaling(_ configuration: ModelConfiguration) throws -> RotaryScaling? {
    let name = Self.rotaryDivisors
    guard let tensor = file.tensor(name) else { return nil }
    let count = configuration.rotaryDimension / 2
    guard tensor.shape == [count] else {
      throw ModelFileError(
        .mismatched,
        "\(file.path): tensor \(name) must have the shape [\(count)]; found \(tensor.shape)."
      )
    }
    var divisors = [Float](repeating: 0, count: count)
    try divisors.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
    let scaling = RotaryScaling(
      factor: Double(divisors.max() ?? 1), lowFrequencyFactor: 1, highFrequencyFactor: 4,
      originalPositions: 8192)
    let frequencies = RotaryTable.frequencies(
      theta: configuration.ropeTheta, dimension: configuration.rotaryDimension, scaling: nil)
    let isKnown = zip(frequencies, divisors).allSatisfy { frequency, divisor in
      abs(scaling.scaled(frequency) * divisor / frequency - 1) < 1e-5
    }
    guard isKnown else {
      throw ModelFileError(
        .unsupported,
        "\(file.path): the divisors of \(name) are not those of Llama 3, whose waves are stretched from 2048 to 8192 positions on, so no configuration can be told from them."
      )
    }
    return scaling
  }

  private func vocabularySize() throws -> Int {
    let key = "tokenizer.ggml.tokens"
    guard let value = file.metadata[key] else {
      throw ModelFileError(.malformed, "\(file.path) has no tokenizer: \(key) is missing.")
    }
    guard case .array(.string, let count, _) = value else {
      throw file.unexpected(value, key, "a list of texts")
    }
    return count
  }

  private func endOfSequenceIDs() throws -> [Int32] {
    var ids: [Int32] = []
    for id in [try tokenID("eos"), try tokenID("eot")].compactMap(\.self) where !ids.contains(id) {
      ids.append(id)
    }
    return ids
  }

  private func tokenID(_ name: String) throws -> Int32? {
    let key = "tokenizer.ggml.\(name)_token_id"
    return try fields.integer(at: key).map { id in
      guard let id = Int32(exactly: id) else {
        throw ModelFileError(.malformed, "\(file.path): \(key) is not a token id: \(id).")
      }
      return id
    }
  }

  /// Refuses models whose layers differ from those of the architecture in ways that this package does not compute.
  private func refuseWhatIsNotComputed() throws {
    let neutral: [(String, (GGUFValue) -> Bool)] = [
      ("rope.scaling.type", { $0 == .string("none") }),
      ("rope.scaling.factor", { $0 == .float(1) || $0 == .float(0) }),
      ("rope.scale_linear", { $0 == .float(1) || $0 == .float(0) }),
      ("attention.scale", { $0 == .float(0) }),
      ("attention.causal", { $0 == .bool(true) }),
      ("attn_logit_softcapping", { $0 == .float(0) }),
      ("final_logit_softcapping", { $0 == .float(0) }),
      ("expert_count", { $0 == .unsigned(0) }),
    ]
    for (name, isNeutral) in neutral {
      let key = fields.key(name)
      guard let value = file.metadata[key], !isNeutral(value) else { continue }
      throw ModelFileError(.unsupported, "\(file.path): \(key) \(value) is not computed.")
    }
  }
}
