import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Files
@testable import Manifests
@testable import Records

@Suite("What a manifest could detect") struct PowerAnalysisTests {
  @Test(
    "Small tasks can show large differences only, and the published one takes more documents than there are"
  )
  func rows() throws {
    let manifest = try ManifestFile.read("\(Checkout.manifests)/smollm2-135m-math.yaml").manifest
    let analysis = try PowerAnalysis(
      manifest,
      documented: try VerdictFixture.documented(
        ["0.5780", "0.5779"], task: "hellaswag", metric: "acc_norm"))
    #expect(analysis.minuend == "eaft" && analysis.subtrahend == "sft")
    let row = try #require(analysis.rows.first { $0.task == "hellaswag" })
    #expect(row.count == 80 && row.countOrigin == .benchmark && row.discordance == 0.1)
    #expect(row.differentCount == nil && row.requiredSeeds == nil)
    // Six documents of 80: the exact test of five against none gives 1/16.
    #expect(row.smallestSignificant == 6.0 / 80)
    // SciPy's sum over all tables: of ten differing items in a hundred, 0.0986 is noticed with 0.8.
    #expect((0.0975...0.0990).contains(row.smallestDetectable ?? 0))
    #expect(try #require(row.documented).isApproximately(0.0001))
    // 2.80159 × 0.0026 × √(10042 / 80)
    #expect(abs(try #require(row.typicallyDetectable) - 0.08161) < 1e-5)
    // (2.80159 / 0.0001)² × 0.1
    #expect(abs(try #require(row.requiredCount) - 78_488_800) < 1000)
    let mmlu = try #require(analysis.rows.first { $0.task == "mmlu" })
    #expect(mmlu.count == 228 && mmlu.documented == nil && mmlu.requiredCount == nil)
  }

