import Files
import Foundation
import Recipes
import Scoring
import Tensors
import TestSupport
import Testing

@testable import Assets
@testable import Manifests

struct ProjectManifestTests {
  private static let names = [
    "gemma-270m-conflict", "gemma-270m-math", "gemma-1b-numina", "qwen3-4b-numina",
    "smollm2-135m-conflict", "smollm2-135m-math", "tiny",
  ]

  private func read(_ name: String) throws -> ManifestFile {
    try ManifestFile.read("\(Checkout.manifests)/\(name).yaml")
  }

  @Test("Every manifest of the project is valid and called like its file", arguments: names)
  func isValid(name: String) throws {
    let file = try read(name)
    #expect(file.manifest.name == name)
    #expect(file.manifest.unpinned.map(\.asset) == (name.hasSuffix("-numina") ? ["aime24"] : []))
    // Those that have a control train it with smaller steps.
    let control = name.hasSuffix("-conflict") ? ["sft-low"] : []
    #expect(file.manifest.declaredDifferences.count == control.count)
    #expect(file.manifest.arms.map(\.name) == ["base", "sft", "eaft"] + control)
  }

  @Test("Every asset of every manifest has a form that the resolver accepts", arguments: names)
  func assetsAreValid(name: String) throws {
    let file = try read(name)
    for declaration in file.manifest.assets {
      for asset in try file.assets(of: declaration) {
        try asset.validate()
        if case .hub = asset.source { continue }
        #expect(asset.sha256 != nil)
      }
    }
  }

