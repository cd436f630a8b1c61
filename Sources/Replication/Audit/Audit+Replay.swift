import Foundation
import Provenance
import Tensors

extension Audit {
  /// Executes segments of the training again, chosen by the record's own digest and the auditor's nonce.
  func replay() async throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .replay)
    let checkpoints = CheckpointStore(artifacts: run.artifacts)
    let segments = TrainingSegment.all(of: record, checkpoints: checkpoints)
    guard options.replayCount > 0, !segments.isEmpty else {
      entry.isDone = false
      entry.notes = [
        segments.isEmpty
          ? "Nothing was trained."
          : "Not asked for; --replay K executes K of \(LogText.count(segments.count, "segment")) again."
      ]
      return entry
    }
    let chosen = SegmentChallenge(record: record.digest, nonce: options.nonce)
      .choice(of: options.replayCount, from: segments.count).map { segments[$0] }
    let replay = try await segmentReplay(checkpoints)
    let report = report
    let divergences = try await ComputeQueue.run {
      var divergences: [Divergence] = []
      for segment in chosen {
        report(.note("replays \(segment.text)"))
        // A damaged start would be blamed on the training.
        if let start = segment.start,
          let finding = try checkpoints.finding(start, threads: replay.inputs.engine.threads)
        {
          divergences.append(
            Divergence(place: segment.text, operation: "checkpoint", note: finding))
          continue
        }
        let divergence = try replay.divergence(in: segment) { step in
          report(.note("step \(step) of \(segment.arm) is the recorded one"))
        }
        if let divergence { divergences.append(divergence) }
      }
      return divergences
    }
    entry.findings = divergences.map { "Replayed, \($0.sentence)" }
    let done = divergences.isEmpty ? ", every bit as recorded" : ""
    entry.notes = [
      "\(chosen.count) of \(LogText.count(segments.count, "segment"))\(done): \(chosen.map(\.text).joined(separator: "; ")).",
      "Chosen by the record's SHA-256 and the nonce \(hex(options.nonce)).",
      Self.detection(count: chosen.count, total: segments.count),
    ]
    if !divergences.isEmpty, replay.manifest.numerics == .openblas {
      entry.notes.append(
        "The run computed with OpenBLAS, whose bits depend on its version and on the CPU: `replicate diff` of a run made here tells whether they are the same."
      )
    }
    return entry
  }

  /// What a replay of this many segments would have found, in a sentence.
  private static func detection(count: Int, total: Int) -> String {
    func percent(altered: Int) -> String {
      let probability = SegmentChallenge.detectionProbability(
        count: count, total: total, altered: altered)
      return "\(Decimals.fixed(100 * probability, 0)) %"
    }
    let half = (total + 1) / 2
    let several = total > 2 ? ", a change of \(half) with \(percent(altered: half))" : ""
    return
      "A change of one segment is found with a probability of \(percent(altered: 1))\(several)."
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.isEmpty
      ? "(none)"
      : bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// Everything that replays need, once it is sure that it belongs to the record.
  private func segmentReplay(_ checkpoints: CheckpointStore) async throws -> SegmentReplay {
    guard let file = manifest else {
      throw RunError(
        .notFound,
        "There is no manifest \(record.name) to take the inputs of a replay from; name the run's manifest with --manifest FILE."
      )
    }
    let path = "\(record.path)/\(RecordFile.manifest)"
    let recorded = try ManifestDecoder.decode(try OpenFile.contents(of: path), name: path)
    let names = record.summary.arms.map(\.name)
    guard
      try CanonicalJSON.digest(of: recorded.selecting(arms: names).canonical)
        == CanonicalJSON.digest(of: file.manifest.selecting(arms: names).canonical)
    else {
      throw RunError(
        .differs,
        "\(file.path) is not the manifest of the record \(record.id); name the one that it was run from with --manifest FILE."
      )
    }
    let optional = file.manifest.declaredArms.filter { $0.isOptional && names.contains($0.name) }
    let selected = try file.selecting(arms: optional.map(\.name))
    let runner = Runner(selected, options: run, report: report)
    let inputs = try await RunInputs(runner, quiet: false)
    return SegmentReplay(
      record: record, manifest: selected.manifest, inputs: inputs,
      store: ArtifactStore(root: "\(run.artifacts)/store"), checkpoints: checkpoints,
      keys: try trainingKeys())
  }

  /// The keys of the trainings, as the log tells them.
  private func trainingKeys() throws -> [String: Digest] {
    var keys: [String: Digest] = [:]
    for event in try RunHistory(recordAt: record.path, id: record.id).events
    where event.type == RecordedEvent.trainingStarted || event.type == RecordedEvent.trainingReused
    {
      let data = JSONField(event.data, source: "\(record.path)/\(RecordFile.events)")
      guard let seed = UInt64(try data["seed"].string()) else { continue }
      keys[SegmentReplay.name(try data["arm"].string(), seed)] = try data["key"].digest()
    }
    return keys
  }
}
