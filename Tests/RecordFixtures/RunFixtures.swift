package import Files
package import Provenance
package import Records
package import TestSupport

/// A store in a folder of its own, and runs to put into it.
package struct RunFixtures {
  package let folder: TemporaryFolder
  package let store: RunStore

  // The artifacts folder is of that name in the folder of its own, or that folder itself.
  package init(artifacts name: String = "") throws {
    folder = try TemporaryFolder()
    store = RunStore(artifacts: folder.path + name)
  }

  package static let manifest = Array("name: tiny\n".utf8)
  package static let samples = Array("{\"id\":1}\n{\"id\":2}\n".utf8)

  package static let inputs = [
    RecordedInput(
      asset: "train", file: "train.jsonl", digest: SHA256.digest(of: "train"), byteCount: 5)
  ]
  package static let sft = RecordedEvent.ArmSeed(arm: "sft", seed: 42)
  package static let started = RecordedEvent.trainingStarted(
    sft, key: SHA256.digest(of: "key"), configuration: "none")

  package static func description(
    _ name: String = "tiny", manifest: [UInt8] = manifest, threads: Int = 1,
    code: GitState = .noRepository
  ) -> RunDescription {
    RunDescription(
      name: name, identity: SHA256.digest(of: "identity of \(name)"), manifest: manifest,
      session: RunSession(
        version: "0", code: code, environment: .current(libraries: ["openblas": "0.3.21"]),
        internalParameters: ["threads": JSON(threads)]))
  }

  package static let summary = RunSummary(
    arms: [
      RunSummary.Arm(
        name: "base", seed: nil,
        metrics: [.init(task: "gsm8k", name: "acc", value: 0.25, standardError: 0.5, count: 4)]),
      RunSummary.Arm(
        name: "sft", seed: .max, digests: ["weights": SHA256.digest(of: "w")],
        steps: [
          .init(
            number: 1, batchDigest: SHA256.digest(of: "b"),
            values: ["loss": 0.1, "gradient_norm": 1.0 / 3, "learning_rate": 5e-5]),
          .init(number: 2, batchDigest: nil, values: ["loss": -0.0]),
        ],
        metrics: [
          .init(task: "gsm8k", name: "acc", value: 1, standardError: nil, count: 1),
          .init(task: "mmlu", name: "acc", value: 0.3, standardError: 0.01, count: 57),
        ]),
    ], details: ["note": "é"])

  /// What a record says.
  package func show(_ record: String) throws -> RecordOverview {
    try RecordOverview(record, artifacts: folder.path)
  }

  /// Begins a run, which must be open.
  package func begin(_ description: RunDescription = description(), repeating: Bool = false) throws
    -> RunRecord
  {
    guard case .open(let record) = try store.begin(description, repeating: repeating).kind else {
      throw RunError(.sealed, "The run was expected to be open.")
    }
    return record
  }

  /// Begins a run, gives it a file and seals it.
  @discardableResult
  package func seal(_ description: RunDescription = description(), repeating: Bool = false) throws
    -> SealedRecord
  {
    let record = try begin(description, repeating: repeating)
    try record.write(RunFixtures.samples, to: "samples/gsm8k.sft.jsonl")
    return try record.seal(RunFixtures.summary)
  }
}

/// The code of the run error that `body` throws, or nil.
package func runErrorCode(_ body: () throws -> Void) -> RunError.Code? {
  do {
    try body()
    return nil
  } catch {
    return (error as? RunError)?.code
  }
}
