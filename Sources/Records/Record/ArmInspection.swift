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

  /// Where tokens lie in a grid over the entropy of their prediction and the probability of the target.
  package struct Density: Sendable, Equatable {
    /// Cells over the entropies, from 0 to `largestEntropy` in nats, and over the probabilities, from 0 to 1.
    package let entropyCells: Int
    package let probabilityCells: Int
    package let largestEntropy: Double
    /// Number of tokens of each cell by what the untouched model predicts, and by what the arm does; those of the lowest
    /// entropies first, and of these those of the lowest probabilities.
    package let before: [Int]
    package let after: [Int]
    /// The arm's mean weight of the tokens of each stretch of the untouched model's entropies; nil where there are none.
    package let weights: [Double?]

    /// Gathers the parts.
    package init(
      entropyCells: Int, probabilityCells: Int, largestEntropy: Double, before: [Int],
      after: [Int], weights: [Double?]
    ) {
      (self.entropyCells, self.probabilityCells) = (entropyCells, probabilityCells)
      (self.largestEntropy, self.before, self.after) = (largestEntropy, before, after)
      self.weights = weights
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
    /// Where they lie; nil in a record of before.
    package var density: Density?

    /// Gathers the parts.
    package init(
      examples: Int, entropyThreshold: Double, probabilityThreshold: Double, groups: [Group],
      density: Density?
    ) {
      self.examples = examples
      (self.entropyThreshold, self.probabilityThreshold) = (entropyThreshold, probabilityThreshold)
      (self.groups, self.density) = (groups, density)
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

extension ArmInspection.Density {
  fileprivate var json: JSON {
    [
      "entropy_cells": JSON(entropyCells), "probability_cells": JSON(probabilityCells),
      "largest_entropy": .exact(largestEntropy), "before": .array(before.map { JSON($0) }),
      "after": .array(after.map { JSON($0) }),
      "weights": .array(weights.map { $0.map { .exact($0) } ?? .null }),
    ]
  }

  fileprivate init(_ field: JSONField) throws(FileError) {
    entropyCells = try field["entropy_cells"].count()
    probabilityCells = try field["probability_cells"].count()
    largestEntropy = try field["largest_entropy"].exact()
    // Whoever draws it has to be able to.
    guard (1...100).contains(entropyCells), (1...100).contains(probabilityCells),
      largestEntropy > 0, largestEntropy <= 100
    else { throw field.failure("a grid of at most 100 by 100 cells, up to 100 nats") }
    func counts(_ field: JSONField) throws(FileError) -> [Int] {
      try field.elements().map { element throws(FileError) in
        let count = try element.count()
        guard count < 1 << 40 else { throw element.failure("a number of tokens") }
        return count
      }
    }
    (before, after) = (try counts(field["before"]), try counts(field["after"]))
    weights = try field["weights"].elements().map { element throws(FileError) in
      element.isNull ? nil : try element.exact()
    }
    let cells = entropyCells * probabilityCells
    guard before.count == cells, after.count == cells, weights.count == entropyCells
    else { throw field.failure("numbers for each of its cells") }
  }
}

extension ArmInspection.Tokens {
  fileprivate var json: JSON {
    JSON(present: [
      ("examples", JSON(examples)), ("entropy_threshold", .exact(entropyThreshold)),
      ("probability_threshold", .exact(probabilityThreshold)),
      ("groups", .array(groups.map(\.json))), ("density", density?.json ?? .null),
    ])
  }

  fileprivate init(_ field: JSONField) throws(FileError) {
    var groups: [ArmInspection.Group] = []
    for element in try field["groups"].elements() {
      groups.append(try ArmInspection.Group(element))
    }
    self.init(
      examples: try field["examples"].count(),
      entropyThreshold: try field["entropy_threshold"].exact(),
      probabilityThreshold: try field["probability_threshold"].exact(), groups: groups,
      density: field["density"].isNull ? nil : try ArmInspection.Density(field["density"]))
  }
}
