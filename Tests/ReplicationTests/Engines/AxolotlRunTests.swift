import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

/// Runs of the real Axolotl and the real lm-evaluation-harness, on CPUs, minutes a test.
///
/// REPLICATE_AXOLOTL names an artifacts folder in which
/// `replicate engine setup axolotl` installed them, REPLICATE_AXOLOTL_VERSION the version (0.19.0).
@Suite(
  "Runs with Axolotl", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_AXOLOTL"] != nil))
struct AxolotlRunTests {
  private let toy: AxolotlToy
  private let variables = ProcessInfo.processInfo.environment

  init() throws {
    let version = ProcessInfo.processInfo.environment["REPLICATE_AXOLOTL_VERSION"] ?? "0.19.0"
    toy = try AxolotlToy(version: version)
  }

  /// An artifacts folder in which the engine is installed.
  private func options(_ name: String) throws -> RunOptions {
    let options = toy.options(name)
    let environment = toy.environment(options)
    let installed = try #require(variables["REPLICATE_AXOLOTL"]) + "/engines/axolotl-\(toy.version)"
    try FileManager.default.createDirectory(
      atPath: environment, withIntermediateDirectories: true)
    for part in ["training", "evaluation"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(environment)/\(part)", withDestinationPath: "\(installed)/\(part)")
    }
    try FileManager.default.copyItem(
      atPath: "\(installed)/keys.json", toPath: "\(environment)/keys.json")
    return options
  }

  /// Holds every trained arm of two records against each other.
  private func expectSameTrainings(_ a: SealedRecord, _ b: SealedRecord) throws {
    for arm in a.summary.arms where !arm.steps.isEmpty {
      let other = try #require(b.summary.arms.first { $0.name == arm.name })
      #expect(arm.steps.count == 20 && other.steps.count == 20)
      let distance = try TrainingDistance(arm, other, in: nil)
      #expect(distance.isRounding, "\(distance.sentence)")
    }
  }

  /// What the toy gives, and on HellaSwag what it does not give.
  private static let expectations = """
    schema: 1
    name: toy
    title: The toy with the native engine
    sources: {toy: {title: A run of the toy, location: here}}
    arms: {base: base, sft: sft, eaft: eaft}
    unit: fraction
    cells:
      - task: mmlu
        metric: acc
        label: MMLU
        n: 16
        values:
          base: {value: "0.062500", band: {kind: exact-count}}
          sft: {value: "0.250000", band: {kind: exact-count}}
          eaft:
            value: "0.250000"
            band:
              {kind: conditional-flip, discordance: 0.1, discordance_from: a guess, level: 0.95}
      - task: hellaswag
        metric: acc_norm
        label: HellaSwag
        n: 12
        values: {eaft: {value: "0.916667", band: {kind: exact-count}}}
    claims:
      - id: alike
        statement: EAFT does as SFT does.
        source: toy
        equivalent: {arm: eaft, to: sft, margin: 0.5, rows: [{task: mmlu, metric: acc}]}
      - id: worse
        statement: SFT is worse than the untouched model.
        source: toy
        required: false
        worse: {arm: sft, than: base, by: 0.05, rows: [{task: mmlu, metric: acc}]}

    """

  @Test(
    "trains both arms as the native engine does, scores what the harness asked, and is judged alike"
  )
  func sameAsNative() async throws {
    let options = try options("one")
    func outcome(_ engine: String) async throws -> RunOutcome {
      try await toy.outcome(
        try toy.manifest(
          engine, engine: engine, axolotl: "  measure_rounding: true\n", evaluates: true,
          expectations: Self.expectations), options)
    }
    let (nativeOutcome, otherOutcome) = (try await outcome("native"), try await outcome("axolotl"))
    let (native, other) = (nativeOutcome.record, otherOutcome.record)
    try expectSameTrainings(native, other)
    let judgement = try #require(otherOutcome.judgement)
    let verdicts = try #require(nativeOutcome.judgement).verdicts
    #expect(judgement.verdicts.map(\.status) == verdicts.map(\.status))
    #expect(verdicts.map(\.subject).filter { $0 == .claim }.count == 2)
    let statuses = Set(judgement.verdicts.map(\.status))
    #expect(statuses.isSuperset(of: [.consistent, .diverged]), "\(judgement.verdicts)")
    #expect(otherOutcome.exitCode == 1 && !judgement.hasImports && other.engines == ["axolotl"])
    let store = ArtifactStore(ArtifactsFolder(options.artifacts))
    let difference = try RecordDifference(native, other, weightsIn: store)
    #expect(difference.distances.count == 2)
    for distance in difference.distances {
      #expect(distance.weights != nil && distance.isRounding, "\(distance.sentence)")
      #expect(distance.sentence.contains("between fp32 and fp64 of this training"))
    }
    // Near ties may fall otherwise; nothing else may.
    for evaluation in difference.evaluations {
      #expect(evaluation.documents.allSatisfy { $0.reason != .items }, "\(evaluation)")
    }
    let events = try OpenFile.contents(of: "\(other.path)/events.jsonl")
    let text = String(decoding: events, as: UTF8.self)
    #expect(text.contains("engine-stated") && !text.contains(/"difference_count":[1-9]/))
  }

  @Test(
    "trains in two processes as the native engine repeats it, under both reductions",
    arguments: ["rank-mean", "token-window"])
  func twoProcesses(reduction: String) async throws {
    let lines = "  ranks: 2\n  reduction: \(reduction)\n"
    let options = try options("two")
    let native = try await toy.run(
      try toy.manifest("native", engine: "native", training: lines), options)
    let other = try await toy.run(
      try toy.manifest("axolotl", engine: "axolotl", training: lines), options)
    try expectSameTrainings(native, other)
  }

  @Test("has the reduction of stock fine-tuning of its version")
  func stock() async throws {
    let lines = "  reduction: \(toy.version == "0.19.0" ? "axolotl-0.16" : "axolotl-0.20")\n"
    let options = try options("stock")
    let native = try await toy.run(
      try toy.manifest("native", engine: "native", training: lines), options)
    let other = try await toy.run(
      try toy.manifest("axolotl", engine: "axolotl", training: lines), options)
    try expectSameTrainings(native, other)
  }

  @Test("goes on at a checkpoint after a stop and after a kill, with the same batches and weights")
  func resumes() async throws {
    let whole = try await toy.run(
      try toy.manifest("whole", engine: "axolotl"), try options("whole"))
    let file = try toy.manifest("broken", engine: "axolotl")
    let options = try options("broken")
    let interruption = Interruption()
    await #expect(throws: EngineError.interrupted) {
      _ = try await toy.run(file, options, interruption: interruption) { event in
        if case .trained(let progress) = event, progress.step == 3 { interruption.request() }
      }
    }
    // A child that somebody kills.
    let killed = Mutex(false)
    var message = ""
    do {
      _ = try await toy.run(file, options) { event in
        guard case .trained(let progress) = event, progress.arm == "sft", progress.step == 12 else {
          return
        }
        let isFirst = killed.withLock { killed in
          defer { killed = true }
          return !killed
        }
        if isFirst { Self.killChild(of: options.artifacts) }
      }
    } catch let error as EngineError {
      message = error.message
    }
    #expect(message.contains("was ended by signal 9") && message.contains("goes on"), "\(message)")
    let record = try await toy.run(file, options)
    for (arm, other) in zip(record.summary.arms, whole.summary.arms) {
      #expect(arm.steps == other.steps && arm.digests == other.digests)
    }
  }

  /// Kills the Axolotl that works in an artifacts folder.
  private static func killChild(of artifacts: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let pid = Int32(name),
        let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
        String(decoding: line, as: UTF8.self).contains("\(artifacts)/work"),
        String(decoding: line, as: UTF8.self).contains("axolotl")
      else { continue }
      kill(pid, SIGKILL)
    }
  }
}
