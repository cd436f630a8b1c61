import Assets
import Files
import Foundation
import LanguageModels
import Manifests
import Recipes
import Records
import Tensors
import Training

/// Executes segments of a recorded training again and compares every bit with what was recorded.
struct SegmentReplay: Sendable {
  let record: SealedRecord
  let manifest: Manifest
  let inputs: RunInputs
  let store: ArtifactStore
  let checkpoints: CheckpointStore
  /// The keys of the recorded trainings, by arm and seed, which their checkpoints carry.
  let keys: [String: Digest]
  /// Threads to hash with.
  let threads: Int

  /// What names a training in ``keys``.
  static func name(_ arm: String, _ seed: UInt64) -> String { "\(arm) \(seed)" }

  /// Where the segment, executed now, parts from the record; nil if every step and the state at its end are the same.
  ///
  /// - Throws: ``TrainingError`` or ``RunError`` when the segment cannot be executed.
  func divergence(in segment: TrainingSegment, progress: (_ step: Int) -> Void) throws
    -> Divergence?
  {
    guard let arm = manifest.arms.first(where: { $0.name == segment.arm }),
      let configuration = manifest.training.configuration(
        of: arm.treatment, seed: segment.seed),
      let recorded = record.summary.arms.first(where: {
        $0.name == segment.arm && $0.unsignedSeed == segment.seed
      }), let key = keys[Self.name(segment.arm, segment.seed)]
    else {
      throw RunError(
        .damaged, "The record \(record.id) does not say how \(segment.text) was trained.")
    }
    let place = ArmAddress(name: segment.arm, seed: segment.seed)
    let data = try inputs.prepared(segment.seed)
    guard data.digest == recorded.digests["prepared_examples"] else {
      return Divergence(place: "\(place)", operation: "prepared examples")
    }
    let trainer = try inputs.nativeEngine().trainer(
      configuration, on: data)
    guard segment.steps.upperBound <= trainer.schedule.totalSteps else {
      return Divergence(
        place: "\(place)", operation: "number of steps",
        note: "manifest and inputs ask for \(trainer.schedule.totalSteps)")
    }
    if let start = segment.start {
      let file = checkpoints.place(of: start.root)
      try file.withFolderDescriptor {
        try trainer.resume(from: file.path, in: $0, identity: key.hex)
      }
      guard trainer.completedSteps == start.step else {
        return Divergence(
          place: "\(place), after step \(start.step)", operation: "step of the checkpoint",
          note: "it was saved after step \(trainer.completedSteps)")
      }
    }
    for number in segment.steps {
      let batch = SHA256.digest(of: try trainer.batchBytes(ofStep: number))
      let step = RunSummary.Step(try trainer.step(), batchDigest: batch)
      guard let known = recorded.steps.first(where: { $0.number == number }) else {
        return Divergence(place: "\(place), step \(number)", operation: "record of the step")
      }
      if let difference = Divergence(known, step, of: place) { return difference }
      progress(number)
    }
    return try divergence(of: trainer, atEndOf: segment, recorded, place)
  }

  /// How the state after the last step differs from the one that was kept.
  private func divergence(
    of trainer: Trainer, atEndOf segment: TrainingSegment, _ recorded: RunSummary.Arm,
    _ place: ArmAddress
  ) throws -> Divergence? {
    let place = "\(place), after step \(segment.steps.upperBound)"
    if let end = segment.end {
      return try Self.divergence(
        of: trainer.checkpointTensors, from: checkpoints.place(of: end.root), place)
    }
    guard let weights = recorded.digests["weights"] else {
      throw RunError(.damaged, "The record \(record.id) has no digest of its trained weights.")
    }
    let tensors = trainer.model.layout.tensors(of: trainer.model.parameters)
    if case .present = try store.lookUp(weights) {
      return try Self.divergence(of: tensors, from: store.place(of: weights), place)
    }
    let path = "\(NSTemporaryDirectory())replicate-audit-\(UUID().uuidString).safetensors"
    defer { unlink(path) }
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: ContainedPath(path))
    let found = try SHA256.digest(ofFileAt: path)
    return found == weights
      ? nil
      : Divergence(
        place: place, operation: "weights",
        note: "they have the SHA-256 \(found) against \(weights); the recorded ones are not at hand"
      )
  }

  /// The first tensor of a file that is not the one here.
  private static func divergence(
    of tensors: [SafetensorsWriter.Tensor], from path: ContainedPath, _ place: String
  ) throws -> Divergence? {
    let file = try path.withFolderDescriptor { try SafetensorsFile(contentsOf: path.path, in: $0) }
    for tensor in tensors {
      guard file.tensor(tensor.name)?.shape == tensor.shape else {
        return Divergence(place: place, operation: "shape of \(tensor.name)")
      }
      let stored = FloatBuffer(count: tensor.range.count)
      try file.read(tensor.name, into: stored.elements)
      let own = UnsafeRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: tensor.buffer.elements[tensor.range]))
      let other = UnsafeRawBufferPointer(stored.elements)
      guard !own.elementsEqual(other) else { continue }
      func captured(_ bytes: UnsafeRawBufferPointer) -> CapturedTensor {
        let columns = tensor.shape.last ?? 1
        return CapturedTensor(
          element: .float32, rows: tensor.range.count / max(columns, 1), columns: columns,
          bytes: Array(bytes))
      }
      return Divergence(
        place: place, operation: tensor.name,
        values: TensorDifference(captured(other), captured(own)))
    }
    return nil
  }
}
