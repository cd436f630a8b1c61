import Assets
import Files
import Foundation
import Manifests
import Provenance
import Records
import Tensors

extension Audit {
  /// Executes segments of every training again, chosen by the record's own digest and the auditor's nonce.
  func replay(_ inputs: AuditInputs) async throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .replay)
    let checkpoints = CheckpointStore(artifacts: run.artifacts)
    let (record, options, report) = (record, options, report)
    let replay = SegmentReplay(
      record: record, manifest: inputs.manifest, inputs: inputs.inputs,
      store: ArtifactStore(run.folder), checkpoints: checkpoints,
      keys: try trainingKeys(), threads: run.threads)
    let all = record.summary.arms.map {
      TrainingSegment.all(of: $0, in: record, checkpoints: checkpoints)
    }
    let chosen = zip(record.summary.arms, all).flatMap { arm, segments in
      TrainingSegment.chosen(
        options.replayCount, of: segments,
        by: AuditChallenge(
          record: record.digest, nonce: options.nonce, subject: "steps of \(arm.label)"))
    }
    guard !chosen.isEmpty else {
      entry.isDone = false
      entry.notes = ["Nothing was trained."]
      return entry
    }
    entry.findings = try await ComputeQueue.run {
      try chosen.compactMap { segment in
        report(.note("replays \(segment.text)"))
        return try Self.finding(segment, replay) { step in
          report(.note("step \(step) of \(segment.arm) is the recorded one"))
        }
      }
    }
    let done = entry.findings.isEmpty ? ", every bit as recorded" : ""
    let total = all.reduce(0) { $0 + $1.count }
    entry.notes = [
      "\(chosen.count) of \(English.count(total, "segment"))\(done): \(chosen.map(\.text).joined(separator: "; ")).",
      "Chosen by the record's SHA-256 and the nonce \(Self.hex(options.nonce)).",
      Self.detection(count: options.replayCount, of: all.filter { !$0.isEmpty }),
    ]
    if !entry.findings.isEmpty, inputs.manifest.numerics == .openblas {
      entry.notes.append(
        "The run computed with OpenBLAS, whose bits depend on its version and on the CPU: `replicate diff` of a run made here tells whether they are the same."
      )
    }
    return entry
  }

  /// What a segment, executed again, has against the record; nil if every bit is as recorded.
  ///
  /// A checkpoint that is damaged, or of another training, is a finding like any other.
  private static func finding(
    _ segment: TrainingSegment, _ replay: SegmentReplay, progress: (_ step: Int) -> Void
  ) throws -> String? {
    do {
      // A damaged start would be blamed on the training.
      if let start = segment.start,
        let finding = try replay.checkpoints.finding(start, threads: replay.threads)
      {
        return finding
      }
      return try replay.divergence(in: segment, progress: progress).map {
        "Replayed, \($0.sentence)"
      }
    } catch {
      return "\(segment.text) cannot be executed again as recorded: \(error)"
    }
  }

  /// What a replay of so many segments of every arm would have found, in a sentence.
  private static func detection(count: Int, of arms: [[TrainingSegment]]) -> String {
    // A segment is drawn as often as its share of the steps says; the shortest one is the least likely.
    let shares = arms.compactMap { segments -> Double? in
      let steps = segments.map(\.steps.count)
      return segments.count <= count
        ? nil : Double(steps.min() ?? 0) / Double(steps.reduce(0, +))
    }
    guard let share = shares.min() else {
      return "All segments were executed, so that a change of any step is found."
    }
    func missed(_ share: Double) -> Double {
      (0..<count).reduce(1) { missed, _ in missed * (1 - share) }
    }
    return
      "A change in one segment of one arm is found with a probability of at least \(percent(1 - missed(share))), a change in half of its steps with at least \(percent(1 - missed(0.5)))."
  }

  /// The keys of the trainings, as the log tells them.
  private func trainingKeys() throws -> [String: Digest] {
    var keys: [String: Digest] = [:]
    let history = try record.history()
    for training in TrainingHistory(history).trainings {
      guard let seed = training.arm.seed else { continue }
      keys[SegmentReplay.name(training.arm.arm, seed)] = training.key
    }
    return keys
  }
}
