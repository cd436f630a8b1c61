package import Tensors

/// Matrices that are held together: those of a layer, the embedding, or the head.
struct WeightSection {
  /// The matrices, in the order in which they lie.
  let entries: ArraySlice<ParameterLayout.Entry>
  /// What the elements of all of them are.
  let element: StoredElement

  /// The matrices among `entries`, as bfloat16 where all are stored so, in fp32 otherwise.
  init(
    _ entries: ArraySlice<ParameterLayout.Entry>,
    element: (ParameterLayout.Entry) -> StoredElement
  ) {
    self.entries = entries.filter { $0.kind == .matrix }[...]
    self.element = self.entries.allSatisfy { element($0) == .bfloat16 } ? .bfloat16 : .float32
  }

  /// Offset of the first matrix.
  var offset: Int { entries.first?.offset ?? 0 }
  /// Bytes of all matrices, which are no more than the checkpoint has once it was checked.
  var byteCount: Int { entries.reduce(0) { $0 + $1.count } * element.size }
  /// The same of a model of any size.
  var size: Double { entries.reduce(0) { $0 + Double($1.count) } * Double(element.size) }

  /// Reads the matrices to the beginning of `bytes`; throws what the checkpoint does.
  func read(
    from checkpoint: any CheckpointWeights, into bytes: UnsafeMutableRawBufferPointer
  ) throws {
    for entry in entries {
      let start = (entry.offset - offset) * element.size
      try checkpoint.read(
        entry, as: element,
        into: UnsafeMutableRawBufferPointer(
          rebasing: bytes[start..<start + entry.count * element.size]))
    }
  }
}

/// All matrices of a model, by when a pass needs them.
struct WeightSections {
  let embedding: WeightSection
  let layers: [WeightSection]
  /// Nil where the head is the embedding.
  let head: WeightSection?
  /// Elements of norms and biases, which are always fp32.
  let vectorCount: Int

  /// The sections of a layout whose matrices are apart.
  init(
    _ layout: ParameterLayout, element: (ParameterLayout.Entry) -> StoredElement
  ) {
    embedding = WeightSection(layout.entries[0..<1], element: element)
    layers = layout.layerEntries.map { WeightSection(layout.entries[$0], element: element) }
    head =
      layout.head == layout.embedding
      ? nil : WeightSection(layout.entries[(layout.entries.count - 1)...], element: element)
    vectorCount = layout.entries.reduce(0) { $0 + ($1.kind == .matrix ? 0 : $1.count) }
  }
}

/// Bytes that weights take where inference holds them.
///
/// Floating-point numbers, so that no size of a model overflows.
package struct InferenceWeightSizes: Sendable, Equatable {
  /// All at once.
  package let whole: Double
  /// One layer at a time.
  package let layerByLayer: Double

  init(_ sections: WeightSections) {
    let outside =
      Double(sections.vectorCount) * Double(StoredElement.float32.size) + sections.embedding.size
      + (sections.head?.size ?? 0)
    whole = outside + sections.layers.reduce(0) { $0 + $1.size }
    layerByLayer = outside + (sections.layers.map(\.size).max() ?? 0)
  }

  /// Those of a model whose matrices are all of one type.
  package init(_ configuration: ModelConfiguration, _ element: StoredElement) {
    self.init(
      WeightSections(ParameterLayout(configuration, separatingMatrices: true)) { _ in element })
  }
}
