import Files
import Foundation
import Recipes
import Synchronization
import TestSupport
import Testing
import Training

@testable import Manifests
@testable import Records
@testable import Replication

/// What the plugin in Axolotl leaves, whole and damaged, without Axolotl: `AxolotlRunTests` has the real one.
@Suite("What Axolotl leaves of a training")
struct AxolotlProgressTests {
  private let folder: TemporaryFolder
  private var place: ContainedPath { ContainedPath(root: folder.path(of: "work")) }

  init() throws { folder = try TemporaryFolder() }

  // MARK: - Checkpoints

  /// A checkpoint as the plugin leaves it.
  private func writeCheckpoint(_ step: Int) throws -> ContainedPath {
    let checkpoint = place.appending("out/checkpoint-\(step)")
    try checkpoint.createFolder()
    var files = JSON.Object()
    for name in ["trainer_state.json", "optimizer.pt"] {
      let bytes = Array("\(name) \(step)".utf8)
      try AtomicFile.write(bytes, to: checkpoint.appending(name))
      files[name] = ["bytes": JSON(bytes.count), "sha256": JSON(SHA256.digest(of: bytes))]
    }
    try AtomicFile.write(
      Array(PythonJSON.line(["step": JSON(step), "files": .object(files)]).utf8),
      to: checkpoint.appending("replicate.json"))
    return checkpoint
  }

  @Test("goes on from the newest checkpoint that is whole, and removes those that are not")
  func checkpoints() throws {
    let out = place.appending("out")
    var notes: [String] = []
    func newest() throws -> Int? {
      try AxolotlCheckpoint.newest(in: out) { notes.append($0) }?.step
    }
    #expect(try newest() == nil)
    _ = try writeCheckpoint(5)
    let changed = try writeCheckpoint(10)
    try AtomicFile.write(Array("else".utf8), to: changed.appending("optimizer.pt"))
    // Of a kill while it was saved: no manifest yet.
    let unfinished = try writeCheckpoint(15)
    try unfinished.appending("replicate.json").remove()
    #expect(try newest() == 5)
    #expect(notes.count == 2 && notes[0].contains("15") && notes[1].contains("optimizer.pt"))
    #expect(try out.names() == ["checkpoint-5"])
  }

  // MARK: - Events

  private func training(_ others: [(arm: String, steps: [RunSummary.Step])] = []) throws
    -> ArmTraining
  {
    let digest = SHA256.digest(of: "examples")
    let examples = try PreparedExamples(
      (1...6).map { TrainingExample(inputIDs: [1, $0, $0 + 1], labels: [-100, $0, $0 + 1]) })
    return ArmTraining(
      arm: "sft", seed: 42,
      configuration: TrainingConfiguration(
        objective: .crossEntropy, learningRate: 1e-3, microBatchSize: 2, maximumSteps: 3, seed: 42),
      data: PreparedData(
        examples: examples, digest: digest,
        recorded: RecordedPreparation(
          seed: 42, tokensKey: digest, choiceKey: digest, tokens: digest, examples: digest)),
      key: SHA256.digest(of: "key"), folder: place,
      checkpointInterval: nil, keptInterval: nil,
      checkpoints: CheckpointStore(artifacts: folder.path(of: "artifacts")), others: others,
      interruption: Interruption())
  }

  private func listener(_ told: @escaping (Int) -> Void = { _ in }) -> ArmTraining.Listener {
    ArmTraining.Listener(
      trained: { _, step in told(step.number) }, resumed: { _, _ in }, kept: { _ in },
      stated: { _, _ in }, note: { _ in }, reached: { _ in })
  }

  private func line(
    _ step: Int, _ training: ArmTraining, loss: String = "2.5", batch: Digest? = nil
  )
    throws -> String
  {
    var batches = TrainingBatches(
      examples: training.data.examples, configuration: training.configuration)
    let own = SHA256.digest(of: try batches.bytes(ofStep: step))
    return
      #"{"event": "step", "step": \#(step), "loss": \#(loss), "gradient_norm": 1.5, "learning_rate": 0.001, "batch": "\#(batch ?? own)", "trainable_tokens": 4, "total_tokens": 6, "cross_entropy": 2.5, "entropy": 1.0, "weight": 1.0}"#
      + "\n"
  }

