import Files
import Foundation
import Recipes
import TestSupport
import Testing

@testable import Manifests
@testable import Replication

/// Holds what Axolotl is told against files that the loaders of its versions accept (`Tests/AxolotlEngine`);
/// REPLICATE_RENEW_AXOLOTL_FILES=1 writes them anew.
@Suite("What Axolotl is told")
struct AxolotlConfigurationTests {
  private static let fixtures = Checkout.folder.appending(
    path: "Tests/ReplicationTests/Fixtures/axolotl")

  /// A manifest of the toy with other lines for training and engine.
  private func manifest(
    _ lines: String, ranks: Int = 1, reduction: String = "token-window", arms: String? = nil,
    keeps: Bool = false
  ) throws -> Manifest {
    let path = "\(Checkout.manifests)/tiny.yaml"
    var text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("training:\n", with: "training:\n  ranks: \(ranks)\n  reduction: \(reduction)\n")
    if !keeps { text = text.replacing(/\ \ keep_checkpoint_every_steps.*\n/, with: "") }
    if let arms {
      text = text.replacing(/(?s)\ \ sft:\n.*axolotl-0\.14\n/, with: arms)
    }
    return try ManifestDecoder.decode(
      Array((text + "\nengine: axolotl\n" + lines).utf8), name: path)
  }

  private func configuration(_ manifest: Manifest, arm: String = "eaft") throws
    -> AxolotlConfiguration
  {
    let treatment = try #require(manifest.declaredArms.first { $0.name == arm }).treatment
    let training = try #require(manifest.training.configuration(of: treatment, seed: 42))
    return AxolotlConfiguration(
      manifest.axolotl, training,
      AxolotlConfiguration.Job(
        totalSteps: 20, warmUpSteps: 2, sequenceLength: 128, checkpointInterval: 5,
        layerClass: "Gemma3DecoderLayer", model: "/work/model", folder: "/work",
        checkpoint: nil))
  }

  @Test(
    "is the same to the letter as before",
    arguments: [
      ("one-process", "axolotl:\n  version: 0.19.0\n", 1),
      ("one-gpu-bfloat16", "axolotl:\n  precision: bfloat16\n", 1),
      ("two-gpus-ddp", "axolotl:\n  precision: bfloat16\n", 2),
      ("eight-gpus-fsdp2", "axolotl:\n  precision: bfloat16\n  distribution: fsdp2\n", 8),
      ("eight-gpus-zero2", "axolotl:\n  precision: bfloat16\n  distribution: zero2\n", 8),
      ("eight-gpus-zero3", "axolotl:\n  precision: bfloat16\n  distribution: zero3\n", 8),
      (
        "with-settings",
        "axolotl:\n  settings: {attn_implementation: sdpa, eaft_normalize: true}\n  ignored: [eaft_normalize]\n",
        1
      ),
    ])
  func goldenFiles(name: String, lines: String, ranks: Int) throws {
    let manifest = try manifest(
      lines, ranks: ranks, reduction: ranks > 1 ? "rank-mean" : "token-window")
    try expect(try configuration(manifest).text, at: "\(name).yml")
    let json = AxolotlConfiguration.deepSpeed(manifest.axolotl)
    if let json { try expect(PythonJSON.indented(json) + "\n", at: "\(name).json") }
  }

  @Test("starts several nodes by a script for Slurm that is the same to the letter as before")
  func slurm() throws {
    var launch = AxolotlLaunch()
    (launch.launcher, launch.nodes, launch.slurmOptions) = (.slurm, 2, ["--partition=gpu"])
    let script = launch.script(
      "/work/axolotl.yml", ranks: 8, environment: "/env", variables: ["PYTHONPATH": "/it's"],
      log: "/work/axolotl.log")
    try expect(script, at: "two-nodes.sh")
    func command(_ ranks: Int) -> [String] {
      launch.command("c.yml", ranks: ranks, environment: "/e", precision: .float32, script: "s.sh")
    }
    #expect(command(8) == ["sbatch", "--wait", "s.sh"])
    launch.launcher = nil
    #expect(command(1) == ["/e/bin/axolotl", "train", "c.yml", "--launcher", "python"])
    #expect(command(2).contains("torchrun") && command(2).contains("127.0.0.1:0"))
  }

