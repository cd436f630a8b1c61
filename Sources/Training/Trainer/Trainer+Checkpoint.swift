import Files
internal import LanguageModels
internal import Recipes
package import Tensors

// A checkpoint is one safetensors file: weights under their Hugging Face names, moments under the same names with a
// prefix, and in the metadata the step and what the training is.
extension Trainer {
  private static let format = "replicate-training-checkpoint-1"
  private static let firstPrefix = "exp_avg."
  private static let secondPrefix = "exp_avg_sq."

  /// Everything that the next steps depend on, to be written before the next update of the weights.
  ///
  /// Only a trainer with the same `identity` can resume it: a digest of what the trainer does not compare by itself,
  /// above all model and examples.
  package func checkpoint(identity: String) -> TrainingCheckpoint {
    var metadata = checkpointIdentity(identity)
    metadata["step"] = String(completedSteps)
    return TrainingCheckpoint(step: completedSteps, tensors: checkpointTensors, metadata: metadata)
  }

  /// The tensors that a checkpoint holds; they share the trainer's weights and moments.
  package var checkpointTensors: [SafetensorsWriter.Tensor] {
    checkpointBuffers.flatMap { prefix, buffer in
      model.layout.tensors(of: buffer, prefix: prefix)
    }
  }

  /// Continues where the checkpoint at `path` was written; the next steps give the bits of an uninterrupted training.
  ///
  /// `folder` is a descriptor of the folder that the file is in; nil for the one that `path` names.
  /// Throws `TensorFileError` if the file is damaged and ``TrainingError`` if it belongs to another training; weights
  /// and optimizer are then unchanged, unless reading itself failed half-way.
  package func resume(from path: String, in folder: CInt? = nil, identity: String) throws {
    let file = try SafetensorsFile(contentsOf: path, in: folder)
    for (key, expected) in checkpointIdentity(identity).sorted(by: { $0.key < $1.key }) {
      guard let found = file.metadata[key] else {
        throw unusable(path, "it does not say its \(key)")
      }
      guard found == expected else {
        throw unusable(path, "its \(key) is \"\(found)\", this training's \"\(expected)\"")
      }
    }
    guard let text = file.metadata["step"], let step = Int(text),
      (0...schedule.totalSteps).contains(step)
    else {
      throw unusable(path, "its step is not a number from 0 to \(schedule.totalSteps)")
    }
    let buffers = checkpointBuffers
    for entry in model.layout.entries {
      for (prefix, _) in buffers {
        guard let tensor = file.tensor(prefix + entry.name) else {
          throw unusable(path, "the tensor \(prefix + entry.name) is missing")
        }
        guard tensor.shape == entry.shape, tensor.dtype == .float32 else {
          throw unusable(
            path,
            """
            the tensor \(tensor.name) is \(tensor.dtype.rawValue) of shape \(tensor.shape), not F32 of \
            shape \(entry.shape)
            """)
        }
      }
    }
    for entry in model.layout.entries {
      for (prefix, buffer) in buffers {
        try file.read(
          prefix + entry.name,
          into: UnsafeMutableBufferPointer(rebasing: buffer.elements[entry.range]))
      }
    }
    optimizer.completedUpdates = step
  }

  /// What is stored, and the prefix of its tensors' names.
  private var checkpointBuffers: [(prefix: String, buffer: FloatBuffer)] {
    [
      ("", model.parameters), (Self.firstPrefix, optimizer.firstMoments),
      (Self.secondPrefix, optimizer.secondMoments),
    ]
  }

  /// What a checkpoint and the trainer that resumes it must have in common.
  private func checkpointIdentity(_ identity: String) -> [String: String] {
    ["format": Self.format, "identity": identity, "configuration": configuration.canonicalText]
  }

  private func unusable(_ path: String, _ reason: String) -> TrainingError {
    TrainingError(
      .unusableCheckpoint,
      "The checkpoint \(path) cannot be resumed: \(reason). Start this training anew.")
  }
}
