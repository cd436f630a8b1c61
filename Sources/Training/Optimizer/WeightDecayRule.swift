/// Which parameters weight decay leaves alone.
enum WeightDecayRule {
  /// Whether a parameter decays, by its Hugging Face name: not biases and norms.
  ///
  /// The rule of transformers' `Trainer.get_decay_parameter_names`: no name that contains `bias`, `layernorm` or
  /// `rmsnorm`, or that has a component `norm` or one ending in `_norm`.
  static func decays(_ name: String) -> Bool {
    let lowercased = name.lowercased()
    guard !["bias", "layernorm", "rmsnorm"].contains(where: lowercased.contains) else {
      return false
    }
    return !lowercased.split(separator: ".").contains { $0 == "norm" || $0.hasSuffix("_norm") }
  }
}