  private func expect(_ text: String, at name: String) throws {
    let file = Self.fixtures.appending(path: name)
    if ProcessInfo.processInfo.environment["REPLICATE_RENEW_AXOLOTL_FILES"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)), "\(name)")
  }

  @Test("has the loss of an arm under each version and reduction, or says that it cannot be had")
  func losses() throws {
    func keys(_ arm: String, _ version: String, _ reduction: String, ranks: Int = 1) throws
      -> [String]?
    {
      let manifest = try manifest(
        "axolotl:\n  version: \(version)\n", ranks: ranks, reduction: reduction,
        arms: """
            sft:
              objective: cross-entropy
            eaft:
              objective: eaft
              preset: axolotl-0.14
            paper:
              objective: eaft
              preset: paper
            dft:
              objective: dft

          """)
      let treatment = try #require(manifest.declaredArms.first { $0.name == arm }).treatment
      let training = try #require(manifest.training.configuration(of: treatment, seed: 1))
      return AxolotlConfiguration.loss(training, manifest.axolotl.version)?.map { "\($0)=\($1)" }
    }
    #expect(try keys("sft", "0.21.0", "token-window") == [])
    // Plain fine-tuning of 0.19 counts micro-batches; a weight of H^0 does not.
    #expect(try keys("sft", "0.19.0", "token-window")?.count == 3)
    #expect(try keys("sft", "0.19.0", "axolotl-0.16") == [])
    #expect(try keys("eaft", "0.19.0", "axolotl-0.16")?.count == 3)
    #expect(try keys("sft", "0.21.0", "micro-batch-mean") == nil)
    #expect(try keys("paper", "0.21.0", "token-window") == nil)
    #expect(try keys("dft", "0.19.0", "token-window") == nil)
    #expect(try keys("dft", "0.21.0", "rank-mean", ranks: 2)?.count == 1)
  }

  @Test("refuses by name what Axolotl would drop, unless the manifest says that it knows")
  func obstacles() throws {
    let known = Set(try configuration(try manifest("")).keys.map(\.key))
      .union(["ddp_find_unused_parameters", "resume_from_checkpoint"])
    func obstacles(_ lines: String, keeps: Bool = false) throws -> [String] {
      AxolotlConfiguration.obstacles(to: try manifest(lines, keeps: keeps), known: known)
    }
    #expect(try obstacles("") == [])
    let normalize = "axolotl:\n  settings: {eaft_normalize: true}\n"
    let dropped = try obstacles(normalize)
    #expect(dropped.count == 1 && dropped[0].contains("'eaft_normalize'"))
    #expect(try obstacles(normalize + "  ignored: [eaft_normalize]\n") == [])
    #expect(
      try obstacles("axolotl:\n  settings: {tf32: true}\n  ignored: [tf32]\n")
        .contains { $0.contains("does have") })
    #expect(
      try obstacles("axolotl:\n  settings: {seed: 7}\n").contains { $0.contains("'seed'") })
    #expect(try obstacles("", keeps: true).contains { $0.contains("keep_checkpoint_every_steps") })
    #expect(
      try obstacles("axolotl:\n  distribution: fsdp2\n").contains { $0.contains("fsdp2") })
  }

  @Test("writes numbers that YAML 1.1 reads as numbers, and texts that it does not read as others")
  func text() {
    let text = YAMLText.mapping([
      ("small", .number(1e-5)), ("large", .number(1.5e30)), ("half", .number(0.5)), ("text", "no"),
      ("list", ["a", 1]), ("map", ["a": ["b": true]]), ("maps", [["x": 1, "y": .null]]),
    ])
    #expect(
      text == """
        small: 1.0e-05
        large: 1.5e+30
        half: 0.5
        text: "no"
        list: ["a", 1]
        map:
          a:
            b: true
        maps:
          - x: 1
            y: null

        """)
  }
}
