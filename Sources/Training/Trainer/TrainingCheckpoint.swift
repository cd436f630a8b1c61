package import Files
package import Tensors

/// The state of a training after a step, which shares the trainer's weights and moments instead of copying them.
///
/// Between two steps, and while the second one computes its gradients, they do not change, so that they can be written
/// by another thread meanwhile; ``Trainer/step(beforeUpdate:)`` says when this has to have happened.
package struct TrainingCheckpoint: Sendable {
  /// The steps that are done.
  package let step: Int
  /// Weights under their names, and moments under the same names with a prefix.
  package let tensors: [SafetensorsWriter.Tensor]
  /// The step and what the training is.
  let metadata: [String: String]

  /// Writes the state; the file appears under its name only when it is complete and durable.
  ///
  /// `progress` is told after each tensor how many there are yet to be copied: when none is, the weights may change.
  /// Throws `FileError` if the file cannot be written.
  package func write(
    to path: ContainedPath, progress: (_ remaining: Int) -> Void = { _ in }
  ) throws {
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path, progress: progress)
  }
}
