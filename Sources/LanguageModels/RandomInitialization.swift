internal import Tensors

extension LanguageModel {
  /// Creates a model with random weights: normal for matrices, the neutral value for norms.
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
          entry.shape.count == 1
          ? 1 - configuration.normWeightOffset
          : Float(
            standardDeviation * random.normal(stream: UInt64(stream), index: UInt64(index)))
      }
    }
  }
}