  @Test("The documented replication asks every item, in the published setting")
  func documentedReplication() throws {
    let manifest = try read("gemma-1b-numina").manifest
    #expect(manifest.evaluations.allSatisfy { $0.limit == nil && !$0.usesChatTemplate })
    #expect(
      manifest.evaluations.map(\.benchmark.name) == [
        "mmlu", "ifeval", "gsm8k", "arc_challenge", "hellaswag", "aime24", "aime25",
      ])
    // What the tasks show unless told otherwise, and how long their answers may be; AIME's 32768 do not fit.
    for evaluation in manifest.evaluations {
      let task = evaluation.benchmark.tasks[0]
      #expect(evaluation.fewShotCount == task.shownExamples(requested: nil))
      guard case .generation(_, let maximum) = task.output, maximum < 32_768 else { continue }
      #expect(evaluation.maximumNewTokens == maximum)
    }
    #expect(
      manifest.declaredArms.filter(\.isOptional).map(\.name) == [
        "eaft-blog-intent", "eaft-paper", "sft-low-lr", "dft", "sft-bf16", "eaft-bf16",
      ])
    // Of one pair in bfloat16 each arm differs from its own in fp32 by that alone.
    let rounded = manifest.selecting(arms: ["sft-bf16", "eaft-bf16"])
    #expect(rounded.precisionClause == "sft-bf16, eaft-bf16 trained in bf16-weights")
    let configurations = ["sft", "sft-bf16", "eaft", "eaft-bf16"].map { name in
      rounded.arms.first { $0.name == name }.flatMap {
        rounded.training.configuration(of: $0.treatment, seed: 42)
      }
    }
    for (plain, rounded) in [(0, 1), (2, 3)] {
      var configuration = try #require(configurations[rounded])
      #expect(configuration.precision == .bfloat16)
      configuration.precision = .float32
      #expect(configuration == configurations[plain])
    }
    let settings = manifest.training.settings
    #expect(settings.examplesPerStep == 8 && settings.ranks == 2)
    #expect(settings.reduction == .rankMean)
    #expect(settings.maximumSteps == 1000 && settings.learningRate == 5e-5)
    // Two wheels, the model, and those data of the Hub whose sizes are known.
    let (model, data) = (2_039_043_660, 419_088 + 2_306_545 + 207_111 + 15_813)
    #expect(manifest.downloadBytes == 85_644_377 + 11_928_254 + model + data)
  }

  @Test("The paper's table is asked of its model, in the settings that it states")
  func papersTable() throws {
    let file = try read("qwen3-4b-numina")
    let manifest = file.manifest
    let settings = manifest.training.settings
    #expect(settings.examplesPerStep == 64 && settings.epochs == 10)
    #expect(settings.learningRate == 1e-5 && settings.warmUp == .ratio(0.03))
    #expect(manifest.training.seeds.count == 3 && manifest.training.recomputesActivations)
    #expect(manifest.trainingData.exampleLimit == 19_000)
    #expect(manifest.trainingData.lengths.maximumLength == 16_384)
    // Every task of the table that there is here, all items of each.
    let expectations = try #require(try file.expectations())
    let tasks = Set(expectations.documented.cells.map(\.task))
    #expect(
      Set(manifest.evaluations.map(\.name))
        == tasks.subtracting([
          "cluewsc", "math_average", "general_average",
        ]))
    #expect(manifest.evaluations.allSatisfy { $0.limit == nil && $0.usesChatTemplate })
    // Two wheels, the model, and those data of the Hub whose sizes are known.
    let (model, data) = (8_060_896_487, 419_088 + 2_306_545 + 207_111 + 15_813)
    #expect(manifest.downloadBytes == 85_644_377 + 11_928_254 + model + data)
  }

  @Test("The files of the toy have the pinned digests and sizes")
  func toyFilesArePinned() throws {
    let file = try read("tiny")
    #expect(file.manifest.downloadBytes == 0)
    for asset in try file.manifest.assets.flatMap({ try file.assets(of: $0) }) {
      guard case .file(let path) = asset.source else {
        Issue.record("\(asset.name) is not a local file")
        continue
      }
      #expect(try SHA256.digest(ofFileAt: path) == asset.sha256, "\(asset.name)")
      #expect(try Data(contentsOf: URL(filePath: path)).count == asset.bytes)
    }
  }

  @Test("The sizes of downloads add up, each wheel once")
  func downloadSizesAddUp() throws {
    #expect(try read("smollm2-135m-math").manifest.downloadBytes == 92_871_040 + 85_644_377)
    #expect(
      try read("gemma-270m-math").manifest.downloadBytes
        == 56_634_990 + 60_953_371 + 59_882_045 + 60_704_618 + 85_644_377)
  }

  @Test("The list of MMLU's test split names one file for each of the 57 subjects, in order")
  func mmluListIsComplete() throws {
    let file = try read("smollm2-135m-math")
    let assets = try file.assets(of: #require(file.manifest.asset(named: "mmlu-test")))
    #expect(assets.count == 57)
    let paths = assets.compactMap { asset -> String? in
      guard case .pypi(let members) = asset.source else { return nil }
      return members.first?.path
    }
    #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(paths.allSatisfy { $0.hasSuffix("/test/data-00000-of-00001.arrow") })
    let examples = try MemberList.parse(
      Array(
        Data(contentsOf: URL(filePath: "\(Checkout.manifests)/members/mmlu-dev.sha256"))),
      name: "mmlu-dev.sha256")
    #expect(examples.map { $0.member.replacing("/dev/", with: "/test/") } == paths)
  }

  @Test("What identifies every manifest and each of its trainings is what it always was")
  func identitiesAreGolden() throws {
    let found = try Self.names.sorted().map { name in
      let manifest = try read(name).manifest
      let trainings = try manifest.declaredArms.flatMap { arm -> [String] in
        try manifest.training.seeds.compactMap { seed -> String? in
          guard
            let configuration = manifest.training.configuration(of: arm.treatment, seed: seed)
          else { return nil }
          let treatment = try CanonicalJSON.encode(arm.treatment.canonical)
          return """
              \(arm.name), seed \(seed)
              \(String(decoding: treatment, as: UTF8.self))
              \(configuration.canonicalText)

            """
        }
      }
      return "\(name) \(try CanonicalJSON.digest(of: manifest.canonical))\n" + trainings.joined()
    }.joined()
    let golden = try String(
      contentsOf: ManifestFixtures.folder.appending(path: "identities.txt"), encoding: .utf8)
    #expect(found == golden)
    if let path = ProcessInfo.processInfo.environment["REPLICATE_REPORTS_FILE"] {
      try found.write(toFile: path, atomically: true, encoding: .utf8)
    }
  }
}
