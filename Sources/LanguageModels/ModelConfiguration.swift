/// The shape and constants of a decoder-only transformer, whatever file they were read from.
package struct ModelConfiguration: Sendable, Equatable {
  /// What a layer's queries may see.
  package enum AttentionKind: String, Sendable {
    /// Every earlier position and itself.
    case full = "full_attention"
    /// Itself and the `slidingWindow - 1` positions before it.
    case sliding = "sliding_attention"
  }

  /// The family.
  package var family: ModelFamily
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
  /// Elements of each head, its first ones, that the rotary embedding turns; even.
  package var rotaryDimension: Int
  /// Rotary base of full layers.
  package var ropeTheta: Double
  /// Rotary base of sliding layers.
  package var slidingRopeTheta: Double
  /// How the rotary frequencies are scaled, if they are.
  package var rotaryScaling: RotaryScaling?
  /// Factor on query-key products, before the softmax.
  package var attentionScale: Double
  /// Added to the mean square or the variance in every norm.
  package var normEpsilon: Double
  /// Whether attention and MLP read the same residual stream, instead of the MLP what attention has added to.
  package var usesParallelResidual: Bool
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
  /// What else decides how a text is generated.
  package var generation = GenerationRules()

  /// Number of layers.
  package var layerCount: Int { attentionKinds.count }
  /// Width of all query heads together.
  package var queryWidth: Int { headCount * headDimension }
  /// Width of all key (or value) heads together.
  package var keyValueWidth: Int { keyValueHeadCount * headDimension }
  /// Width of queries, keys and values together.
  package var attentionWidth: Int { queryWidth + 2 * keyValueWidth }
  /// Width of what the MLP's first projection gives: gate and up, or up alone.
  package var mlpInputWidth: Int { (family.layerNames[.gate] == nil ? 1 : 2) * intermediateSize }
  /// How many norms of a row's queries, and of its keys, there are, where the family norms them.
  var queryNormCount: Int { family.normsHeadsTogether ? 1 : headCount }
  var keyNormCount: Int { family.normsHeadsTogether ? 1 : keyValueHeadCount }
  /// Numbers that a norm keeps of a row for its gradient.
  var normStatisticCount: Int { family.norm == .layer ? 2 : 1 }
  /// What embeddings are multiplied by: the square root of the hidden size in fp32, or 1.
  package var embeddingScale: Float {
    family.scalesEmbeddings ? Float(hiddenSize).squareRoot() : 1
  }
  /// What is added to a norm's weight.
  package var normWeightOffset: Float { family.normWeightOffset }
  /// Whether the outputs of attention and MLP are normed before they are added to the residual stream.
  package var normsBlockOutputs: Bool { family.layerNames[.mlpOutputNorm] != nil }

  /// Creates a configuration from all its values.
  package init(
    family: ModelFamily, vocabularySize: Int, hiddenSize: Int, intermediateSize: Int,
    headCount: Int, keyValueHeadCount: Int, headDimension: Int, attentionKinds: [AttentionKind],
    slidingWindow: Int, rotaryDimension: Int? = nil, ropeTheta: Double, slidingRopeTheta: Double,
    rotaryScaling: RotaryScaling? = nil, attentionScale: Double, normEpsilon: Double,
    usesParallelResidual: Bool = false, tiesEmbeddings: Bool, maximumPositions: Int,
    beginOfSequenceID: Int32?, endOfSequenceIDs: [Int32], paddingID: Int32?
  ) {
    self.family = family
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.attentionKinds = attentionKinds
    self.slidingWindow = slidingWindow
    self.rotaryDimension = rotaryDimension ?? headDimension
    self.ropeTheta = ropeTheta
    self.slidingRopeTheta = slidingRopeTheta
    self.rotaryScaling = rotaryScaling
    self.attentionScale = attentionScale
    self.normEpsilon = normEpsilon
    self.usesParallelResidual = usesParallelResidual
    self.tiesEmbeddings = tiesEmbeddings
    self.maximumPositions = maximumPositions
    self.beginOfSequenceID = beginOfSequenceID
    self.endOfSequenceIDs = endOfSequenceIDs
    self.paddingID = paddingID
  }
}
