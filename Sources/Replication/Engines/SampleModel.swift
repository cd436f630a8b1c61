import Foundation
import LanguageModels

/// A model small enough for a moment's work, whose operations have the shapes of another's.
enum SampleModel {
  /// Parameters that it has at most, as far as the shape allows.
  ///
  /// So few that a moment's work is a micro-batch of some hundred tokens, as real ones are: with fewer tokens, products
  /// are slower. So many that weights, gradients and moments lie in memory, not in a cache.
  private static let parameterCount = 6_000_000
  /// Parameters from which on a sample is too large for a moment, whatever its shape: it takes 16 bytes for each.
  static let largest = 24_000_000

  /// Some of the layers, with the same share of the vocabulary, and narrower MLPs where one layer is too much; where
  /// even that is too much, the sample of a usual model with 1e9 parameters.
  static func configuration(of original: ModelConfiguration) -> ModelConfiguration {
    var sample = original
    var vocabulary = Double(original.vocabularySize) / Double(max(1, original.layerCount))
    sample.attentionKinds = Array(original.attentionKinds.prefix(1))
    sample.vocabularySize = max(32, Int(vocabulary))
    while ParameterLayout(sample).count > parameterCount, sample.intermediateSize >= 1024 {
      // Widths that kernels handle as well as those of real models.
      sample.intermediateSize = sample.intermediateSize / 128 * 64
      vocabulary /= 2
      sample.vocabularySize = max(32, Int(vocabulary))
    }
    let count = ParameterLayout(sample).count
    guard count <= largest else { return configuration(of: usual(parameterCount: 1e9)) }
    let layers = parameterCount / max(1, count)
    sample.attentionKinds = Array(original.attentionKinds.prefix(max(1, layers)))
    sample.vocabularySize = min(
      original.vocabularySize, max(32, Int(vocabulary * Double(sample.layerCount))))
    return sample
  }

  /// The shape of a usual model with so many parameters, for one of which nothing else is known.
  ///
  /// A layer has 12 squares of the hidden size, and there is one for each 50 of its width.
  static func usual(parameterCount: Double) -> ModelConfiguration {
    let width = cbrt(50 * min(max(parameterCount, 1e4), 1e12) / 12)
    let heads = max(1, Int((width / 64).rounded()))
    let hidden = 64 * heads
    return ModelConfiguration(
      family: .llama, vocabularySize: 32_000, hiddenSize: hidden,
      intermediateSize: hidden * 8 / 192 * 64,
      headCount: heads, keyValueHeadCount: heads, headDimension: 64,
      attentionKinds: Array(repeating: .full, count: max(1, hidden / 50)), slidingWindow: 0,
      ropeTheta: 10_000, slidingRopeTheta: 10_000, attentionScale: 0.125, normEpsilon: 1e-5,
      tiesEmbeddings: true, maximumPositions: 1 << 20, beginOfSequenceID: nil,
      endOfSequenceIDs: [], paddingID: nil)
  }
}
