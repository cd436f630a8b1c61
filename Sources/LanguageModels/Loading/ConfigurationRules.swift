import Files

extension ModelConfiguration {
  /// Largest width, count or context length that a file may state; far above any real model's.
  static let largestDimension = 1 << 28
  /// Most layers that a file may state.
  static let mostLayers = 1 << 12

  /// Most parameters that a file may describe; a thousand times what one machine can hold.
  static let mostParameters = 1e12

  /// Checks what every family demands, so that nothing later can overflow or divide by zero.
  ///
  /// `source` is the file that the values were read from. Throws ``ModelFileError``.
  func check(source: String) throws {
    func require(_ condition: Bool, _ text: String) throws {
      guard condition else { throw ModelFileError(.malformed, "\(source): \(text).") }
    }
    let dimensions = [
      ("the vocabulary size", vocabularySize), ("the hidden size", hiddenSize),
      ("the intermediate size", intermediateSize), ("the number of attention heads", headCount),
      ("the number of key-value heads", keyValueHeadCount), ("the head dimension", headDimension),
      ("the number of elements of a head that rotate", rotaryDimension),
      ("the sliding window", slidingWindow), ("the number of positions", maximumPositions),
    ]
    for (name, value) in dimensions {
      try require(
        1...ModelConfiguration.largestDimension ~= value,
        "\(name) must be from 1 to \(ModelConfiguration.largestDimension); found \(value)")
    }
    try require(
      1...ModelConfiguration.mostLayers ~= layerCount,
      "the number of layers must be from 1 to \(ModelConfiguration.mostLayers); found \(layerCount)"
    )
    // In floating point, which cannot overflow here.
    let projections = 2.0 * Double(headDimension) * Double(headCount + keyValueHeadCount)
    let layer = Double(hiddenSize) * (projections + 3 * Double(intermediateSize))
    let embeddings = Double(vocabularySize) * Double(hiddenSize) * (tiesEmbeddings ? 1 : 2)
    let parameterCount = embeddings + layer * Double(layerCount)
    try require(
      parameterCount <= ModelConfiguration.mostParameters,
      "a model of \(parameterCount) parameters is described; the most allowed are \(ModelConfiguration.mostParameters)"
    )
    try require(
      headCount % keyValueHeadCount == 0,
      "\(headCount) attention heads cannot share \(keyValueHeadCount) key-value heads evenly")
    try require(
      rotaryDimension % 2 == 0 && rotaryDimension <= headDimension,
      rotaryDimension == headDimension
        ? "the head dimension must be even for rotary embeddings; found \(headDimension)"
        : "an even number of a head's \(headDimension) elements must rotate; found \(rotaryDimension)"
    )
    try require(
      !family.interleavesHeads || headCount == keyValueHeadCount && queryWidth == hiddenSize,
      "the family \(family.name) has as many key-value heads as attention heads, which together are as wide as the hidden size; found \(headCount) and \(keyValueHeadCount) heads of \(headDimension) for \(hiddenSize)"
    )
    for (name, value) in [
      ("the rotary base", ropeTheta), ("the rotary base of sliding layers", slidingRopeTheta),
      ("the attention scale", attentionScale), ("the norms' epsilon", normEpsilon),
    ] {
      try require(value.isFinite && value > 0, "\(name) must be positive; found \(value)")
    }
    if let rotaryScaling { try rotaryScaling.check(source: source) }
    for (name, ids) in [
      ("begin-of-sequence", beginOfSequenceID.map { [$0] } ?? []),
      ("end-of-sequence", endOfSequenceIDs), ("padding", paddingID.map { [$0] } ?? []),
    ] {
      for id in ids {
        try require(
          0..<vocabularySize ~= Int(id),
          "the \(name) id \(id) is not in the vocabulary of \(vocabularySize) tokens")
      }
    }
  }
}

extension RotaryScaling {
  /// Checks that every wave is stretched by a positive, finite factor; throws ``ModelFileError``.
  func check(source: String) throws {
    let (low, high) = (lowFrequencyFactor, highFrequencyFactor)
    guard factor.isFinite, factor > 0, low > 0, high > low, high.isFinite,
      1...ModelConfiguration.largestDimension ~= originalPositions
    else {
      throw ModelFileError(
        .malformed,
        "\(source): the rotary scaling llama3 needs a positive factor, a low_freq_factor above 0, a high_freq_factor above it and an original_max_position_embeddings from 1 to \(ModelConfiguration.largestDimension); found \(factor), \(low), \(high) and \(originalPositions)."
      )
    }
  }
}
