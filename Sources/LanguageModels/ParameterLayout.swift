package import Tensors

/// Where each parameter lies in the one allocation that holds a model's weights, gradients or optimizer moments.
///
/// Names and shapes are those of the Hugging Face checkpoint. Query, key and value projections lie side by side, as do
/// their biases and the gate and up projections, so that each group is one operation.
package struct ParameterLayout: Sendable, Equatable {
  /// What a parameter does with what it meets.
  enum Kind: Sendable {
    /// Multiplies vectors.
    case matrix
    /// Is added.
    case bias
    /// Scales what was normed.
    case norm
  }

  /// One parameter tensor, row-major.
  package struct Entry: Sendable, Equatable {
    /// Name in a Hugging Face checkpoint.
    package var name: String { names.huggingFace }
    /// Names in files.
    let names: ParameterName
    /// What it does.
    let kind: Kind
    /// `[rows, columns]` of a projection (output features first) or `[width]` of a norm or bias.
    package let shape: [Int]
    /// Index of the first element.
    package let offset: Int
    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
    /// The tensor's elements, as positions in the allocation.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// Positions of one layer's tensors; what a family lacks is nil.
  package struct Layer: Sendable, Equatable {
    let inputNorm: Int
    let queryKeyValue: Int
    let queryKeyValueBias: Int?
    let queryNorm: Int?
    let keyNorm: Int?
    let output: Int
    let postAttentionNorm: Int?
    let preMLPNorm: Int
    let gateUp: Int
    let down: Int
    let postMLPNorm: Int?
  }

  /// Every tensor, in the order in which they lie.
  package let entries: [Entry]
  /// Number of elements of all tensors together.
  package let count: Int
  let layers: [Layer]
  let embedding: Int
  let finalNorm: Int
  let head: Int

  /// Lays out the parameters of a model; a tied head is the embedding and has no entry of its own.
  package init(_ configuration: ModelConfiguration) {
    let c = configuration
    var entries: [Entry] = []
    var next = 0
    func add(_ names: ParameterName, _ kind: Kind, _ shape: [Int]) -> Int {
      let entry = Entry(names: names, kind: kind, shape: shape, offset: next)
      entries.append(entry)
      next += entry.count
      return entry.offset
    }
    embedding = add(.embedding, .matrix, [c.vocabularySize, c.hiddenSize])
    layers = (0..<c.layerCount).map { index in
      var offsets: [LayerParameter: Int] = [:]
      for parameter in LayerParameter.allCases {
        guard let names = c.family.layerNames[parameter] else { continue }
        offsets[parameter] = add(
          names.inLayer(index), parameter.kind, parameter.shape(in: c))
      }
      return Layer(offsets, of: c.family)
    }
    finalNorm = add(.finalNorm, .norm, [c.hiddenSize])
    head = c.tiesEmbeddings ? embedding : add(.head, .matrix, [c.vocabularySize, c.hiddenSize])
    self.entries = entries
    count = next
  }
}

extension ParameterLayout.Layer {
  fileprivate init(_ offsets: [LayerParameter: Int], of family: ModelFamily) {
    func required(_ parameter: LayerParameter) -> Int {
      guard let offset = offsets[parameter] else {
        preconditionFailure("The family \(family.name) must name its parameter \(parameter).")
      }
      return offset
    }
    inputNorm = required(.inputNorm)
    queryKeyValue = required(.query)
    queryKeyValueBias = offsets[.queryBias]
    queryNorm = offsets[.queryNorm]
    keyNorm = offsets[.keyNorm]
    output = required(.output)
    postAttentionNorm = offsets[.attentionOutputNorm]
    preMLPNorm = required(.mlpNorm)
    gateUp = required(.gate)
    down = required(.down)
    postMLPNorm = offsets[.mlpOutputNorm]
  }
}

extension ParameterLayout {
  /// The parameters in `buffer`, which is laid out so, as a safetensors file holds them; `prefix` goes before each name.
  package func tensors(
    of buffer: FloatBuffer, prefix: String = ""
  ) -> [SafetensorsWriter.Tensor] {
    entries.map {
      SafetensorsWriter.Tensor(
        name: prefix + $0.name, shape: $0.shape, buffer: buffer, range: $0.range)
    }
  }
}
