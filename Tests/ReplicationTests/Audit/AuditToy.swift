import Files
import Foundation
import LanguageModels
import Recipes
import Tensors
import TestSupport
import Testing
import Training

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

/// A finished run, as a rule of the toy in a folder of its own, with everything that it left.
struct AuditToy {
  let folder: TemporaryFolder
  let artifacts: String
  let file: ManifestFile
  let id: String

  /// The toy is run once; every test has a copy of what it left.
  private static let original = Task {
    try await Self.run(try ManifestFile.read("\(Checkout.manifests)/tiny.yaml"))
  }

  private static func run(_ file: ManifestFile) async throws
    -> (folder: TemporaryFolder, id: String)
  {
    let folder = try TemporaryFolder()
    let outcome = try await Runner(
      file, options: RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2),
      report: { _ in }
    ).run()
    return (folder, outcome.record.id)
  }

  /// A run of the toy; of another manifest beside it, if `change` makes one of its text, which no lock goes with.
  init(manifest change: ((String) -> String)? = nil) async throws {
    folder = try TemporaryFolder()
    let original: (folder: TemporaryFolder, id: String)
    if let change {
      let manifests = folder.path(of: "manifests")
      try FileManager.default.copyItem(atPath: Checkout.manifests, toPath: manifests)
      try FileManager.default.removeItem(atPath: "\(manifests)/tiny.lock.json")
      let path = "\(manifests)/tiny.yaml"
      let text = change(try String(contentsOfFile: path, encoding: .utf8))
      try Data(text.utf8).write(to: URL(filePath: path))
      file = try ManifestFile.read(path)
      original = try await Self.run(file)
    } else {
      file = try ManifestFile.read("\(Checkout.manifests)/tiny.yaml")
      original = try await Self.original.value
    }
    id = original.id
    artifacts = folder.path(of: "artifacts")
    try FileManager.default.copyItem(
      atPath: original.folder.path(of: "artifacts"), toPath: artifacts)
  }

  /// The one run of a manifest in an artifacts folder that may be changed.
  init(manifest: String, artifacts: String) throws {
    folder = try TemporaryFolder()
    file = try ManifestFile.read("\(Checkout.manifests)/\(manifest).yaml")
    self.artifacts = artifacts
    id = try #require(try RunStore(artifacts: artifacts).ids().first)
  }

  var options: RunOptions { RunOptions(artifacts: artifacts, threads: 2) }
  var checkpoints: CheckpointStore { CheckpointStore(artifacts: artifacts) }
  var store: ArtifactStore { ArtifactStore(root: "\(artifacts)/store") }

  /// The only record, which has another id when it was forged to be that of another identity.
  func record() throws -> SealedRecord {
    let store = RunStore(artifacts: artifacts)
    return try SealedRecord(at: store.path(of: try store.ids()[0]))
  }

  /// Audits the record as it is now, by somebody who stands in a folder.
  func audit(in repository: String? = nil, _ change: (inout Audit.Options) -> Void = { _ in })
    async throws -> AuditReport
  {
    var options = Audit.Options()
    change(&options)
    var run = self.options
    run.repository = repository
    return try await Audit(
      try RunStore(artifacts: artifacts).ids()[0], manifest: { _ in file }, run: run,
      options: options, report: { _ in }
    ).report()
  }

  // MARK: - Forging

  /// Seals the record anew, as somebody would who has all of this program: chain, digests and trees are those of the
  /// changed content.
  func forge(_ change: (inout ForgedRecord) throws -> Void) throws {
    var forged = try ForgedRecord(try record())
    try change(&forged)
    try forged.seal(in: RunStore(artifacts: artifacts))
  }

  /// Trains an arm on from its last kept checkpoint, with one weight moved by one unit in the last place after a step,
  /// and seals the record as if that had been the training.
  func forgeTraining(of arm: String, nudgingAfter nudged: Int) async throws {
    let inputs = try await RunInputs(InputSources(file, options: options), quiet: true)
    let record = try record()
    let recorded = try #require(record.summary.arms.first { $0.name == arm })
    let start = try #require(record.checkpoints.last { $0.arm == arm })
    let configuration = try #require(
      file.manifest.arms.first { $0.name == arm }.flatMap {
        file.manifest.training.configuration(of: $0.treatment, seed: start.seed)
      })
    let path = checkpoints.path(of: start.root)
    let key = try #require(try SafetensorsFile(contentsOf: path).metadata["identity"])
    let trainer = try Trainer(
      model: try inputs.nativeEngine().load().model,
      examples: try inputs.prepared(start.seed).examples,
      configuration: configuration, threads: 2)
    try trainer.resume(from: path, identity: key)
    var steps = recorded.steps.filter { $0.number <= start.step }
    while !trainer.isFinished {
      let number = trainer.completedSteps + 1
      let batch = SHA256.digest(of: try trainer.batchBytes(ofStep: number))
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
      to: ContainedPath(weights))
    let writer = try await ArtifactWriter(store) {}
    let blob = try writer.adopt(
      fileAt: ContainedPath(weights), "weights", from: "a forger", sha256: nil, bytes: nil)
    try forge { record in
      record.change(arm) {
        $0.steps = steps
        $0.digests["weights"] = blob.sha256
      }
    }
  }
}
