internal import Tensors

extension LanguageModel {
  /// Creates a model with random weights: normal for matrices, the neutral value for norms and biases.
  ///
  /// Each weight depends on `seed`, its tensor's position in the layout and its own in the tensor, on nothing else.
  package convenience init(
    configuration: ModelConfiguration, seed: UInt64, standardDeviation: Double
  ) {
    self.init(configuration: configuration)
    let random = CounterBasedRandom(seed: seed)
    for (stream, entry) in layout.entries.enumerated() {
      for index in 0..<entry.count {
        parameters.pointer[entry.offset + index] =
          switch entry.kind {
          case .norm: 1 - configuration.normWeightOffset
          case .bias: 0
          case .matrix:
            Float(standardDeviation * random.normal(stream: UInt64(stream), index: UInt64(index)))
          }
      }
    }
  }
}
