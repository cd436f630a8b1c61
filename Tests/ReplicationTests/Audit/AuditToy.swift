import Foundation
import LanguageModels
import Provenance
import Tensors
import TestSupport
import Testing
import Training

@testable import Replication

/// A finished run, as a rule of the toy in a folder of its own, with everything that it left.
struct AuditToy {
  let folder: TemporaryFolder
  let artifacts: String
  let file: ManifestFile
  let id: String

  static let manifestsFolder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "manifests").resolvingSymlinksInPath().path

  /// The toy is run once; every test has a copy of what it left.
  private static let original = Task {
    let folder = try TemporaryFolder()
    let outcome = try await Runner(
      try ManifestFile.read("\(manifestsFolder)/tiny.yaml"),
      options: RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2), report: { _ in }
    ).run()
    return (folder: folder, id: outcome.record.id)
  }

  init() async throws {
    let original = try await Self.original.value
    folder = try TemporaryFolder()
    file = try ManifestFile.read("\(Self.manifestsFolder)/tiny.yaml")
    id = original.id
    artifacts = folder.path(of: "artifacts")
    try FileManager.default.copyItem(
      atPath: original.folder.path(of: "artifacts"), toPath: artifacts)
  }

  /// The one run of a manifest in an artifacts folder that may be changed.
  init(manifest: String, artifacts: String) throws {
    folder = try TemporaryFolder()
    file = try ManifestFile.read("\(Self.manifestsFolder)/\(manifest).yaml")
    self.artifacts = artifacts
    id = try #require(try RunStore(artifacts: artifacts).ids().first)
  }

  var options: RunOptions { RunOptions(artifacts: artifacts, threads: 2) }
  var checkpoints: CheckpointStore { CheckpointStore(artifacts: artifacts) }
  var store: ArtifactStore { ArtifactStore(root: "\(artifacts)/store") }

  func record() throws -> SealedRecord {
    try SealedRecord(at: RunStore(artifacts: artifacts).path(of: id))
  }

  /// Audits the record as it is now.
  func audit(_ change: (inout Audit.Options) -> Void = { _ in }) async throws -> AuditReport {
    var options = Audit.Options()
    change(&options)
    return try await Audit(
      id, manifest: { _ in file }, run: self.options, options: options, report: { _ in }
    ).report()
  }

  // MARK: - Forging

  /// Seals the record anew, as somebody would who has all of this program: chain, digests and trees are those of the
  /// changed content.
  ///
  /// `summary` changes the results; events of training are those of the changed results.
  func reseal(
    leavingOut omitted: [String] = [], _ summary: (inout RunSummary) -> Void
  ) throws {
    let old = try record()
    let history = try RunHistory(recordAt: old.path, id: id)
    let files = try old.files.map {
      (name: $0.name, bytes: try OpenFile.contents(of: "\(old.path)/\($0.name)"))
    }
    let manifest = try #require(files.first { $0.name == RecordFile.manifest }).bytes
    var results = old.summary
    summary(&results)
    try FileManager.default.removeItem(atPath: old.path)
    let start = try RunStore(artifacts: artifacts).begin(
      RunDescription(
        name: old.name, identity: old.identity, manifest: manifest,
        session: RunSession(
          version: "0", code: .noRepository, environment: .current(libraries: [:]))))
    guard case .open(let forged) = start.kind else {
      throw RunError(.sealed, "The record is there still.")
    }
    for event in history.events {
      switch event.type {
      case RunRecord.createdType, RunRecord.sessionType, RunRecord.sealedType: break
      case RunRecord.fileType:
        let name = try #require(event.data["name"]?.stringValue)
        guard !name.hasPrefix(RecordFile.codeFolder), !omitted.contains(name) else { continue }
        try forged.write(try #require(files.first { $0.name == name }).bytes, to: name)
      case RecordedEvent.trainingStep:
        let arm = try #require(event.data["arm"]?.stringValue)
        let number = try #require(event.data["step"]?["step"]?.integerValue)
        let step = try #require(
          results.arms.first { $0.name == arm }?.steps.first { $0.number == number })
        try forged.append(
          type: event.type,
          ["arm": .string(arm), "seed": event.data["seed"] ?? .null, "step": step.json])
      case RecordedEvent.trainingFinished:
        let arm = try #require(event.data["arm"]?.stringValue)
        let weights = results.arms.first { $0.name == arm }?.digests["weights"]
        try forged.append(
          type: event.type,
          [
            "arm": .string(arm), "seed": event.data["seed"] ?? .null,
            "weights": JSON(try #require(weights)),
          ])
      default: try forged.append(type: event.type, event.data)
      }
    }
    _ = try forged.seal(results, checkpoints: old.checkpoints)
  }

  /// Trains an arm on from its last kept checkpoint, with one weight moved by one unit in the last place after a step,
  /// and seals the record as if that had been the training.
  func forgeTraining(of arm: String, nudgingAfter nudged: Int) async throws {
    let runner = Runner(file, options: options, report: { _ in })
    let inputs = try await RunInputs(runner, quiet: true)
    let record = try record()
    let recorded = try #require(record.summary.arms.first { $0.name == arm })
    let start = try #require(record.checkpoints.last { $0.arm == arm })
    guard
      case .trained(let objective, let reduction)? = file.manifest.arms.first(where: {
        $0.name == arm
      })?.treatment
    else { throw RunError(.notFound, "There is no trained arm \(arm).") }
    let path = checkpoints.path(of: start.root)
    let key = try #require(try SafetensorsFile(contentsOf: path).metadata["identity"])
    let trainer = try Trainer(
      model: try inputs.engine.load().model,
      examples: try inputs.prepared(start.seed).examples.examples,
      configuration: file.manifest.training.configuration(
        objective: objective, reduction: reduction, seed: start.seed), threads: 2)
    try trainer.resume(from: path, identity: key)
    var steps = recorded.steps.filter { $0.number <= start.step }
    while !trainer.isFinished {
      let number = trainer.completedSteps + 1
      let batch = SHA256.digest(of: trainer.batchBytes(ofStep: number))
      steps.append(RunSummary.Step(try trainer.step(), batchDigest: batch))
      if number == nudged {
        // A large weight, whose last place is not lost in the next sum.
        let entry = try #require(trainer.model.layout.entries.first { $0.name.contains("v_proj") })
        let weights = trainer.model.parameters.elements
        let largest = try #require(
          entry.range.max { weights[$0].magnitude < weights[$1].magnitude })
        weights[largest] = weights[largest].nextUp
      }
    }
    let weights = folder.path(of: "forged.safetensors")
    try SafetensorsWriter.write(
      trainer.model.layout.tensors(of: trainer.model.parameters), metadata: ["format": "pt"],
      to: weights)
    let writer = try await ArtifactWriter(store) {}
    let blob = try writer.adopt(
      fileAt: weights, "weights", from: "a forger", sha256: nil, bytes: nil)
    try reseal { summary in
      for index in summary.arms.indices where summary.arms[index].name == arm {
        summary.arms[index].steps = steps
        summary.arms[index].digests["weights"] = blob.sha256
      }
    }
  }
}
