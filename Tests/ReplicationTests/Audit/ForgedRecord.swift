import Foundation
import Scoring
import TestSupport
import Testing

@testable import Files
@testable import Manifests
@testable import Provenance
@testable import Records

/// A sealed record taken apart, to be changed and sealed anew by somebody who has all of this program.
///
/// What follows from other content follows here too: scores and metrics from answers, events from results, digests, the
/// chain and the identity from everything. Nothing that was not changed differs by a byte.
struct ForgedRecord {
  /// The files but the samples, by name.
  var files: [String: [UInt8]] = [:]
  /// The samples by the names of their files.
  var samples: [String: [SampleResult]] = [:]
  var events: [(time: String, type: String, data: JSON)] = []
  var summary: RunSummary
  var checkpoints: [KeptCheckpoint]
  /// What the identity is made from.
  var basis: JSON
  /// Whether the metrics are computed from the samples, and the log's results told as in the summary.
  var followsResults = true

  private let old: SealedRecord

  init(_ record: SealedRecord) throws {
    old = record
    summary = record.summary
    checkpoints = record.checkpoints
    for file in record.files {
      let bytes = try OpenFile.contents(of: "\(record.path)/\(file.name)")
      if RecordFile.isOfSamples(file.name) {
        samples[file.name] = try bytes.split(separator: UInt8(ascii: "\n")).map {
          try SampleResult(jsonLine: $0)
        }
      } else {
        files[file.name] = bytes
      }
    }
    events = try EventLog.read(record.place.appending(RecordFile.events), recordID: record.id)
      .events.map { ($0.time, $0.type, $0.data) }
    basis = events[0].data["identity_basis"] ?? .null
  }

  // MARK: - Changes

  /// Changes the arms of a name.
  mutating func change(_ arm: String, _ change: (inout RunSummary.Arm) -> Void) {
    for index in summary.arms.indices where summary.arms[index].name == arm {
      change(&summary.arms[index])
    }
  }

  /// Changes every step of every trained arm.
  mutating func changeSteps(_ change: (inout RunSummary.Step) -> Void) {
    for arm in summary.arms.indices {
      for step in summary.arms[arm].steps.indices { change(&summary.arms[arm].steps[step]) }
    }
  }

  /// The name of the file with an arm's samples.
  func name(_ evaluation: String, _ arm: String) -> String {
    RecordFile.samples(evaluation: evaluation, arm: arm, seed: arm == "base" ? nil : 42)
  }

  /// Answers documents of some arms otherwise, and scores the answers as they deserve.
  mutating func answer(
    _ evaluation: String, _ arms: [String] = ["base", "sft", "eaft"],
    _ change: (_ sample: SampleResult, _ index: Int) -> Answer?
  ) throws {
    let benchmark = try #require(Benchmark.all.first { $0.name == evaluation })
    for arm in arms {
      let name = name(evaluation, arm)
      let own = try #require(samples[name])
      samples[name] = try own.enumerated().map { index, sample in
        guard let answer = change(sample, index),
          let task = benchmark.tasks.first(where: { $0.name == sample.task })
        else { return sample }
        return try SampleResult(
          task: task, documentIndex: sample.documentIndex, prompt: answer.prompt ?? sample.prompt,
          target: answer.target ?? sample.target, source: answer.source ?? sample.source,
          response: answer.response ?? sample.response,
          truncatedTokens: answer.truncatedTokens ?? sample.truncatedTokens)
      }
    }
  }

  /// What is otherwise in an answered document.
  struct Answer {
    var prompt: String?
    var target: String?
    var source: String?
    var response: SampleResult.Response?
    var truncatedTokens: Int?
  }

  // MARK: - Sealing

  /// Puts the changed record in the place of the old one.
  func seal(in store: RunStore) throws {
    var (results, files) = (summary, files)
    for (name, lines) in samples {
      files[name] = Array(lines.map { $0.jsonLine + "\n" }.joined().utf8)
    }
    if followsResults { try computeMetrics(&results) }
    let listed = files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let identity = basis == .null ? old.identity : try CanonicalJSON.digest(of: basis)
    let id = RunID.id(identity: identity, attempt: old.attempt)
    let folder = store.path(of: id)
    try FileManager.default.removeItem(atPath: old.path)
    var recorded: [RecordFile] = []
    for name in listed {
      let bytes = try #require(files[name])
      let path = "\(folder)/\(name)"
      try AtomicFile.createFolder(URL(filePath: path).deletingLastPathComponent().path)
      try Data(bytes).write(to: URL(filePath: path))
      recorded.append(
        RecordFile(name: name, byteCount: bytes.count, digest: SHA256.digest(of: bytes)))
    }
    let contents = SealedRecord.Contents(
      summary: results, files: recorded, checkpoints: checkpoints,
      samples: try SampleTree(recorded, in: RecordEvidence(at: ContainedPath(root: folder))))
    try write(
      events(results, recorded, id: id, identity: identity, seal: try contents.seal),
      of: id, to: "\(folder)/\(RecordFile.events)")
    let history = try RunHistory(recordAt: ContainedPath(root: folder), id: id)
    let bytes = try CanonicalJSON.encode(
      SealedRecord.json(
        id: id, name: history.name, identity: identity, attempt: old.attempt,
        created: history.created, sealed: history.last, sessions: history.sessions, contents,
        eventCount: history.chain.count, chainHead: history.chain.head))
    try Data(bytes).write(to: URL(filePath: "\(folder)/\(RecordFile.summary)"))
  }

