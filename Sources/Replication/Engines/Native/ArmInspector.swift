import LanguageModels
import Manifests
import Recipes
import Records
import Training

/// Looks at trained arms beside the model that they began from, as a manifest's `inspection` says.
///
/// What the untouched model predicts is computed once for each seed and serves all arms.
final class ArmInspector: @unchecked Sendable {
  // @unchecked: only jobs of ComputeQueue use it, which run one at a time.
  private let engine: NativeEngine
  private let manifest: Manifest
  private let inspection: Manifest.Inspection
  /// The objectives of all arms, each once.
  private let objectives: [Objective]
  private var base: LanguageModel?
  /// What the untouched model predicts of each seed's examples: the groups, and each objective's part.
  private var predictions: [UInt64: (groups: TokenGroups, measures: [TokenMeasures])] = [:]

  /// Prepares what a manifest asks for; nil if it asks for nothing.
  init?(_ manifest: Manifest, engine: NativeEngine) {
    guard let inspection = manifest.inspection else { return nil }
    (self.manifest, self.engine, self.inspection) = (manifest, engine, inspection)
    var objectives: [Objective] = []
    for case .trained(let objective, _, _, _) in manifest.arms.map(\.treatment)
    where !objectives.contains(objective) { objectives.append(objective) }
    self.objectives = objectives
  }

  /// What the weights in a file are like, which an arm with this objective came to from these examples.
  ///
  /// - Throws: ``EngineError`` `damagedWeights`; ``TrainingError`` for predictions that are no numbers.
  func inspect(
    weights path: String, objective: Objective, seed: UInt64, _ data: PreparedData
  ) throws -> ArmInspection {
    let base = try base ?? engine.load().model
    self.base = base
    let model = try engine.load(weights: path).model
    let distances =
      inspection.weights
      ? WeightDistance.distances(of: model, from: base, threads: engine.threads) : []
    return ArmInspection(
      distances: distances.map {
        ArmInspection.Distance(
          tensors: $0.tensors, count: $0.count, distance: $0.distance, baseNorm: $0.baseNorm)
      },
      tokens: try inspection.tokens.map {
        try tokens($0, of: model, base, objective: objective, seed: seed, data)
      })
  }

  private func tokens(
    _ asked: Manifest.InspectedTokens, of model: LanguageModel, _ base: LanguageModel,
    objective: Objective, seed: UInt64, _ data: PreparedData
  ) throws -> ArmInspection.Tokens {
    func measured(_ model: LanguageModel, _ objectives: [Objective]) throws -> [TokenMeasures] {
      try TokenMeasures.measured(
        with: model, on: data.examples, first: asked.examples, objectives: objectives,
        batchSize: manifest.training.settings.microBatchSize, threads: engine.threads,
        numerics: engine.numerics)
    }
    if predictions[seed] == nil {
      // Plain cross entropy has the entropy of the paper's 20 largest logits.
      let measures = try measured(base, [.crossEntropy] + objectives)
      predictions[seed] = (
        TokenGroups(
          measures[0], entropyQuantile: asked.entropyQuantile,
          probabilityQuantile: asked.probabilityQuantile),
        Array(measures.dropFirst())
      )
    }
    guard let (groups, measures) = predictions[seed],
      let own = objectives.firstIndex(of: objective)
    else { preconditionFailure("Every arm has one of the manifest's objectives.") }
    let before = groups.sums(measures[own])
    let trained = try measured(model, [objective])[0]
    let after = groups.sums(trained)
    let density = TokenDensity(measures[own])
    return ArmInspection.Tokens(
      examples: min(asked.examples, data.examples.count),
      entropyThreshold: groups.entropyThreshold, probabilityThreshold: groups.probabilityThreshold,
      groups: TokenGroups.order.enumerated().map { index, group in
        ArmInspection.Group(
          isEntropyLow: group.isEntropyLow, isProbabilityLow: group.isProbabilityLow,
          count: groups.counts[index],
          before: ArmInspection.Sums(
            loss: before[index].loss, gradientNorm: before[index].gradientNorm),
          after: ArmInspection.Sums(
            loss: after[index].loss, gradientNorm: after[index].gradientNorm))
      },
      density: ArmInspection.Density(
        entropyCells: TokenDensity.entropyCells, probabilityCells: TokenDensity.probabilityCells,
        largestEntropy: TokenDensity.largestEntropy, before: density.counts,
        after: TokenDensity(trained).counts, weights: density.meanWeights))
  }
}
