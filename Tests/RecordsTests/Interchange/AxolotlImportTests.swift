import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records

/// An entry of a log.
private func entry(
  _ step: Int, loss: String = "2.51234",
  rest: String = #", "grad_norm": 1.5, "learning_rate": 0.001"#
) -> String { #"{"step": \#(step), "loss": \#(loss)\#(rest)}"# }

/// A training that Axolotl 0.19 did by hand (`Tests/AxolotlEngine/train_by_hand.py`), and folders that were made up.
@Suite("What a training with Axolotl left, imported") struct AxolotlImportTests {
  private let interchange: InterchangeFixtures
  private var folder: TemporaryFolder { interchange.folder }
  private var out: String { folder.path(of: "training") }

  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/axolotl/eaft").path

  init() throws { interchange = try InterchangeFixtures() }

  // MARK: - Folders

  /// The real folder, with what stands for its weights.
  private func copyFixture() throws {
    try FileManager.default.copyItem(atPath: Self.fixture, toPath: out)
    _ = try folder.write(Array("weights".utf8), to: "training/model.safetensors")
  }

  /// Writes a log with these entries.
  private func writeLog(_ entries: [String], done: Int? = nil, to name: String = "training") throws
  {
    let text =
      #"{"global_step": \#(done ?? entries.count), "max_steps": \#(done ?? entries.count), "log_history": [\#(entries.joined(separator: ", "))]}"#
    _ = try folder.write(Array(text.utf8), to: "\(name)/trainer_state.json")
  }

  private static func event(_ step: Int, loss: String = "2.51234", batch: String = "b") -> String {
    #"{"event": "step", "step": \#(step), "loss": \#(loss), "gradient_norm": 1.5, "learning_rate": 0.001, "batch": "\#(SHA256.digest(of: "\(batch) \(step)"))", "trainable_tokens": 4, "total_tokens": 6, "cross_entropy": 2.5, "entropy": "nan", "weight": 1.0}"#
  }

  private static let started =
    #"{"event": "started", "step": 0, "versions": {"axolotl": "0.19.0"}, "resolved": {"seed": 7, "base_model": "tiny"}}"#

  private func writeEvents(_ lines: [String], end: String = "\n") throws {
    _ = try folder.write(
      Array((lines.joined(separator: "\n") + end).utf8), to: "training/events.jsonl")
  }

  private func read() throws -> AxolotlFolder {
    try AxolotlFolder(out, settings: nil, events: nil)
  }

  private func run(
    arm: String = "eaft", seed: Int? = nil, settings: String? = nil, withResults: Bool = false
  ) throws -> AxolotlImport.Outcome {
    try AxolotlImport(
      out, settings: settings,
      results: withResults
        ? .init(folder.path(of: "out"), names: TaskNames(), date: nil, languageData: nil) : nil,
      arm: arm, seed: seed, artifacts: folder.path(of: "art")
    ).run()
  }

  /// What is said instead of reading the folder; nothing if it is read.
  private func refusal() -> String {
    do {
      _ = try read()
      return ""
    } catch {
      #expect(
        error is InterchangeError || error is LogError || error is FileError
          || error is ManifestError, "\(error)")
      return "\(error)"
    }
  }

  // MARK: - The real one

  @Test("is a record with the steps as they were logged, and with a list of what is not known")
  func real() throws {
    try copyFixture()
    let outcome = try run()
    let record = outcome.record
    #expect(try record.findings().isEmpty && record.isImported && record.engines == ["import"])
    let arm = record.summary.arms[0]
    #expect(arm.name == "eaft" && arm.seed == 42 && arm.steps.map(\.number) == Array(1...20))
    #expect(arm.digests == ["model.safetensors": SHA256.digest(of: "weights")])
    #expect(arm.steps.allSatisfy { $0.batchDigest == nil && $0.values.count == 3 })
    let log = try JSONParser.parse(
      try OpenFile.contents(of: "\(Self.fixture)/checkpoint-20/trainer_state.json"),
      dialect: .python)
    let last = log["log_history"]?.arrayValue?.last { $0["loss"] != nil }
    #expect(last?["loss"]?.doubleValue == arm.steps[19].values["loss"])
    #expect(last?["grad_norm"]?.doubleValue == arm.steps[19].values["gradient_norm"])
    let training = try #require(record.summary.details["training"])
    #expect(training["axolotl"] == "0.19.0" && training["settings"]?["eaft_k"] == "20")
    #expect(training["steps_done"] == 20 && training["dtype"] == "float32")
    #expect(
      record.summary.unknowns.map(\.subject) == [
        "initial weights", "data", "batches", "settings", "environment", "final weights",
      ])
    #expect(
      record.files.map(\.name).filter { $0.hasPrefix("source/") } == [
        "source/training/README.md", "source/training/config.json",
        "source/training/trainer_state.json",
      ])
    #expect(try record.importedTrainingFindings().isEmpty)
    #expect(outcome.exitCode == 0 && outcome.text.plain.contains("20 logged steps up to step 20"))
    let overview = try RecordOverview(record.id, artifacts: folder.path(of: "art"))
    #expect(overview.unknowns == record.summary.unknowns && overview.findings.isEmpty)
    let evidence = try ReportEvidence(
      [record.id], artifacts: folder.path(of: "art"), expectations: nil)
    #expect(record.summary.unknowns.allSatisfy(evidence.unknowns.contains))
    #expect(evidence.unknowns.allSatisfy { $0.subject != "trainings" })
    // Whoever takes it for output of the harness is told.
    let error = #expect(throws: InterchangeError.self) {
      try HarnessImport(out, languageData: nil, artifacts: folder.path(of: "art")).run()
    }
    #expect(error?.message.contains("replicate import axolotl") == true)
    // The same folder again is the same record.
    let again = try run()
    #expect(again.reuse != nil && again.record == record)
  }

  @Test("holds what the harness said of the same model too, and is judged by it")
  func results() throws {
    try copyFixture()
    try interchange.write()
    let outcome = try run(withResults: true)
    let record = outcome.record
    #expect(try record.findings().isEmpty && outcome.comparison?.isSame == true)
    #expect(record.files.contains { $0.name == "samples/gsm8k.eaft.42.jsonl" })
    #expect(record.summary.arms[0].metrics.contains { $0.task == "mmlu" && $0.count == 5 })
    #expect(record.summary.unknowns.contains { $0.subject == "weights" })
    let text = """
      schema: 1
      name: post
      title: A post
      sources: {post: {title: Post, location: here}}
      arms: {eaft: EAFT}
      unit: fraction
      cells:
        - {task: gsm8k, metric: "exact_match,strict-match", label: X, n: 2, values: {eaft: {value: "0.5", band: {kind: rounding}}}}
      """
    let path = try folder.write(Array(text.utf8), to: "post.yaml")
    let check = try RecordCheck(
      [record.path], artifacts: "nowhere", expectations: ExperimentFile.read(path)
    ).run()
    #expect(check.judgement.exitCode == 0 && check.judgement.hasImports)
    let rescored = try RecordRescoring(record, languageData: nil).run()
    #expect(rescored.exitCode == 0 && rescored.documents == 15)
  }

  @Test("of one model under two names is refused as two arms")
  func sameWeights() throws {
    try copyFixture()
    let records = [try run(arm: "eaft").record, try run(arm: "sft").record]
    let error = #expect(throws: RunError.self) { try ImportedModel.check(records) }
    #expect(error?.message.contains("their weights are the same") == true)
  }

  @Test("has its seed from what Axolotl was told, or from whoever imports it without contradiction")
  func seeds() throws {
    try copyFixture()
    #expect(throws: InterchangeError.self) { try run(seed: 43) }
    let settings = try folder.write(Array("seed: 7\nbase_model: m\nlist: [1]\n".utf8), to: "a.yaml")
    let told = try run(settings: settings).record
    #expect(told.summary.arms[0].seed == 7 && told.name == "import of m")
    #expect(told.files.contains { $0.name == "source/training/axolotl.yaml" })
    try FileManager.default.removeItem(atPath: "\(out)/README.md")
    let unknown = try run().record.summary
    #expect(unknown.arms[0].seed == nil)
    #expect(unknown.unknowns.contains { $0.subject == "seed" })
    #expect(unknown.unknowns.contains { $0.sentence.contains("no model card") })
    #expect(try run(seed: 9).record.summary.arms[0].seed == 9)
    let broken = try folder.write(Array("seed: [".utf8), to: "b.yaml")
    #expect(throws: ManifestError.self) { try run(settings: broken) }
  }

  // MARK: - Logs

  @Test("says what a log left out: digits, steps, norms, the end")
  func unknowns() throws {
    func unknowns(_ entries: [String], done: Int? = nil) throws -> [String] {
      try writeLog(entries, done: done)
      return try read().training.unknowns.map(\.subject).filter {
        ["losses", "steps", "end"].contains($0)
      }
    }
    #expect(try unknowns([entry(1), entry(2)]) == [])
    #expect(try unknowns([entry(1, loss: "2.5123")]) == ["losses"])
    #expect(try unknowns([entry(5), entry(10)], done: 10) == ["steps"])
    #expect(try unknowns([entry(1, rest: "")]) == ["steps", "steps"])
    #expect(try unknowns([entry(1)], done: 3) == ["end"])
  }

  @Test("takes a loss that is no number as it is, and says so")
  func diverged() throws {
    try writeLog([entry(1), entry(2, loss: "NaN"), entry(3, loss: "Infinity")])
    let outcome = try run()
    #expect(outcome.record.summary.arms[0].steps[1].values["loss"]?.isNaN == true)
    #expect(outcome.text.plain.contains("From step 2 on a loss is no finite number"))
    #expect(try outcome.record.importedTrainingFindings().isEmpty)
  }

  @Test(
    "is refused with a sentence where its log is none",
    arguments: [
      ([entry(1), entry(1, loss: "3.0")], "step 1 has 2 values of loss"),
      ([entry(0)], "step 0 is logged"), ([entry(2)], "step 2 is logged, but 1 were done"),
      ([entry(1, loss: "\"low\"")], "has the loss \"low\", which is no number"),
      ([#"{"loss": 1}"#], "log_history[0].step"), (["3"], "log_history[0] must be an object"),
      ([#"{"step": 1, "eval_loss": 1}"#], "tells of no step"),
      ([String(repeating: "[", count: 500)], "deep"),
    ])
  func damagedLogs(entries: [String], expected: String) throws {
    try writeLog(entries)
    #expect(refusal().contains(expected), "\(refusal())")
  }

  @Test("is read from the last checkpoint that has a log, and from no folder of another name")
  func checkpoints() throws {
    #expect(throws: (any Error).self) { try read() }
    for name in ["..", "007", "-1", "9 ", ""].map({ "checkpoint-\($0)" }) {
      try writeLog([entry(1)], to: "training/\(name)")
    }
    try writeLog([entry(1)], to: "training/checkpoint-99999999999999999999999")
    try FileManager.default.createDirectory(
      atPath: "\(out)/checkpoint-30", withIntermediateDirectories: true)
    #expect(refusal().contains("tells of no step of a training"))
    try writeLog([entry(1)], to: "training/checkpoint-5")
    try writeLog([entry(1), entry(2)], to: "training/checkpoint-20")
    #expect(try read().training.steps.count == 2)
    try writeLog([entry(1), entry(2), entry(3)])
    #expect(try read().training.steps.count == 3)
  }

  @Test(
    "follows no link in the folder",
    arguments: [
      "trainer_state.json", "README.md", "config.json", "model.safetensors", "checkpoint-1",
    ])
  func links(name: String) throws {
    let secret = try folder.write(Array("{}".utf8), to: "secret")
    if name != "trainer_state.json", name != "checkpoint-1" { try writeLog([entry(1)]) }
    if name == "checkpoint-1" { try writeLog([entry(1)], to: "elsewhere") }
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(out)/\(name)",
      withDestinationPath: name == "checkpoint-1" ? folder.path(of: "elsewhere") : secret)
    #expect(refusal().contains("is a link"), "\(refusal())")
  }

  @Test("is refused by its size before it is read")
  func huge() throws {
    try writeLog([entry(1)])
    for (name, size) in [("README.md", 1 << 25), ("trainer_state.json", (1 << 30) + 1)] {
      let path = try folder.write([], to: "training/\(name)")
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: UInt64(size))
      #expect(refusal().contains("\(name) has \(size) bytes; a file of its kind"), "\(refusal())")
    }
  }

  // MARK: - The plugin

  @Test("has batches and all values of a step where the plugin of this program was used")
  func plugin() throws {
    try writeLog([entry(1, loss: "2.5123"), entry(2)])
    let digest = SHA256.digest(of: "weights")
    _ = try folder.write(Array("weights".utf8), to: "training/model.safetensors")
    let saved =
      #"{"event": "saved", "files": {"model.safetensors": {"bytes": 7, "sha256": "\#(digest)"}}}"#
    try writeEvents([Self.started, Self.event(1), Self.event(2), saved])
    let record = try run().record
    let arm = record.summary.arms[0]
    #expect(arm.seed == 7 && arm.steps.count == 2)
    #expect(arm.steps[0].batchDigest == SHA256.digest(of: "b 1"))
    #expect(arm.steps[1].values["entropy"]?.isNaN == true && arm.steps[1].values.count == 8)
    #expect(record.summary.unknowns.map(\.subject) == ["initial weights", "data"])
    let history = try record.history()
    #expect(
      history.events.contains {
        if case .engineStated(let arm, "axolotl", _) = $0.content { arm.seed == 7 } else { false }
      })
    // Other weights than those that the plugin saw.
    _ = try folder.write(Array("others".utf8), to: "training/model.safetensors")
    #expect(refusal().contains("is not what Axolotl saved"))
  }

  @Test("takes the steps of a training that went on at a checkpoint as they were done last")
  func resumed() throws {
    let again = Self.started.replacing(#""step": 0"#, with: #""step": 1"#)
    try writeEvents(
      [
        Self.started, Self.event(1), Self.event(2, batch: "old"), again, Self.event(2),
        Self.event(3),
      ], end: "\n{\"event\": \"st")
    let steps = try read().training.steps
    #expect(steps.map(\.number) == [1, 2, 3])
    #expect(steps[1].batchDigest == SHA256.digest(of: "b 2"))
    try writeEvents([Self.started, Self.event(2), Self.event(1)])
    #expect(refusal().contains("line 3: step 1 comes after step 2"))
    try writeEvents([again, Self.event(2)])
    #expect(refusal().contains("training goes on after step 1"))
    try writeEvents([Self.event(1), "rubbish"])
    #expect(refusal().contains("line 2"))
    try writeEvents([Self.event(1).replacing("gradient_norm", with: "norm")])
    #expect(refusal().contains("gradient_norm"))
  }

  @Test("is refused where log and plugin tell of different trainings")
  func contradiction() throws {
    try writeLog([entry(1), entry(2, loss: "2.6")])
    try writeEvents([Self.started, Self.event(1), Self.event(2)])
    #expect(refusal().contains("at step 2 the loss is 2.6 in one and 2.51234 in the other"))
  }

  // MARK: - Audits

  @Test("is no intact record where it has other steps than its own files tell of")
  func forged() throws {
    try copyFixture()
    let evidence = try read()
    let bytes = try #require(evidence.files[.log])
    var steps = evidence.training.steps
    steps[3].values["loss"] = 1
    let record = try Imported.record(
      of: "m", by: "axolotl", description: [], artifacts: folder.path(of: "art")
    ) { record in
      try record.write(bytes, to: ImportedTraining.File.log.nameInRecord)
      return RunSummary(arms: [.init(name: "eaft", seed: nil, steps: steps)])
    }.sealed
    #expect(try record.findings().isEmpty)
    #expect(try record.importedTrainingFindings().first?.contains("has other steps") == true)
  }

  @Test("is read or refused with a sentence whatever its files hold")
  func mutations() throws {
    try copyFixture()
    try expectSentences(["checkpoint-20/trainer_state.json", "README.md", "config.json"])
    try FileManager.default.removeItem(atPath: out)
    try writeEvents([Self.started] + (1...3).map { Self.event($0) })
    try expectSentences(["events.jsonl"])
  }

  /// Changes these files again and again.
  private func expectSentences(_ names: [String]) throws {
    let files = try names.map { ("\(out)/\($0)", try OpenFile.contents(of: "\(out)/\($0)")) }
    var readCount = 0
    try fuzz(100) { round, generator in
      let (path, bytes) = files[round % files.count]
      try put(
        round.isMultiple(of: 5) ? nudged(bytes, &generator) : mutated(bytes, &generator), path)
      if refusal().isEmpty {
        readCount += 1
        let training = try read().training
        _ = try CanonicalJSON.encode(training.details)
        let numbers = training.steps.map(\.number)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(training.unknowns.count >= 2)
      }
      try put(bytes, path)
    }
    #expect(readCount > 10)
  }
}