  private func write(
    _ events: [(time: String, type: String, data: JSON)], of id: String, to path: String
  ) throws {
    var chain = EventChain(recordID: id)
    var bytes: [UInt8] = []
    for (index, event) in events.enumerated() {
      let line = try Event(index: index, time: event.time, type: event.type, data: event.data)
        .line(previous: chain.head)
      line.withUnsafeBytes { chain.append($0) }
      bytes += line
    }
    try Data(bytes).write(to: URL(filePath: path))
  }

  private func computeMetrics(_ results: inout RunSummary) throws {
    let path = RecordFile.manifest
    guard let manifest = try? ManifestDecoder.decode(files[path] ?? [], name: path) else { return }
    for index in results.arms.indices {
      let arm = results.arms[index]
      results.arms[index].metrics = try manifest.evaluations.flatMap { evaluation in
        let name = RecordFile.samples(
          evaluation: evaluation.name, arm: arm.name, seed: arm.unsignedSeed)
        let benchmark = evaluation.benchmark
        let tasks = try benchmark.tasks.map { task in
          try TaskResult(
            task: task, samples: (samples[name] ?? []).filter { $0.task == task.name })
        }
        return BenchmarkResult(benchmark, tasks: tasks).summary(of: evaluation.name)
      }
    }
  }

  /// The events, as a run of the changed content would have told them.
  private func events(
    _ results: RunSummary, _ files: [RecordFile], id: String, identity: Digest, seal: JSON
  ) -> [(time: String, type: String, data: JSON)] {
    var told: [(time: String, type: String, data: JSON)] = []
    var announced: Set<String> = []
    for event in events {
      var data = event.data.objectValue ?? JSON.Object()
      let arm = results.arms.first {
        $0.name == event.data["arm"]?.stringValue
          && $0.seed.map(String.init) == event.data["seed"]?.stringValue
      }
      switch event.type {
      case RecordedEvent.Kind.created.rawValue:
        data["record_id"] = .string(id)
        data["identity"] = JSON(identity)
        if basis != .null { data["identity_basis"] = basis }
        data["manifest_sha256"] = files.first { $0.name == RecordFile.manifest }
          .map { JSON($0.digest) }
      case RecordedEvent.Kind.fileAdded.rawValue:
        guard let file = files.first(where: { $0.name == event.data["name"]?.stringValue }) else {
          continue
        }
        announced.insert(file.name)
        told.append((event.time, event.type, file.json))
        continue
      case RecordedEvent.Kind.trainingStep.rawValue where followsResults:
        guard let number = event.data["step"]?["step"]?.integerValue,
          let step = arm?.steps.first(where: { $0.number == number })
        else { continue }
        data["step"] = step.json
      case RecordedEvent.Kind.trainingFinished.rawValue where followsResults:
        guard let weights = arm?.digests["weights"] else { continue }
        data["weights"] = JSON(weights)
      case RecordedEvent.Kind.evaluationFinished.rawValue:
        guard let evaluation = event.data["evaluation"]?.stringValue,
          let name = event.data["arm"]?.stringValue
        else { continue }
        let seed = event.data["seed"]?.stringValue.flatMap { UInt64($0) }
        let file = RecordFile.samples(evaluation: evaluation, arm: name, seed: seed)
        guard let digest = files.first(where: { $0.name == file })?.digest else { continue }
        data["samples"] = JSON(digest)
      case RecordedEvent.Kind.sealed.rawValue:
        for file in files where !announced.contains(file.name) {
          told.append((event.time, RecordedEvent.Kind.fileAdded.rawValue, file.json))
        }
        told.append((event.time, event.type, seal))
        continue
      default:
        told.append(event)
        continue
      }
      told.append((event.time, event.type, .object(data)))
    }
    return told
  }
}
