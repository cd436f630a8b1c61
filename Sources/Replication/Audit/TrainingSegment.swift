import Foundation
import Provenance

/// A part of a training that can be executed again: between two states that are at hand.
struct TrainingSegment: Sendable, Equatable {
  /// The arm and its seed.
  let arm: String
  let seed: UInt64
  /// The kept checkpoint that it begins with; nil for the untouched model.
  let start: KeptCheckpoint?
  /// The kept checkpoint that it ends with; nil for the trained weights.
  let end: KeptCheckpoint?
  /// The steps that are done in it, from 1.
  let steps: ClosedRange<Int>

  /// The segment in words.
  var text: String {
    "\(ExecutionTrace.Arm(name: arm, seed: seed)), steps \(steps.lowerBound) to \(steps.upperBound)"
  }

  /// The segments of all trained arms of a record, cut where a kept checkpoint is still there.
  static func all(of record: SealedRecord, checkpoints: CheckpointStore) -> [TrainingSegment] {
    record.summary.arms.flatMap { arm -> [TrainingSegment] in
      guard let seed = arm.seed.map({ UInt64(clamping: $0) }), let last = arm.steps.last?.number
      else { return [] }
      let kept = record.checkpoints.filter {
        $0.arm == arm.name && $0.seed == seed && (1..<last).contains($0.step)
          && checkpoints.contains($0)
      }
      let starts = [nil] + kept.map(Optional.some)
      let ends = kept.map(Optional.some) + [nil]
      return zip(starts, ends).map { start, end in
        TrainingSegment(
          arm: arm.name, seed: seed, start: start, end: end,
          steps: (start?.step ?? 0) + 1...(end?.step ?? last))
      }
    }
  }
}