  private func read(_ text: String, _ training: ArmTraining) throws -> AxolotlProgress {
    try place.createFolder()
    var progress = try AxolotlProgress(
      folder: place, training: training, listener: listener(), ignored: [], upTo: nil)
    var batches = TrainingBatches(
      examples: training.data.examples, configuration: training.configuration)
    try AtomicFile.write(Array(text.utf8), to: place.appending("events.jsonl"))
    let asked = AxolotlConfiguration(
      Manifest.Axolotl(), training.configuration,
      AxolotlConfiguration.Job(
        totalSteps: 3, warmUpSteps: 0, sequenceLength: 8, checkpointInterval: nil, layerClass: "L",
        model: "m", folder: "f"))
    try progress.read(&batches, asked: asked)
    return progress
  }

  @Test("counts a training as done only when it was trained to the end and then saved")
  func success() throws {
    let training = try training()
    let steps = try (1...3).map { try line($0, training) }.joined()
    let trained = #"{"event": "trained", "step": 3}"# + "\n"
    let saved =
      #"{"event": "saved", "files": {"model.safetensors": {"bytes": 1, "sha256": "\#(SHA256.digest(of: "x"))"}}}"#
      + "\n"
    #expect(try read(steps + trained + saved, training).saved?.count == 1)
    #expect(try read(steps + saved, training).saved == nil)
    #expect(try read(steps + trained, training).saved == nil)
    #expect(try read(try line(1, training) + trained + saved, training).saved == nil)
    let stopped = try read(
      try line(1, training) + #"{"event": "stopped", "step": 1}"# + "\n", training)
    #expect(stopped.isStopped && stopped.saved == nil && stopped.steps.count == 1)
    // The end of a line that is still being written.
    #expect(try read(steps + trained + String(saved.dropLast(9)), training).saved == nil)
  }

  @Test("ends at a step that learned from other tokens, that is no number, or that was not due")
  func wrongSteps() throws {
    let training = try training()
    func message(_ text: String, _ training: ArmTraining) -> String {
      do {
        _ = try read(text, training)
        return ""
      } catch {
        return "\(error)"
      }
    }
    let other = SHA256.digest(of: "other")
    #expect(message(try line(1, training, batch: other), training).contains("other tokens"))
    #expect(message(try line(1, training, loss: "\"nan\""), training).contains("diverged"))
    #expect(message(try line(2, training), training).contains("step 1 was due"))
    #expect(message("rubbish\n", training).contains("events.jsonl"))
    let step = RunSummary.Step(number: 1, batchDigest: other, values: ["cross_entropy": 1])
    #expect(
      message(try line(1, training), try self.training([("base", [step])])).contains(
        "not comparable"))
    #expect(
      message(#"{"event": "started", "resolved": {"learning_rate": 0.1}}"# + "\n", training)
        .contains("'learning_rate: 0.001'"))
  }

  @Test("keeps the steps up to a checkpoint when it goes on, and none where some are missing")
  func resuming() throws {
    let training = try training()
    _ = try writeCheckpoint(2)
    let checkpoint = try #require(
      try AxolotlCheckpoint.newest(in: place.appending("out"), { _ in }))
    let events = place.appending("events.jsonl")
    func kept(_ text: String) throws -> Int {
      try AtomicFile.write(Array(text.utf8), to: events)
      return try AxolotlProgress(
        folder: place, training: training, listener: listener(), ignored: [], upTo: checkpoint
      ).steps.count
    }
    let lines = try (1...3).map { try line($0, training) }
    #expect(try kept(lines.joined()) == 2)
    #expect(try OpenFile.contents(of: events) == Array((lines[0] + lines[1]).utf8))
    #expect(try kept(lines[0] + lines[1] + #"{"event": "st"#) == 2)
    #expect(try kept(lines[0]) == 0)
    #expect(try OpenFile.contents(of: events).isEmpty)
  }

  // MARK: - Programs

  @Test(
    "tells how a program ended, keeps what it printed, and ends one that is not wanted any more")
  func programs() throws {
    let log = folder.path(of: "log")
    func status(_ script: String) throws -> Int32 {
      var program = try BackgroundProgram(
        ["/bin/sh", "-c", script], environment: ["WORD": "it's"], in: folder.path, log: log)
      return try program.wait {}
    }
    #expect(try status("pwd; echo $WORD; echo error >&2; exit 3") == 3)
    #expect(try status("kill -9 $$") == 137)
    let text = try String(contentsOfFile: log, encoding: .utf8)
    #expect(text.hasSuffix("it's\nerror\n"))
    #expect(LogTail(of: ContainedPath(log), lines: 1).sentence.contains("error"))
    #expect(try status("exec /nonexistent/program") != 0)
    var endless = try BackgroundProgram(
      ["/bin/sh", "-c", "sleep 1000 & wait"], environment: [:], in: folder.path, log: log)
    #expect(throws: EngineError.self) { _ = try endless.wait { throw EngineError.interrupted } }
  }
}