  @Test("Of given texts nobody knows how many there are, until a limit, a lock or a run says so")
  func texts() throws {
    let path = "\(Checkout.manifests)/smollm2-135m-conflict.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    func row(_ text: String, lock: ManifestLock? = nil) throws -> PowerAnalysis.Row {
      let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
      let analysis = try PowerAnalysis(manifest, documented: nil, lock: lock)
      return try #require(analysis.rows.first { $0.task == "general_text" })
    }
    #expect(try row(text).count == 24)
    let unlimited = text.replacing(#/ +limit: \d+\n/#, with: "")
    let open = try row(unlimited)
    #expect(open.count == nil && open.countOrigin == .benchmark)
    #expect(open.smallestSignificant == nil && open.smallestDetectable == nil)
    let lock = try ManifestLock(
      Array(
        """
        {"schema":"replicate/lock/v1","name":"x","manifest_sha256":"\(VerdictFixture.prompt("m"))",
        "expectations_sha256":null,"scorer":"s",
        "items":[{"evaluation":"general_text","n":77,"sha256":"\(VerdictFixture.prompt("i"))"}]}
        """.utf8), source: "lock")
    let locked = try row(unlimited, lock: lock)
    #expect(locked.count == 77 && locked.countOrigin == .lock)
    #expect(locked.typicallyDetectable == nil)
    // A documented row of another metric is about the same texts.
    let analysis = try PowerAnalysis(
      try ManifestDecoder.decode(Array(unlimited.utf8), name: "test.yaml"),
      documented: try VerdictFixture.documented(
        ["0.15", "0.14"], task: "general_text", metric: "bits_per_byte"), lock: lock)
    let other = try #require(
      analysis.rows.first { $0.task == "general_text" && $0.metric == "bits_per_byte" })
    #expect(other.count == 77 && other.countOrigin == .lock)
  }

  @Test("Three documents can show nothing at all")
  func nothing() throws {
    let path = "\(Checkout.manifests)/smollm2-135m-math.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacingOccurrences(of: "limit: 24", with: "limit: 3")
    let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
    let analysis = try PowerAnalysis(manifest, documented: nil)
    let row = try #require(analysis.rows.first { $0.task == "gsm8k" })
    #expect(row.smallestSignificant == nil && row.smallestDetectable == nil)
  }

  @Test("Numbers of items are those of the lock or of what was published, else they are in doubt")
  func counts() throws {
    let toy = try ManifestFile.read("\(Checkout.manifests)/tiny.yaml").manifest
    let lock = try ManifestLock(
      Array(
        """
        {"schema":"replicate/lock/v1","name":"tiny","manifest_sha256":"\(VerdictFixture.prompt("m"))",
        "expectations_sha256":null,"scorer":"s",
        "items":[{"evaluation":"mmlu","n":16,"sha256":"\(VerdictFixture.prompt("i"))"}]}
        """.utf8), source: "lock")
    let locked = try PowerAnalysis(toy, documented: nil, lock: lock)
    func row(_ analysis: PowerAnalysis, _ task: String, _ metric: String) throws
      -> PowerAnalysis.Row
    {
      try #require(analysis.rows.first { $0.task == task && $0.metric.hasPrefix(metric) })
    }
    let mmlu = try row(locked, "mmlu", "acc")
    #expect(mmlu.count == 16 && mmlu.countOrigin == .lock)
    // No more than all of them, but how many is not known.
    let stem = try row(locked, "mmlu_stem", "acc")
    #expect(stem.count == 16 && stem.countOrigin == .benchmark)
    #expect(try row(locked, "arc_challenge", "acc_norm").countOrigin == .benchmark)

    let whole = try PowerAnalysis(
      try ManifestFile.read("\(Checkout.manifests)/gemma-1b-numina.yaml").manifest,
      documented: try ExperimentFile.read(
        Checkout.experiments.appending(path: "eaft-axolotl-blog").path
      ).results)
    let instructions = try row(whole, "ifeval", "inst_level_strict_acc")
    #expect(instructions.count == 834 && instructions.countOrigin == .documented)
    #expect(try row(whole, "mmlu", "acc").requiredCount == 24158)
    let share = try #require(try row(whole, "mmlu", "acc").largestDiscordance)
    #expect((share - 0.058).magnitude < 5e-4)
    // Ten of the twelve rows are documented, one of them beside the task's own metric.
    #expect(whole.rows.count { $0.documented != nil } == 10)
  }

  @Test("A finished run tells items, how often arms differ, and how far seeds are apart")
  func measured() throws {
    let manifest = try ManifestFile.read("\(Checkout.manifests)/tiny.yaml").manifest
    func arm(_ name: String, _ seed: UInt64, _ rights: [Int]) -> ArmScores {
      ArmScores(
        arm: name, seed: seed,
        rows: zip(["arc_challenge", "hellaswag"], rights).map { task, right in
          ArmScores.Row(
            task: task, metric: "acc_norm,none",
            items: VerdictFixture.items((0..<40).map { $0 < right ? 1 : 0 }))
        })
    }
    let results = VerdictFixture.results([
      arm("sft", 1, [10, 20]), arm("sft", 2, [10, 20]), arm("sft", 3, [10, 20]),
      arm("eaft", 1, [10, 24]), arm("eaft", 2, [10, 22]), arm("eaft", 3, [10, 26]),
    ])
    let analysis = try PowerAnalysis(
      manifest,
      documented: try VerdictFixture.documented(
        ["0.60", "0.50"], task: "hellaswag", metric: "acc_norm"),
      recordID: "abc", results: results)
    let same = try #require(analysis.rows.first { $0.task == "arc_challenge" })
    #expect(same.count == 40 && same.countOrigin == .record && same.differentCount == 0)
    #expect(same.discordance == 1.0 / 40 && same.seedDeviation == 0)
    let row = try #require(analysis.rows.first { $0.task == "hellaswag" })
    #expect(row.differentCount == 6 && row.discordance == 0.15)
    // Differences of 4, 2 and 6 of 40 items: a standard deviation of 0.05, half the documented difference.
    #expect(abs(try #require(row.seedDeviation) - 0.05) < 1e-12)
    #expect(row.requiredSeeds == 5)
    for row in analysis.rows {
      guard let noticed = row.smallestDetectable, let least = row.smallestSignificant else {
        continue
      }
      #expect(noticed >= least * 0.99, "\(row.task)")
    }
  }
}

extension Double {
  fileprivate func isApproximately(_ other: Double) -> Bool { abs(self - other) < 1e-9 }
}
