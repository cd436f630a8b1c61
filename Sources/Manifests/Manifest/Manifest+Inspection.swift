package import Files

extension Manifest {
  /// What is looked at in every trained arm besides its scores.
  package struct Inspection: Sendable, Equatable {
    /// Whether distances of weights from the untouched model are taken.
    package let weights: Bool
    /// Which tokens are looked at; nil for none.
    package let tokens: InspectedTokens?
  }

  /// Which tokens of its examples are looked at in an arm, and how they are divided.
  package struct InspectedTokens: Sendable, Equatable {
    /// Number of examples, the first that the arm learns from.
    package let examples: Int
    /// Shares of these tokens whose entropy, or whose probability, under the untouched model is low.
    package let entropyQuantile: Double
    package let probabilityQuantile: Double
  }
}

extension Manifest.Inspection {
  /// The inspection as JSON.
  package var canonical: JSON {
    JSON(present: [("weights", .bool(weights)), ("tokens", tokens?.canonical ?? .null)])
  }
}

extension Manifest.InspectedTokens {
  fileprivate var canonical: JSON {
    [
      "examples": JSON(examples), "entropy_quantile": .number(entropyQuantile),
      "probability_quantile": .number(probabilityQuantile),
    ]
  }
}

// MARK: - Reading

extension ManifestDecoder {
  /// Reads `inspection:`.
  func decodeInspection(_ reader: NodeReader) -> Manifest.Inspection? {
    guard let mapping = reader.mapping(path: "inspection") else { return nil }
    defer { mapping.finish() }
    let weights = mapping.optional("weights").map { $0.boolean() } ?? false
    let tokens = mapping.optional("tokens")
    let inspected = tokens.map(decodeInspectedTokens)
    guard let weights else { return nil }
    if !weights, tokens == nil {
      mapping.reportMissing(["weights", "tokens"], "what to inspect: 'weights: true' or 'tokens'")
    }
    return Manifest.Inspection(weights: weights, tokens: inspected ?? nil)
  }

  private func decodeInspectedTokens(_ reader: NodeReader) -> Manifest.InspectedTokens? {
    guard let mapping = reader.mapping(path: "inspection.tokens") else { return nil }
    defer { mapping.finish() }
    // Those of the paper's pilot unless the file says otherwise.
    func quantile(_ key: String) -> Double? {
      mapping.optional(key).map { $0.number("from 0 to 1") { $0 >= 0 && $0 <= 1 } } ?? 0.15
    }
    let examples = mapping.required("examples")?.integer(in: 1...1_000_000)
    let (entropy, probability) = (quantile("entropy_quantile"), quantile("probability_quantile"))
    guard let examples, let entropy, let probability else { return nil }
    return Manifest.InspectedTokens(
      examples: examples, entropyQuantile: entropy, probabilityQuantile: probability)
  }
}
