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
    /// Index of the first element; where matrices are apart, among all matrices or among everything else.
    package let offset: Int
    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
    /// The tensor's elements, as positions in the allocation.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// Positions of one layer's tensors; what a family lacks is nil.
  package struct Layer: Sendable, Equatable {
    let inputNorm: Int?
    let queryKeyValue: Int
    let queryKeyValueBias: Int?
    let queryNorm: Int?
    let keyNorm: Int?
    let output: Int
    let outputBias: Int?
    let postAttentionNorm: Int?
    let preMLPNorm: Int?
    let gateUp: Int
    let upBias: Int?
    let down: Int
    let downBias: Int?
    let postMLPNorm: Int?
  }

  /// Every tensor, in the order in which they lie.
  package let entries: [Entry]
  /// Number of elements of all tensors together.
  package let count: Int
  let layers: [Layer]
  /// Indices of each layer's entries.
  let layerEntries: [Range<Int>]
  let embedding: Int
  let finalNorm: Int
  let head: Int

  /// Lays out the parameters of a model; a tied head is the embedding and has no entry of its own.
  ///
  /// `separatingMatrices` counts the offsets of matrices and those of everything else by themselves, for weights that
  /// hold them in different memory.
  package init(_ configuration: ModelConfiguration, separatingMatrices: Bool = false) {
    let c = configuration
    var entries: [Entry] = []
    var (next, nextMatrix) = (0, 0)
    func add(_ names: ParameterName, _ kind: Kind, _ shape: [Int]) -> Int {
      let isApart = separatingMatrices && kind == .matrix
      let entry = Entry(
        names: names, kind: kind, shape: shape, offset: isApart ? nextMatrix : next)
      entries.append(entry)
      if isApart { nextMatrix += entry.count } else { next += entry.count }
      return entry.offset
    }
    let names = c.family.modelNames
    embedding = add(names.embedding, .matrix, [c.vocabularySize, c.hiddenSize])
    var layerEntries: [Range<Int>] = []
    layers = (0..<c.layerCount).map { index in
      let first = entries.count
      defer { layerEntries.append(first..<entries.count) }
      var offsets: [LayerParameter: Int] = [:]
      for parameter in LayerParameter.allCases {
        guard let name = c.family.layerNames[parameter] else { continue }
        offsets[parameter] = add(
          names.layer(index, name), parameter.kind, parameter.shape(in: c))
      }
      return Layer(offsets, of: c.family)
    }
    finalNorm = add(names.finalNorm, .norm, [c.hiddenSize])
    if let bias = names.finalNormBias { _ = add(bias, .bias, [c.hiddenSize]) }
    head =
      c.tiesEmbeddings ? embedding : add(names.head, .matrix, [c.vocabularySize, c.hiddenSize])
    self.entries = entries
    self.layerEntries = layerEntries
    count = next + nextMatrix
  }
}

extension ParameterLayout.Layer {
  fileprivate init(_ offsets: [LayerParameter: Int], of family: ModelFamily) {
    /// The first of the parameters that the family has, of which it must have one.
    func required(_ parameters: LayerParameter...) -> Int {
      guard let offset = parameters.lazy.compactMap({ offsets[$0] }).first else {
        preconditionFailure("The family \(family.name) must name one of \(parameters).")
      }
      return offset
    }
    inputNorm = offsets[.inputNorm]
    queryKeyValue = required(.query, .queryKeyValue)
    queryKeyValueBias = offsets[.queryBias] ?? offsets[.queryKeyValueBias]
    queryNorm = offsets[.queryNorm]
    keyNorm = offsets[.keyNorm]
    output = required(.output)
    outputBias = offsets[.outputBias]
    postAttentionNorm = offsets[.attentionOutputNorm]
    preMLPNorm = offsets[.mlpNorm]
    gateUp = required(.gate, .up)
    upBias = offsets[.upBias]
    down = required(.down)
    downBias = offsets[.downBias]
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
