import Foundation
import TestSupport

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

/// Runs of the toy with Axolotl, each with manifests and artifacts of its own.
struct AxolotlToy {
  let folder: TemporaryFolder
  /// The version of Axolotl.
  let version: String

  init(version: String) throws {
    folder = try TemporaryFolder()
    self.version = version
  }

  /// The toy without what needs a chat template of the model, with other lines of training.
  func manifest(
    _ name: String, engine: String, training: String = "", axolotl: String = "",
    evaluates: Bool = false, expectations: String? = nil
  ) throws -> ManifestFile {
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
    text += "\nengine: \(engine)\naxolotl:\n  version: \(version)\n\(axolotl)"
    if let expectations {
      text += "expectations: expectations/toy.yaml\n"
      try put(Array(expectations.utf8), "\(manifests)/expectations/toy.yaml")
    }
    try Data(text.utf8).write(to: URL(filePath: path))
    return try ManifestFile.read(path)
  }

  /// The options of a run with an artifacts folder of this name.
  func options(_ name: String) -> RunOptions {
    RunOptions(artifacts: folder.path(of: "\(name)-artifacts"), threads: 2)
  }

  /// Where the engine is installed, which need not be there.
  func environment(_ options: RunOptions) -> String {
    "\(options.artifacts)/engines/axolotl-\(version)"
  }

  func run(
    _ file: ManifestFile, _ options: RunOptions, interruption: Interruption = Interruption(),
    _ report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> SealedRecord {
    try await outcome(file, options, interruption: interruption, report).record
  }

  func outcome(
    _ file: ManifestFile, _ options: RunOptions, interruption: Interruption = Interruption(),
    _ report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunOutcome {
    try await Runner(file, options: options, interruption: interruption, report: report).run()
  }

  /// What a run says that does not come to its end.
  func failure(
    _ file: ManifestFile, _ options: RunOptions,
    _ report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async -> String {
    do {
      _ = try await run(file, options, report)
      return ""
    } catch {
      return "\(error)"
    }
  }

  /// Puts a program that does not do its work in Axolotl's place, beside packages of the names that are looked for.
  ///
  /// The variables `folder` and `first` of `script` are the training's folder and the step that it goes on after; `python` is
  /// what repeats a finished training, with that folder as `$2`.
  func install(
    _ script: String, python: String = "exit 1",
    packages: [String] = ["torch-2.13.0", "transformers-5.16.1", "accelerate-1.13.0"],
    axolotl: String? = nil, _ options: RunOptions
  ) throws {
    let environment = environment(options)
    let site = "\(environment)/training/lib/python3.11/site-packages"
    let packages = packages + ["axolotl-\(axolotl ?? version)"]
    for folder in packages.map({ "\(site)/\($0).dist-info" }) + ["\(environment)/training/bin"] {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    }
    let program = """
      #!/bin/sh
      folder=$(sed -n 's/^replicate_folder: "\\(.*\\)"$/\\1/p' "$2")
      first=$(sed -n 's/^resume_from_checkpoint: ".*checkpoint-\\([0-9]*\\)"$/\\1/p' "$2")
      \(script)
      """
    for (name, text) in [("axolotl", program), ("python", "#!/bin/sh\n\(python)\n")] {
      let path = "\(environment)/training/bin/\(name)"
      try put(Array(text.utf8), path)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    // Every key that a file for this version has, also when training goes on.
    let fixture = Checkout.folder.appending(
      path: "Tests/ReplicationTests/Fixtures/axolotl/one-process.yml")
    let keys =
      try String(contentsOf: fixture, encoding: .utf8).split(separator: "\n")
      .compactMap { $0.prefixMatch(of: /([a-z0-9_]+):/).map { "\"\($0.1)\"" } }
      + [#""resume_from_checkpoint""#]
    try put(Array("[\(keys.joined(separator: ","))]".utf8), "\(environment)/keys.json")
  }
}
