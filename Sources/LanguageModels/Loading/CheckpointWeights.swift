import Files
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
  /// The type that holds a parameter in least memory without changing a bit.
  func element(of parameter: ParameterLayout.Entry) -> StoredElement
  /// Reads a parameter as the type that ``element(of:)`` says, in the form that the layout means.
  func readStored(_ parameter: ParameterLayout.Entry, into target: UnsafeMutableRawBufferPointer)
    throws
}

extension CheckpointWeights {
  func element(of parameter: ParameterLayout.Entry) -> StoredElement { .float32 }

  func readStored(
    _ parameter: ParameterLayout.Entry, into target: UnsafeMutableRawBufferPointer
  ) throws {
    try read(parameter, into: target.bindMemory(to: Float.self))
  }

  /// Reads a parameter as `element`, which holds it exactly.
  func read(
    _ parameter: ParameterLayout.Entry, as element: StoredElement,
    into target: UnsafeMutableRawBufferPointer
  ) throws {
    switch element {
    case .float32: try read(parameter, into: target.bindMemory(to: Float.self))
    case .bfloat16: try readStored(parameter, into: target)
    }
  }
}

extension CheckpointWeights {
  /// A model with these weights in fp32.
  ///
  /// Allocates only after ``check(_:_:)``. `configuration` must have passed its checks.
  func model(_ configuration: ModelConfiguration) throws -> LanguageModel {
    try check(configuration, ParameterLayout(configuration))
    let model = LanguageModel(configuration: configuration)
    for entry in model.layout.entries {
      try read(
        entry,
        into: UnsafeMutableBufferPointer(rebasing: model.parameters.elements[entry.range]))
    }
    return model
  }

  /// Checks that the checkpoint has every tensor with the expected shape, and no other.
  ///
  /// So a configuration cannot ask for more memory than the checkpoint has weights.
  func check(_ configuration: ModelConfiguration, _ layout: ParameterLayout) throws {
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
    if let tiedHead, storedNames.contains(tiedHead) {
      try checkTiedHead(tiedHead, of: configuration, layout)
    }
  }

  /// Checks that a head stored although it is tied is the embedding: otherwise the configuration is wrong.
  private func checkTiedHead(
    _ name: String, of configuration: ModelConfiguration, _ layout: ParameterLayout
  ) throws {
    let embedding = layout.entries[0]
    let difference = ModelFileError(
      .mismatched,
      "\(path): the configuration ties the head to the embedding, but \(name) differs from \(storedName(embedding.names))."
    )
    guard shape(ofStored: name) == embedding.shape else { throw difference }
    let head = ParameterLayout.Entry(
      names: configuration.family.modelNames.head, kind: .matrix, shape: embedding.shape,
      offset: 0)
    let element = element(of: embedding) == element(of: head) ? element(of: head) : .float32
    let (one, other) = (
      ByteBuffer(count: head.count * element.size), ByteBuffer(count: head.count * element.size)
    )
    try read(embedding, as: element, into: one.bytes)
    try read(head, as: element, into: other.bytes)
    let isSame = withExtendedLifetime((one, other)) { one.bytes.elementsEqual(other.bytes) }
    guard isSame else { throw difference }
  }
}
