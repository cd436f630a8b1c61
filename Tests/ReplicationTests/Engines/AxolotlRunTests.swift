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
  private let folder: TemporaryFolder
  private let variables = ProcessInfo.processInfo.environment
  private var version: String { variables["REPLICATE_AXOLOTL_VERSION"] ?? "0.19.0" }

  init() throws { folder = try TemporaryFolder() }

  /// The toy without what needs a chat template of the model, with other lines of training.
  private func manifest(
    _ name: String, engine: String, training: String = "", evaluates: Bool = false
  )
    throws -> ManifestFile
  {
    let manifests = folder.path(of: name)
    try FileManager.default.copyItem(atPath: Checkout.manifests, toPath: manifests)
    try FileManager.default.removeItem(atPath: "\(manifests)/tiny.lock.json")
    let path = "\(manifests)/tiny.yaml"
    var text = try String(contentsOfFile: path, encoding: .utf8)
    text = text.replacing(/\ \ keep_checkpoint_every_steps.*\n/, with: "")
      .replacing(/expectations:.*\n?/, with: "")
      .replacing(/\ \ \ \ -\ task:\ gsm8k\n(\ \ \ \ \ \ .*\n)+/, with: "")
      .replacing(/\ \ gsm8k:\n(\ \ \ \ .*\n)+/, with: "")
      .replacing("training:\n", with: "training:\n\(training)")
    if !evaluates {
      text = text.replacing(/evaluation:\n(\ \ .*\n)+/, with: "")
        .replacing(/\ \ (mmlu|mmlu-dev|hellaswag|arc-challenge):\n(\ \ \ \ .*\n)+/, with: "")
    }
    text += "\nengine: \(engine)\naxolotl:\n  version: \(version)\n"
    try Data(text.utf8).write(to: URL(filePath: path))
    return try ManifestFile.read(path)
  }

  /// An artifacts folder in which the engine is installed.
  private func options(_ name: String) throws -> RunOptions {
    let artifacts = folder.path(of: "\(name)-artifacts")
    let installed = try #require(variables["REPLICATE_AXOLOTL"])
    try FileManager.default.createDirectory(
      atPath: "\(artifacts)/engines", withIntermediateDirectories: true)
    let name = "axolotl-\(version)"
    try FileManager.default.createDirectory(
      atPath: "\(artifacts)/engines/\(name)", withIntermediateDirectories: true)
    for part in ["training", "evaluation"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(artifacts)/engines/\(name)/\(part)",
        withDestinationPath: "\(installed)/engines/\(name)/\(part)")
    }
    try FileManager.default.copyItem(
      atPath: "\(installed)/engines/\(name)/keys.json",
      toPath: "\(artifacts)/engines/\(name)/keys.json")
    return RunOptions(artifacts: artifacts, threads: 2)
  }

  private func run(
    _ file: ManifestFile, _ options: RunOptions,
    _ report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> SealedRecord {
    try await Runner(file, options: options, report: report).run().record
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

  @Test("trains both arms as the native engine does, and scores what the harness asked")
  func sameAsNative() async throws {
    let options = try options("one")
    let native = try await run(try manifest("native", engine: "native", evaluates: true), options)
    let other = try await run(try manifest("axolotl", engine: "axolotl", evaluates: true), options)
    try expectSameTrainings(native, other)
    let store = ArtifactStore(ArtifactsFolder(options.artifacts))
    let difference = try RecordDifference(native, other, weightsIn: store)
    #expect(difference.distances.count == 2)
    for distance in difference.distances {
      #expect(distance.weights != nil && distance.isRounding, "\(distance.sentence)")
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
    let native = try await run(
      try manifest("native", engine: "native", training: lines), options)
    let other = try await run(
      try manifest("axolotl", engine: "axolotl", training: lines), options)
    try expectSameTrainings(native, other)
  }

  @Test("has the reduction of stock fine-tuning of its version")
  func stock() async throws {
    let lines = "  reduction: \(version == "0.19.0" ? "axolotl-0.16" : "axolotl-0.20")\n"
    let options = try options("stock")
    let native = try await run(
      try manifest("native", engine: "native", training: lines), options)
    let other = try await run(
      try manifest("axolotl", engine: "axolotl", training: lines), options)
    try expectSameTrainings(native, other)
  }

  @Test("goes on at a checkpoint after a stop and after a kill, with the same batches and weights")
  func resumes() async throws {
    let whole = try await run(
      try manifest("whole", engine: "axolotl"), try options("whole"))
    let file = try manifest("broken", engine: "axolotl")
    let options = try options("broken")
    let interruption = Interruption()
    await #expect(throws: EngineError.interrupted) {
      try await Runner(file, options: options, interruption: interruption) { event in
        if case .trained(let progress) = event, progress.step == 3 { interruption.request() }
      }.run()
    }
    // A child that somebody kills.
    let killed = Mutex(false)
    var message = ""
    do {
      _ = try await run(file, options) { event in
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
    let record = try await run(file, options)
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

  @Test(
    "says in a sentence with the end of the log what went wrong",
    arguments: [
      ("exit 0", "ended as if all were well"), ("echo rubbish; exit 7", "ended with status 7"),
      ("kill -SEGV $$", "was ended by signal 11"),
    ])
  func faults(script: String, expected: String) async throws {
    let options = try options("fault")
    let environment = "\(options.artifacts)/engines/axolotl-\(version)/training"
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: environment)
    // The same packages with a program that does not do its work.
    try FileManager.default.removeItem(atPath: environment)
    try FileManager.default.createDirectory(
      atPath: "\(environment)/bin", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(environment)/lib", withDestinationPath: "\(target)/lib")
    let program = "\(environment)/bin/axolotl"
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    await #expect {
      try await run(try manifest("fault", engine: "axolotl"), options)
    } throws: { error in
      let text = "\(error)"
      return text.contains(expected) && text.contains("0 of 20 steps")
        && (script.contains("rubbish") ? text.contains("rubbish") : text.contains("nothing"))
    }
  }
}
