package import Tensors

/// A model's configuration and its weights, in fp32.
///
/// Not `Sendable`: one task owns a model and everything that reads or changes its weights.
package final class LanguageModel {
  /// Shape and constants.
  package let configuration: ModelConfiguration
  /// Where each tensor lies in `parameters`.
  package let layout: ParameterLayout
  /// All weights.
  package let parameters: FloatBuffer

  /// Creates a model whose weights are all zero.
  package init(configuration: ModelConfiguration) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    parameters = FloatBuffer(count: layout.count)
  }

  /// A second model with the same weights in memory of its own.
  package func copy() -> LanguageModel {
    let other = LanguageModel(configuration: configuration)
    other.parameters.pointer.update(from: parameters.pointer, count: parameters.count)
    return other
  }
}
