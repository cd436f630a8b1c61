package import Files

/// What a manifest has looked at in a trained arm besides its scores; every float is kept with its bits.
package struct ArmInspection: Sendable, Equatable {
  /// How far some tensors have moved from those of the untouched model.
  package struct Distance: Sendable, Equatable {
    /// Which tensors, as `WeightDistance` names them; "all" for the whole.
    package let tensors: String
    /// Number of weights.
    package let count: Int
    /// L2 norm of the differences, and of the untouched weights.
    package let distance: Double
    package let baseNorm: Double

    /// The distance in parts of the untouched weights; nil where these are all 0.
    package var relative: Double? { baseNorm > 0 ? distance / baseNorm : nil }

    /// Gathers the parts.
    package init(tensors: String, count: Int, distance: Double, baseNorm: Double) {
      (self.tensors, self.count) = (tensors, count)
      (self.distance, self.baseNorm) = (distance, baseNorm)
    }
  }

  /// What the arm's objective does at some tokens of its examples.
  package struct Sums: Sendable, Equatable {
    /// Sum of weight times cross entropy in nats, and of the norms of its gradient with respect to each token's logits.
    package let loss: Double
    package let gradientNorm: Double

    /// Gathers the parts.
    package init(loss: Double, gradientNorm: Double) {
      (self.loss, self.gradientNorm) = (loss, gradientNorm)
    }
  }

  /// Tokens that the untouched model predicts alike.
  package struct Group: Sendable, Equatable {
    /// Whether its entropy is below the threshold, and the probability that it gives the token.
    package let isEntropyLow: Bool
    package let isProbabilityLow: Bool
    /// Number of tokens.
    package let count: Int
    /// What the arm's objective does there with the untouched weights, and with those that training left.
    package let before: Sums
    package let after: Sums

    /// Gathers the parts.
    package init(
      isEntropyLow: Bool, isProbabilityLow: Bool, count: Int, before: Sums, after: Sums
    ) {
      (self.isEntropyLow, self.isProbabilityLow) = (isEntropyLow, isProbabilityLow)
      (self.count, self.before, self.after) = (count, before, after)
    }
  }

  /// The tokens of some examples that are learned, in groups.
  package struct Tokens: Sendable, Equatable {
    /// Number of examples, the first of the arm's.
    package let examples: Int
    /// What low entropies are below, in nats, and low probabilities.
    package let entropyThreshold: Double
    package let probabilityThreshold: Double
    /// Both low, the entropy, the probability, neither.
    package let groups: [Group]

    /// Gathers the parts.
    package init(
      examples: Int, entropyThreshold: Double, probabilityThreshold: Double, groups: [Group]
    ) {
      self.examples = examples
      (self.entropyThreshold, self.probabilityThreshold) = (entropyThreshold, probabilityThreshold)
      self.groups = groups
    }
  }

  /// Distances from the untouched model, of all weights first; empty where nobody asked for them.
  package var distances: [Distance]
  /// The tokens; nil where nobody asked for them.
  package var tokens: Tokens?

  /// Gathers the parts.
  package init(distances: [Distance], tokens: Tokens?) {
    (self.distances, self.tokens) = (distances, tokens)
  }
}

// MARK: - JSON

extension ArmInspection {
  /// The inspection as JSON.
  package var json: JSON {
    JSON(present: [
      ("weights", distances.isEmpty ? .null : .array(distances.map(\.json))),
      ("tokens", tokens?.json ?? .null),
    ])
  }

  /// Reads what ``json`` wrote.
  package init(_ field: JSONField) throws(FileError) {
    var distances: [Distance] = []
    let (weights, tokens) = (field["weights"], field["tokens"])
    if !weights.isNull {
      for element in try weights.elements() { distances.append(try Distance(element)) }
    }
    self.init(distances: distances, tokens: tokens.isNull ? nil : try Tokens(tokens))
  }
}

extension ArmInspection.Distance {
  fileprivate var json: JSON {
    [
      "tensors": .string(tensors), "count": JSON(count), "distance": .exact(distance),
      "base_norm": .exact(baseNorm),
    ]
  }

  fileprivate init(_ field: JSONField) throws(FileError) {
    self.init(
      tensors: try field["tensors"].string(), count: try field["count"].count(),
      distance: try field["distance"].exact(), baseNorm: try field["base_norm"].exact())
  }
}

extension ArmInspection.Sums {
  fileprivate var json: JSON {
    ["loss": .exact(loss), "gradient_norm": .exact(gradientNorm)]
  }

  fileprivate init(_ field: JSONField) throws(FileError) {
    self.init(
      loss: try field["loss"].exact(), gradientNorm: try field["gradient_norm"].exact())
  }
}

extension ArmInspection.Group {
  fileprivate var json: JSON {
    [
      "entropy_is_low": .bool(isEntropyLow), "probability_is_low": .bool(isProbabilityLow),
      "count": JSON(count), "before": before.json, "after": after.json,
    ]
  }

  fileprivate init(_ field: JSONField) throws(FileError) {
    self.init(
      isEntropyLow: try field["entropy_is_low"].bool(),
      isProbabilityLow: try field["probability_is_low"].bool(),
      count: try field["count"].count(), before: try ArmInspection.Sums(field["before"]),
      after: try ArmInspection.Sums(field["after"]))
  }
}

extension ArmInspection.Tokens {
  fileprivate var json: JSON {
    [
      "examples": JSON(examples), "entropy_threshold": .exact(entropyThreshold),
      "probability_threshold": .exact(probabilityThreshold), "groups": .array(groups.map(\.json)),
    ]
  }

  fileprivate init(_ field: JSONField) throws(FileError) {
    var groups: [ArmInspection.Group] = []
    for element in try field["groups"].elements() {
      groups.append(try ArmInspection.Group(element))
    }
    self.init(
      examples: try field["examples"].count(),
      entropyThreshold: try field["entropy_threshold"].exact(),
      probabilityThreshold: try field["probability_threshold"].exact(), groups: groups)
  }
}
