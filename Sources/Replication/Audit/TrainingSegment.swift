import Foundation
import Provenance
import Records

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
    "\(ArmAddress(name: arm, seed: seed)), steps \(steps.lowerBound) to \(steps.upperBound)"
  }

  /// The segments of a trained arm of a record, cut where a kept checkpoint is still there.
  ///
  /// None of an arm that was not trained, or whose steps are not 1, 2, 3 and so on.
  static func all(
    of arm: RunSummary.Arm, in record: SealedRecord, checkpoints: CheckpointStore
  ) -> [TrainingSegment] {
    let last = arm.steps.count
    guard let seed = arm.unsignedSeed, last > 0, arm.steps.map(\.number) == Array(1...last) else {
      return []
    }
    var kept: [KeptCheckpoint] = []
    for checkpoint in record.checkpoints
    where checkpoint.arm == arm.name && checkpoint.seed == seed
      && (1..<last).contains(checkpoint.step) && checkpoint.step > kept.last?.step ?? 0
      && checkpoints.contains(checkpoint)
    {
      kept.append(checkpoint)
    }
    let starts = [nil] + kept.map(Optional.some)
    let ends = kept.map(Optional.some) + [nil]
    return zip(starts, ends).map { start, end in
      TrainingSegment(
        arm: arm.name, seed: seed, start: start, end: end,
        steps: (start?.step ?? 0) + 1...(end?.step ?? last))
    }
  }

  /// `count` of some segments of one training, in their order; all of them if there are no more.
  ///
  /// Steps are drawn, not segments, so that nobody hides much of a training in one long segment.
  static func chosen(
    _ count: Int, of segments: [TrainingSegment], by challenge: AuditChallenge
  ) -> [TrainingSegment] {
    let steps = segments.reduce(0) { $0 + $1.steps.count }
    var chosen: Set<Int> = []
    for step in challenge.draws(of: steps, from: steps).map({ $0 + 1 })
    where chosen.count < count {
      if let index = segments.firstIndex(where: { $0.steps.contains(step) }) {
        chosen.insert(index)
      }
    }
    return chosen.sorted().map { segments[$0] }
  }
}
