import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Reports

@Suite("What a manifest could detect, printed") struct PowerReportTests {
  @Test("Rows say what they cannot, and what it would take, in documents and in seeds")
  func rows() throws {
    let manifest = try ManifestFile.read("\(Checkout.manifests)/smollm2-135m-math.yaml").manifest
    let analysis = try PowerAnalysis(
      manifest,
      documented: try VerdictFixture.documented(
        ["0.5780", "0.5779"], task: "hellaswag", metric: "acc_norm"))
    let text = PowerText.text(analysis).plain
    #expect(text.contains("78488") && text.contains("never") && text.contains("80?"))
    #expect(text.contains("One seed:"))
    #expect(text.replacing("\n", with: " ").contains("takes 10 seeds of both, of half of one 34"))
    #expect(text.contains("n?: no lock and no finished run says"))
  }

  @Test("An unknown number of given texts is a question mark, and said to be unknown")
  func texts() throws {
    let path = "\(Checkout.manifests)/smollm2-135m-conflict.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing(#/ +limit: \d+\n/#, with: "")
    let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
    let analysis = try PowerAnalysis(manifest, documented: nil)
    let lines = PowerText.text(analysis).plain.split(separator: "\n")
    let row = try #require(lines.first { $0.hasPrefix("general_text") }).split(separator: " ")
    #expect(row[2] == "?")
    #expect(lines.contains { $0.hasPrefix("?: of given texts") })
    #expect(PowerJSON.json(analysis)["rows"]?.arrayValue?[0]["n"] == .null)
  }

  @Test("What three documents can show is none at all")
  func nothing() throws {
    let path = "\(Checkout.manifests)/smollm2-135m-math.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacingOccurrences(of: "limit: 24", with: "limit: 3")
    let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
    let analysis = try PowerAnalysis(manifest, documented: nil)
    let line = PowerText.text(analysis).plain.split(separator: "\n").first { $0.hasPrefix("gsm8k") }
    #expect(try #require(line).split(separator: " ").count { $0 == "none" } == 2)
  }

  @Test("Several answers to each item say what more of them would do, and what no number can")
  func answers() throws {
    let path = "\(Checkout.manifests)/tiny.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8).replacing(
      "max_new_tokens: 32",
      with: "max_new_tokens: 32\n      samples: {count: 2, temperature: 1, seed: 0}")
    let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
    func arm(_ name: String, _ answers: [[Double]]) -> ArmScores {
      let items = zip(VerdictFixture.items(answers.map { ($0[0] + $0[1]) / 2 }), answers).map {
        var item = $0
        item.answers = ArmScores.Answers(scores: $1, cutOffShare: 0)
        return item
      }
      return ArmScores(
        arm: name, seed: 42,
        rows: [.init(task: "gsm8k", metric: "exact_match,flexible-extract", items: items)])
    }
    let analysis = try PowerAnalysis(
      manifest, documented: nil, recordID: "abc",
      results: VerdictFixture.results([
        arm("eaft", [[1, 0], [1, 1], [0, 0], [1, 1]]),
        arm("sft", [[0, 0], [0, 0], [0, 1], [1, 1]]),
      ]))
    let printed = PowerText.text(analysis).plain.replacing("\n", with: " ")
    // Variances of 1/4 within items, and of 5/12 between their means, 1/8 of which the answers explain.
    #expect(
      printed.contains(
        "gsm8k exact_match,flexible-extract, 2 answers to each of 4 items: of the difference's standard error, 0.2700 comes of which items were asked (data noise) and 0.1768 of which answers were drawn (prediction noise; the two add as squares). Noticed would be 0.9042 with 2 answers, 0.8336 with 4, and 0.7565 with any number"
      ), "\(printed)")
    // Where all answers score the same, nothing follows for others.
    let same = try PowerAnalysis(
      manifest, documented: nil, recordID: "abc",
      results: VerdictFixture.results([
        arm("eaft", [[0, 0], [0, 0]]), arm("sft", [[0, 0], [0, 0]]),
      ]))
    #expect(!PowerText.text(same).plain.contains("data noise"))
    let noise = PowerJSON.json(analysis)["rows"]?.arrayValue?.compactMap { $0["noise"] } ?? []
    #expect(noise.count == 1 && noise[0]["prediction_variance"]?.exactValue == 0.25)
  }

  @Test("What a finished run measured is said to be measured, and by which")
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
    let text = PowerText.text(analysis).plain
    #expect(text.contains("0 of 40, below 2.5 %") && text.contains("measured by the run abc"))
    #expect(text.contains("5 (4 more)"))
    // One subject is no test, but its answers are counted all the same.
    let subject = VerdictFixture.items(
      [0, 1, 0, 0], clusters: [String?](repeating: "mmlu_anatomy", count: 4))
    let stem = try PowerAnalysis(
      manifest, documented: nil, recordID: "abc",
      results: VerdictFixture.results(
        ["sft", "eaft"].map { arm in
          ArmScores(
            arm: arm, seed: 1,
            rows: [.init(task: "mmlu_stem", metric: "acc,none", items: subject)])
        }))
    #expect(PowerText.text(stem).plain.contains("0 of 4, below 25.0 %"))
  }
}
