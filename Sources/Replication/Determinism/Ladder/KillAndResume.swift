import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Records

/// Compares a run that is killed again and again, and resumed each time, with one that nobody disturbs.
struct KillAndResume: Sendable {
  /// The manifest, shortened already if it is to be.
  let manifest: Manifest
  let steps: Int?
  let child: LadderChild
  /// An empty folder.
  let folder: String
  /// Makes the inputs of the manifest available in an artifacts folder.
  let prepare: @Sendable (_ artifacts: String) async throws -> Void

  /// What the comparison came to.
  struct Result: Sendable {
    let divergences: [Divergence]
    let notes: [String]
    /// Whether the run was killed at all.
    let wasKilled: Bool
  }

  /// Runs both, and finds where they part.
  func run() async throws -> Result {
    let whole = try await record(killedAt: [], artifacts: "\(folder)/whole").record
    let counts = Dictionary(
      whole.summary.arms.map { ($0.name, $0.steps.count) }, uniquingKeysWith: min)
    let killed = try await record(
      killedAt: Self.points(manifest, steps: counts), artifacts: "\(folder)/killed")
    return Result(
      divergences: [try Self.divergence(whole, killed.record)].compactMap(\.self),
      notes: killed.notes, wasKilled: killed.wasKilled)
  }

  /// Points in every part of a run: before and after checkpoints, while one is written, between arms, in evaluations.
  ///
  /// `counts` has the number of training steps of every arm.
  static func points(_ manifest: Manifest, steps counts: [String: Int]) -> [RunPoint] {
    let arms = manifest.arms.filter { $0.treatment != .untouched }.map(\.name)
    var points: [RunPoint] = []
    func add(_ point: RunPoint, delay: Int = 0) {
      var point = point
      point.delay = delay
      if !points.contains(point) { points.append(point) }
    }
    func step(_ arm: String, _ number: Int) -> RunPoint {
      RunPoint(kind: .trained, arm: arm, step: number)
    }
    if let first = arms.first, let count = counts[first] {
      add(step(first, 1))
      let interval = manifest.training.checkpointInterval ?? count
      if interval < count {
        add(step(first, interval))
        add(step(first, interval), delay: 2)
        // Checkpoints become durable beside the next steps: only here is one certain to be gone on from.
        add(RunPoint(kind: .savedCheckpoint, arm: first, step: interval))
      }
      if interval < count / 2 { add(step(first, 2 * interval + 1)) }
      add(step(first, count))
      if let last = arms.dropFirst().last { add(step(last, (count + 1) / 2)) }
    }
    if let evaluation = manifest.evaluations.first, let arm = manifest.arms.first {
      add(RunPoint(kind: .evaluating, arm: arm.name, evaluation: evaluation.name))
    }
    if let evaluation = manifest.evaluations.last, let arm = manifest.arms.last {
      add(RunPoint(kind: .evaluating, arm: arm.name, evaluation: evaluation.name))
    }
    return points
  }

  /// The record of a run that is killed at each of `points` in turn and then left alone.
  private func record(
    killedAt points: [RunPoint], artifacts: String
  ) async throws -> (record: SealedRecord, notes: [String], wasKilled: Bool) {
    try await prepare(artifacts)
    var (tried, missed): ([String], [String]) = ([], [])
    for point in points {
      let request = KillableRun.Request(steps: steps, kill: point)
      switch try await child.run(request, artifacts: artifacts) {
      case .killed: tried.append(point.text)
      case .finished: missed.append(point.text)
      }
    }
    _ = try await child.run(KillableRun.Request(steps: steps), artifacts: artifacts)
    let store = RunStore(artifacts: artifacts)
    guard let id = try store.ids().first else {
      throw DeterminismError(.child, "A run that was to leave a record left none in \(store.path).")
    }
    var notes: [String] = []
    if !tried.isEmpty { notes.append("killed \(tried.joined(separator: ", "))") }
    if !missed.isEmpty {
      notes.append("over before it was killed \(missed.joined(separator: ", "))")
    }
    let place = store.place(of: id)
    if !tried.isEmpty {
      let count = TrainingHistory(try RunHistory(recordAt: place, id: id)).resumptions
      notes.append(
        count > 0
          ? "went on from a checkpoint \(English.count(count, "time"))"
          : "no kill lay behind a checkpoint, so none was resumed from")
    }
    return (try SealedRecord(at: place), notes, !tried.isEmpty)
  }

  // MARK: - Comparison

  /// Where two records part.
  static func divergence(_ whole: SealedRecord, _ resumed: SealedRecord) throws -> Divergence? {
    for (a, b) in zip(whole.summary.arms, resumed.summary.arms) where a != b {
      let arm = ArmAddress(name: a.name, seed: a.unsignedSeed)
      for (left, right) in zip(a.steps, b.steps) {
        if let difference = Divergence(left, right, of: arm) { return difference }
      }
      if a.steps.count != b.steps.count {
        return Divergence(place: "\(arm)", operation: "number of training steps")
      }
      for name in a.digests.keys.sorted() where a.digests[name] != b.digests[name] {
        return Divergence(place: "\(arm)", operation: "digest of the \(name)")
      }
    }
    // Samples say more than the metrics that follow from them. Every session notes its code, which may have changed.
    let (files, others) = (
      whole.files.filter { !$0.isOfCode }, resumed.files.filter { !$0.isOfCode }
    )
    for (a, b) in zip(files, others) where a != b {
      return try sampleDivergence(a, whole, resumed)
    }
    if files.count != others.count || whole.sampleTree != resumed.sampleTree {
      return Divergence(place: "record", operation: "files")
    }
    if whole.checkpoints != resumed.checkpoints {
      let first = zip(whole.checkpoints, resumed.checkpoints).first { $0 != $1 }?.0
      return Divergence(
        place: first?.arm ?? "record",
        operation: first.map { "kept checkpoint after step \($0.step)" } ?? "kept checkpoints")
    }
    guard whole.resultsDigest != resumed.resultsDigest else { return nil }
    return Divergence(place: "record", operation: "results")
  }

  private static func sampleDivergence(
    _ file: RecordFile, _ whole: SealedRecord, _ resumed: SealedRecord
  ) throws -> Divergence {
    let lines = try [whole, resumed].map { record in
      try record.contents(of: file.name).split(separator: UInt8(ascii: "\n"))
    }
    let index = zip(lines[0], lines[1]).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    var note: String?
    if let index {
      let texts = lines.map { String(decoding: $0[index], as: UTF8.self) }
      note = TextDifference(texts[0], texts[1]).map { "they differ at \($0.text)" }
    }
    return Divergence(
      place: file.name, operation: index.map { "line \($0 + 1)" } ?? "number of lines", note: note)
  }
}
