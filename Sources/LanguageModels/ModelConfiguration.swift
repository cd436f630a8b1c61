/// The shape and constants of a decoder-only transformer, whatever file they were read from.
package struct ModelConfiguration: Sendable, Equatable {
  /// The families that this package computes itself.
  package enum Architecture: String, Sendable {
    /// Llama: two norms a layer, SiLU-gated MLP, no query/key norms (SmolLM2 is one).
    case llama
    /// Gemma 3, text only: four norms a layer with `1 + w`, query/key norms, GELU-gated MLP, scaled embeddings.
    case gemma3
  }

  /// What a layer's queries may see.
  package enum AttentionKind: String, Sendable {
    /// Every earlier position and itself.
    case full = "full_attention"
    /// Itself and the `slidingWindow - 1` positions before it.
    case sliding = "sliding_attention"
  }

  /// The family.
  package var architecture: Architecture
  /// Number of token ids.
  package var vocabularySize: Int
  /// Width of the residual stream.
  package var hiddenSize: Int
  /// Width of the MLP between its projections.
  package var intermediateSize: Int
  /// Query heads a layer.
  package var headCount: Int
  /// Key/value heads a layer; divides `headCount`.
  package var keyValueHeadCount: Int
  /// Width of one head; even, and not always `hiddenSize / headCount`.
  package var headDimension: Int
  /// One entry a layer, first layer first.
  package var attentionKinds: [AttentionKind]
  /// Positions that a sliding layer sees, its own included.
  package var slidingWindow: Int
  /// Rotary base of full layers.
  package var ropeTheta: Double
  /// Rotary base of sliding layers.
  package var slidingRopeTheta: Double
  /// Factor on query-key products, before the softmax.
  package var attentionScale: Double
  /// Added to the mean square in every RMS norm.
  package var normEpsilon: Double
  /// Whether the output projection is the embedding matrix.
  package var tiesEmbeddings: Bool
  /// Longest context that the model was made for, in tokens.
  package var maximumPositions: Int
  /// Token that begins a text, if the model has one.
  package var beginOfSequenceID: Int32?
  /// Tokens that end a generation.
  package var endOfSequenceIDs: [Int32]
  /// Token that fills up batches, if the model has one.
  package var paddingID: Int32?

  /// Number of layers.
  package var layerCount: Int { attentionKinds.count }
  /// Width of all query heads together.
  package var queryWidth: Int { headCount * headDimension }
  /// Width of all key (or value) heads together.
  package var keyValueWidth: Int { keyValueHeadCount * headDimension }
  /// What embeddings are multiplied by: sqrt(hidden size) in fp32 for Gemma 3, 1 for Llama.
  package var embeddingScale: Float {
    architecture == .gemma3 ? Float(hiddenSize).squareRoot() : 1
  }
  /// What is added to a norm's weight: Gemma 3 stores `w` and multiplies by `1 + w`.
  package var normWeightOffset: Float { architecture == .gemma3 ? 1 : 0 }
  /// Whether queries and keys are normed per head before the rotary embedding.
  package var normsQueriesAndKeys: Bool { architecture == .gemma3 }
  /// Whether the outputs of attention and MLP are normed before they are added to the residual stream.
  package var normsBlockOutputs: Bool { architecture == .gemma3 }

  /// Creates a configuration from all its values.
  package init(
    architecture: Architecture, vocabularySize: Int, hiddenSize: Int, intermediateSize: Int,
    headCount: Int, keyValueHeadCount: Int, headDimension: Int, attentionKinds: [AttentionKind],
    slidingWindow: Int, ropeTheta: Double, slidingRopeTheta: Double, attentionScale: Double,
    normEpsilon: Double, tiesEmbeddings: Bool, maximumPositions: Int, beginOfSequenceID: Int32?,
    endOfSequenceIDs: [Int32], paddingID: Int32?
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.attentionKinds = attentionKinds
    self.slidingWindow = slidingWindow
    self.ropeTheta = ropeTheta
    self.slidingRopeTheta = slidingRopeTheta
    self.attentionScale = attentionScale
    self.normEpsilon = normEpsilon
    self.tiesEmbeddings = tiesEmbeddings
    self.maximumPositions = maximumPositions
    self.beginOfSequenceID = beginOfSequenceID
    self.endOfSequenceIDs = endOfSequenceIDs
    self.paddingID = paddingID
  }
}
