internal import Tensors

/// A model's weights as inference reads them: in fp32, or as a checkpoint stores them, all of them or a layer at a time.
///
/// Matrices that are stored as bfloat16 stay so, in half the memory, and become fp32 where a product reads them: no bit of
/// any result depends on how weights are held. Where a layer is held at a time, every pass reads each layer from the
/// checkpoint once, for all rows that it has.
package final class InferenceWeights {
  /// Shape and constants.
  package let configuration: ModelConfiguration
  /// Number of weights.
  package var parameterCount: Int { layout.count }
  /// Where each parameter lies in the views.
  let layout: ParameterLayout
  /// What the embedding of tokens needs.
  let embedding: WeightView
  /// What the final norm and the output projection need.
  let head: WeightView
  private let layers: Layers
  // Held so that what views point to stays alive.
  private let memory: [AnyObject]

  private enum Layers {
    case held([WeightView])
    case read(LayerReader)
  }

  /// The weights of a model in fp32, which is read anew in each pass.
  package init(_ model: LanguageModel) {
    (configuration, layout) = (model.configuration, model.layout)
    let view = WeightView(model.parameters)
    (embedding, head) = (view, view)
    layers = .held(Array(repeating: view, count: configuration.layerCount))
    memory = [model]
  }

  /// The weights of a checkpoint, of which `holdsWhole`, told how many bytes they take, says whether all are held.
  ///
  /// Nothing is allocated before the checkpoint was found to have what the configuration expects. Throws what reading it
  /// does.
  init(
    _ checkpoint: any CheckpointWeights, _ configuration: ModelConfiguration,
    holdsWhole: (InferenceWeightSizes) -> Bool
  ) throws {
    self.configuration = configuration
    layout = ParameterLayout(configuration, separatingMatrices: true)
    try checkpoint.check(configuration, layout)
    let sections = WeightSections(layout, element: checkpoint.element)
    let vectors = FloatBuffer(count: sections.vectorCount)
    for entry in layout.entries where entry.kind != .matrix {
      try checkpoint.read(
        entry, into: UnsafeMutableBufferPointer(rebasing: vectors.elements[entry.range]))
    }
    var memory: [AnyObject] = [vectors]
    func held(_ section: WeightSection) throws -> WeightView {
      let buffer = ByteBuffer(count: section.byteCount)
      memory.append(buffer)
      try section.read(from: checkpoint, into: buffer.bytes)
      return section.view(of: buffer, vectors)
    }
    embedding = try held(sections.embedding)
    head = try sections.head.map(held) ?? embedding
    layers =
      holdsWhole(InferenceWeightSizes(sections))
      ? .held(try sections.layers.map(held))
      : .read(LayerReader(checkpoint, sections.layers, vectors))
    self.memory = memory
  }

  /// Whether a layer is held at a time.
  package var isReadLayerByLayer: Bool { if case .read = layers { true } else { false } }

  /// What a layer needs, until the next one is asked for; throws what reading the checkpoint does.
  func layer(_ index: Int) throws -> WeightView {
    switch layers {
    case .held(let views): views[index]
    case .read(let reader): try reader.layer(index)
    }
  }
}

/// Reads layers into one block of memory, one after the other.
private final class LayerReader {
  private let checkpoint: any CheckpointWeights
  private let sections: [WeightSection]
  private let vectors: FloatBuffer
  private let buffer: ByteBuffer

  init(
    _ checkpoint: any CheckpointWeights, _ sections: [WeightSection], _ vectors: FloatBuffer
  ) {
    (self.checkpoint, self.sections, self.vectors) = (checkpoint, sections, vectors)
    buffer = ByteBuffer(count: sections.map(\.byteCount).max() ?? 0)
  }

  func layer(_ index: Int) throws -> WeightView {
    try sections[index].read(from: checkpoint, into: buffer.bytes)
    return sections[index].view(of: buffer, vectors)
  }
}

extension WeightSection {
  /// The section's matrices where a buffer begins with them.
  fileprivate func view(of buffer: ByteBuffer, _ vectors: FloatBuffer) -> WeightView {
    WeightView(
      vectors: vectors.pointer, matrices: buffer.address, element, from: offset)
  }
}
