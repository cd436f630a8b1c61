/// Reads a model's configuration from the metadata of a GGUF file.
///
/// Keys and defaults are those of llama.cpp's loader.
struct GGUFConfiguration {
  private let file: GGUFFile
  private let architecture: ModelConfiguration.Architecture

  private init(_ file: GGUFFile) throws {
    self.file = file
    guard let value = file.metadata["general.architecture"] else {
      throw ModelFileError(.malformed, "\(file.path) does not say its general.architecture.")
    }
    guard case .string(let name) = value,
      let architecture = ModelConfiguration.Architecture(rawValue: name)
    else {
      throw ModelFileError(
        .unsupported,
        "\(file.path): general.architecture \(value) is not computed; llama and gemma3 are.")
    }
    self.architecture = architecture
  }

  /// The checked configuration of the model in `file`; throws ``ModelFileError``.
  static func read(_ file: GGUFFile) throws -> ModelConfiguration {
    let reader = try GGUFConfiguration(file)
    try reader.refuseWhatIsNotComputed()
    let configuration = try reader.configuration()
    try configuration.check(source: file.path)
    return configuration
  }

  private func configuration() throws -> ModelConfiguration {
    let hiddenSize = try requiredInteger("embedding_length")
    let headCount = try requiredInteger("attention.head_count")
    guard headCount > 0 else { throw bad("attention.head_count", "positive") }
    let headDimension = try integer("attention.key_length") ?? hiddenSize / headCount
    guard try integer("attention.value_length") ?? headDimension == headDimension else {
      throw bad("attention.value_length", "the head dimension \(headDimension)")
    }
    guard try integer("rope.dimension_count") ?? headDimension == headDimension else {
      throw bad("rope.dimension_count", "the head dimension \(headDimension)")
    }
    let layerCount = try requiredInteger("block_count")
    guard layerCount <= ModelConfiguration.mostLayers else {
      throw bad("block_count", "at most \(ModelConfiguration.mostLayers)")
    }
    let isGemma = architecture == .gemma3
    let vocabularySize = try vocabularySize()
    let theta =
      isGemma ? try requiredNumber("rope.freq_base") : try number("rope.freq_base") ?? 10_000
    let slidingTheta = isGemma ? try number("rope.freq_base_swa") ?? 10_000 : theta
    return ModelConfiguration(
      architecture: architecture, vocabularySize: vocabularySize, hiddenSize: hiddenSize,
      intermediateSize: try requiredInteger("feed_forward_length"), headCount: headCount,
      keyValueHeadCount: try integer("attention.head_count_kv") ?? headCount,
      headDimension: headDimension,
      attentionKinds: isGemma
        ? try attentionKinds(layerCount) : Array(repeating: .full, count: layerCount),
      slidingWindow: isGemma
        ? try requiredInteger("attention.sliding_window") : try requiredInteger("context_length"),
      ropeTheta: theta,
      slidingRopeTheta: slidingTheta,
      attentionScale: 1 / attentionDivisor(layerCount, hiddenSize, headCount, headDimension),
      normEpsilon: try requiredNumber("attention.layer_norm_rms_epsilon"),
      tiesEmbeddings: file.tensor("output.weight") == nil,
      maximumPositions: try requiredInteger("context_length"),
      beginOfSequenceID: try tokenID("bos"),
      endOfSequenceIDs: try endOfSequenceIDs(),
      paddingID: try tokenID("padding"))
  }

  /// What query-key products are divided by.
  private func attentionDivisor(
    _ layerCount: Int, _ hiddenSize: Int, _ headCount: Int, _ headDimension: Int
  ) -> Double {
    // Gemma 3 27B, known by its 62 layers, is the one whose scale does not come from the head dimension.
    let isLargestGemma = architecture == .gemma3 && layerCount == 62
    return Double(isLargestGemma ? hiddenSize / headCount : headDimension).squareRoot()
  }

  /// Which layers of Gemma 3 slide: every sixth is full unless the file says otherwise.
  private func attentionKinds(_ layerCount: Int) throws -> [ModelConfiguration.AttentionKind] {
    let key = "\(architecture.rawValue).attention.sliding_window_pattern"
    if case .array = file.metadata[key], let slides = try file.truthValues(key) {
      guard slides.count == layerCount else {
        throw ModelFileError(
          .malformed, "\(file.path): \(key) has \(slides.count) values for \(layerCount) layers.")
      }
      return slides.map { $0 ? .sliding : .full }
    }
    let period = try integer("attention.sliding_window_pattern") ?? 6
    guard period > 0 else { throw bad("attention.sliding_window_pattern", "positive") }
    return (1...max(layerCount, 1)).map { $0 % period == 0 ? .full : .sliding }
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
    return try integer(at: key).map { id in
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
      let key = "\(architecture.rawValue).\(name)"
      guard let value = file.metadata[key], !isNeutral(value) else { continue }
      throw ModelFileError(.unsupported, "\(file.path): \(key) \(value) is not computed.")
    }
  }

  private func integer(_ name: String) throws -> Int? {
    try integer(at: "\(architecture.rawValue).\(name)")
  }

  private func integer(at key: String) throws -> Int? {
    switch file.metadata[key] {
    case nil: return nil
    case .unsigned(let number) where number <= UInt64(Int32.max): return Int(number)
    case .signed(let number) where 0...Int64(Int32.max) ~= number: return Int(number)
    case .some(let value):
      throw file.unexpected(value, key, "a whole number from 0 to \(Int32.max)")
    }
  }

  private func number(_ name: String) throws -> Double? {
    let key = "\(architecture.rawValue).\(name)"
    switch file.metadata[key] {
    case nil: return nil
    case .float(let number): return number
    case .some(let value): throw file.unexpected(value, key, "a floating-point number")
    }
  }

  private func requiredInteger(_ name: String) throws -> Int {
    guard let value = try integer(name) else { throw missing(name) }
    return value
  }

  private func requiredNumber(_ name: String) throws -> Double {
    guard let value = try number(name) else { throw missing(name) }
    return value
  }

  private func missing(_ name: String) -> ModelFileError {
    ModelFileError(.malformed, "\(file.path) has no \(architecture.rawValue).\(name).")
  }

  private func bad(_ name: String, _ expected: String) -> ModelFileError {
    let key = "\(architecture.rawValue).\(name)"
    let found = file.metadata[key]?.description ?? "nothing"
    return ModelFileError(
      .unsupported, "\(file.path): \(key) must be \(expected); found \(found).")
  }
}
