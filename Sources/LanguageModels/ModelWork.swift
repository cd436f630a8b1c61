/// How much a model computes for a token, in multiply-adds: each of these is two floating-point operations.
package struct ModelWork: Sendable, Equatable {
  /// For every token, in all layers: one for each element of their matrices.
  package let layers: Double
  /// For every token whose logits are wanted: one for each element of the output projection.
  package let head: Double
  /// For every token and every position that it sees: scores and values of all layers' heads.
  package let attention: Double
  /// Parameters of the model.
  package let parameters: Double

  /// The work of a model.
  package init(_ configuration: ModelConfiguration) {
    let layout = ParameterLayout(configuration)
    head = Double(configuration.vocabularySize) * Double(configuration.hiddenSize)
    parameters = Double(layout.count)
    attention = 2 * Double(configuration.queryWidth) * Double(configuration.layerCount)
    layers = layout.entries.reduce(0) { sum, entry in
      let isInLayer = entry.offset != layout.embedding && entry.offset != layout.head
      return sum + (isInLayer && entry.kind == .matrix ? Double(entry.count) : 0)
    }
  }

  /// The work of a forward pass.
  ///
  /// - Parameters:
  ///   - tokens: tokens that are computed.
  ///   - outputs: tokens whose logits are wanted.
  ///   - length: tokens of a usual sequence, each of which sees half of them.
  /// - Returns: multiply-adds.
  package func forward(tokens: Double, outputs: Double, length: Double) -> Double {
    tokens * (layers + attention * length / 2) + outputs * head
  }
}
