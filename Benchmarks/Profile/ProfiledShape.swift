import LanguageModels
import Recipes
import Tensors
import Training

/// A model's shapes, and the batch that its training step has.
struct ProfiledShape {
  let name: String
  let configuration: ModelConfiguration
  /// Layers of the model that is meant, of which `configuration` may have fewer.
  let layerCount: Int
  /// Rows of a step, tokens of each, and those of its end that are learned.
  let rows, length, learned: Int

  /// SmolLM2-135M, or some of its 30 layers, and a step of four rows as long as GSM8K's chats.
  static func smollm2(layers: Int) -> ProfiledShape {
    ProfiledShape(
      name: "SmolLM2-135M's shapes",
      configuration: ModelConfiguration(
        family: .llama, vocabularySize: 49152, hiddenSize: 576, intermediateSize: 1536,
        headCount: 9, keyValueHeadCount: 3, headDimension: 64,
        attentionKinds: Array(repeating: .full, count: layers), slidingWindow: 8192,
        ropeTheta: 100_000, slidingRopeTheta: 100_000, attentionScale: 0.125, normEpsilon: 1e-5,
        tiesEmbeddings: true, maximumPositions: 8192, beginOfSequenceID: 1, endOfSequenceIDs: [2],
        paddingID: 2), layerCount: 30, rows: 4, length: 235, learned: 75)
  }

  /// Two layers of Gemma 3 1B and a step of one conversation of NuminaMath.
  static let gemma3 = ProfiledShape(
    name: "Gemma 3 1B's shapes",
    configuration: ModelConfiguration(
      family: .gemma3, vocabularySize: 262_144, hiddenSize: 1152, intermediateSize: 6912,
      headCount: 4, keyValueHeadCount: 1, headDimension: 256, attentionKinds: [.sliding, .full],
      slidingWindow: 512, ropeTheta: 1_000_000, slidingRopeTheta: 10_000, attentionScale: 0.0625,
      normEpsilon: 1e-6, tiesEmbeddings: true, maximumPositions: 32768, beginOfSequenceID: 2,
      endOfSequenceIDs: [1], paddingID: 0), layerCount: 26, rows: 1, length: 400, learned: 300)

  /// What an operation belongs to, and how often the whole model does it for each time that this one does.
  func part(_ operation: LanguageModels.Operation) -> (name: String, count: Double) {
    let layers = Double(layerCount) / Double(configuration.layerCount)
    switch operation {
    case .layer(_, let operation): return (operation.rawValue, layers)
    case .gradientNorm:
      let work = ModelWork(configuration)
      let parameters = work.layers + work.head
      return (
        "norm of the gradient, AdamW", (parameters + (layers - 1) * work.layers) / parameters
      )
    default: return (operation.description, 1)
    }
  }

  /// Any tokens will do.
  func tokens(count: Int, seed: Int) -> [Int32] {
    (0..<count).map { Int32((seed * 997 + $0) * 7 % (configuration.vocabularySize - 8) + 3) }
  }

  /// Nothing takes longer for one number than for another.
  func model() -> LanguageModel {
    let model = LanguageModel(configuration: configuration)
    model.parameters.elements.update(repeating: 0.01)
    return model
  }

  func trainer(
    threads: Int, steps: Int, precision: TrainingPrecision, numerics: Numerics = .portable
  ) throws -> Trainer {
    let examples = (0..<rows).map { row in
      let ids = tokens(count: length, seed: row)
      return TrainingExample(
        inputIDs: ids,
        labels: ids.enumerated().map { $0 + learned >= length ? $1 : TrainingExample.masked })
    }
    return try Trainer(
      model: model(), examples: try PreparedExamples(examples),
      configuration: TrainingConfiguration(
        objective: .crossEntropy, learningRate: 5e-5, microBatchSize: rows, maximumSteps: steps,
        seed: 1, precision: precision),
      threads: threads, numerics: numerics)
  }
}
