import Tensors

/// A stored set of tensors that a model's weights are read from.
protocol CheckpointWeights {
  /// The file or folder, for messages.
  var path: String { get }
  /// The names of all tensors, as the checkpoint has them.
  var storedNames: [String] { get }
  /// The one of a parameter's names that counts in the checkpoint.
  func storedName(_ names: ParameterName) -> String
  /// The shape of a stored tensor, row-major; nil when there is none.
  func shape(ofStored name: String) -> [Int]?
  /// Reads a parameter in the form that the layout means, as fp32.
  func read(_ parameter: ParameterLayout.Entry, into target: UnsafeMutableBufferPointer<Float>)
    throws
}

extension CheckpointWeights {
  /// A model with these weights.
  ///
  /// Allocates only after every tensor was found in the checkpoint with the expected shape, so that a configuration
  /// cannot ask for more memory than the checkpoint has weights. `configuration` must have passed its checks.
  func model(_ configuration: ModelConfiguration) throws -> LanguageModel {
    let layout = ParameterLayout(configuration)
    let derivedSuffixes = [".rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias"]
    var expected: Set<String> = []
    for entry in layout.entries {
      let name = storedName(entry.names)
      expected.insert(name)
      guard let shape = shape(ofStored: name) else {
        throw ModelFileError(
          .mismatched,
          "\(path) has no tensor \(name), which the configuration expects with the shape \(entry.shape)."
        )
      }
      guard shape == entry.shape else {
        throw ModelFileError(
          .mismatched,
          "\(path): tensor \(name) must have the shape \(entry.shape) by the configuration; found \(shape)."
        )
      }
    }
    let tiedHead =
      configuration.tiesEmbeddings ? storedName(configuration.family.modelNames.head) : nil
    for name in storedNames where !expected.contains(name) && name != tiedHead {
      // Old checkpoints store what follows from the configuration: the rotary frequencies, and GPT-NeoX its masks.
      if derivedSuffixes.contains(where: name.hasSuffix) { continue }
      throw ModelFileError(
        .mismatched,
        "\(path): tensor \(name) of shape \(shape(ofStored: name) ?? []) has no place in a model of this configuration."
      )
    }
    let model = LanguageModel(configuration: configuration)
    for entry in layout.entries {
      try read(
        entry,
        into: UnsafeMutableBufferPointer(rebasing: model.parameters.elements[entry.range]))
    }
    if let tiedHead, storedNames.contains(tiedHead) {
      try checkTiedHead(tiedHead, against: model)
    }
    return model
  }

  /// Checks that a head stored although it is tied is the embedding: otherwise the configuration is wrong.
  private func checkTiedHead(_ name: String, against model: LanguageModel) throws {
    let embedding = model.layout.entries[0]
    let difference = ModelFileError(
      .mismatched,
      "\(path): the configuration ties the head to the embedding, but \(name) differs from \(storedName(embedding.names))."
    )
    guard shape(ofStored: name) == embedding.shape else { throw difference }
    let head = FloatBuffer(count: embedding.count)
    try read(
      ParameterLayout.Entry(
        names: model.configuration.family.modelNames.head, kind: .matrix, shape: embedding.shape,
        offset: 0),
      into: head.elements)
    let isSame = withExtendedLifetime(head) {
      UnsafeRawBufferPointer(head.elements).elementsEqual(
        UnsafeRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: model.parameters.elements[embedding.range])))
    }
    guard isSame else { throw difference }
  }
}
