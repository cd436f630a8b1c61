import Foundation
import RecordFixtures
import Statistics
import TestSupport
import Testing

@testable import Files
@testable import Manifests
@testable import Records

private typealias Fixture = VerdictFixture

@Suite("Rows of several answers to each item") struct AnswerNoiseRowTests {
  /// Numbered items whose score is the mean of their answers.
  private func items(_ answers: [[Double]], cutOff: Double = 0) -> [ArmScores.Item] {
    answers.enumerated().map { index, scores in
      ArmScores.Item(
        id: "task/\(index)", prompt: Fixture.prompt("\(index)"),
        scores: [Sample.mean(scores) ?? .nan], cluster: nil, target: Fixture.prompt("right"),
        answers: ArmScores.Answers(scores: scores, cutOffShare: cutOff))
    }
  }

  private func row(_ arm: String, _ arms: [ArmScores]) throws -> ArmRow {
    try ArmRow(Fixture.row, arm: arm, in: Fixture.results(arms))
  }

  private let first: [[Double]] = [[1, 1, 0, 1], [0, 0, 1, 0], [1, 0, 1, 1]]
  private let second: [[Double]] = [[1, 0, 0, 1], [0, 0, 1, 1], [1, 0, 0, 0]]

  @Test("the difference's noise is that of the answers' differences, k-th by k-th")
  func pair() throws {
    let arms = [Fixture.arm("eaft", items(first)), Fixture.arm("sft", items(second).reversed())]
    let pair = try PairedRow(try row("eaft", arms), try row("sft", arms))
    #expect(pair.differences == [0.25, -0.25, 0.5] && pair.discordance == nil)
    #expect(pair.noise == AnswerNoise([[0, 1, 0, 0], [0, 0, 0, -1], [0, 0, 1, 1]]))
    // Arms that drew the same answers have none.
    let same = try PairedRow(try row("eaft", arms), try row("eaft", arms))
    #expect(same.noise?.predictionVariance == 0)
  }

  @Test("over seeds the k-th answers are averaged, so that their noise is that of the mean")
  func seeds() throws {
    let arms = [
      Fixture.arm("eaft", seed: 1, items(first, cutOff: 0.25)),
      Fixture.arm("eaft", seed: 2, items(second, cutOff: 0.75)),
    ]
    let row = try row("eaft", arms)
    #expect(row.items[0].answers?.scores == [1, 0.5, 0, 1] && row.items[0].scores == [0.625])
    #expect(row.cutOffShare == 0.5)
  }

  @Test("one answer, other numbers of them, and arms of which one has none: no noise is told")
  func refusals() throws {
    func noise(_ one: [ArmScores.Item], _ other: [ArmScores.Item]) throws -> AnswerNoise? {
      let arms = [Fixture.arm("eaft", one), Fixture.arm("sft", other)]
      return try PairedRow(try row("eaft", arms), try row("sft", arms)).noise
    }
    #expect(try noise(items(first), items(second)) != nil)
    #expect(try noise(items(first), items(second.map { Array($0.prefix(2)) })) == nil)
    #expect(try noise(items(first), Fixture.items([1, 0, 1])) == nil)
    #expect(try noise(items([[1], [0], [1]]), items([[0], [0], [1]])) == nil)
    #expect(try row("sft", [Fixture.arm("sft", Fixture.items([1, 0]))]).cutOffShare == nil)
  }

  @Test("no right answer at all is none of all answers, and those that were cut off are told")
  func noneCorrect() throws {
    func why(_ answers: [[Double]], cutOff: Double) throws -> Verdict {
      try Fixture.verdict(
        .noneCorrect(arms: ["sft"], rows: [Fixture.row], count: 30),
        [Fixture.arm("sft", items(answers, cutOff: cutOff))])
    }
    let none = try why([[Double]](repeating: [0, 0], count: 30), cutOff: 0.125)
    #expect(none.status == .consistent)
    #expect(
      none.why
        == "sft answers 0 of 30 items of task.acc correctly in at least one of 2 answers; on other items it could still be up to 11.6 % (95 %, Clopper-Pearson); 12.5 % of its answers were cut off at their longest."
    )
    let one = try why([[Double]](repeating: [0, 1], count: 1) + [[0, 0]], cutOff: 0)
    #expect(one.status == .diverged)
    #expect(
      one.why
        == "sft answers 1 of 2 items of task.acc correctly in at least one of 2 answers; 0.0 % of its answers were cut off at their longest."
    )
  }

  @Test("power tells from the spread what they notice, and by how much more of them would help")
  func power() throws {
    let text = try String(contentsOfFile: "\(Checkout.manifests)/tiny.yaml", encoding: .utf8)
      .replacing(
        "max_new_tokens: 32",
        with: "max_new_tokens: 32\n      samples: {count: 4, temperature: 1, seed: 0}")
    let manifest = try ManifestDecoder.decode(Array(text.utf8), name: "test.yaml")
    let unmeasured = try PowerAnalysis(manifest, documented: nil)
    let open = try #require(unmeasured.rows.first { $0.task == "gsm8k" })
    #expect(open.discordance == nil && open.smallestDetectable == nil && open.noise == nil)
    let arms = [("sft", second), ("eaft", first)].map { name, answers in
      ArmScores(
        arm: name, seed: 42,
        rows: [
          ArmScores.Row(
            task: "gsm8k", metric: "exact_match,flexible-extract", items: items(answers))
        ])
    }
    let analysis = try PowerAnalysis(
      manifest, documented: nil, recordID: "abc", results: Fixture.results(arms))
    let row = try #require(analysis.rows.first { $0.task == "gsm8k" })
    let noise = try #require(row.noise)
    #expect(row.discordance == nil && row.count == 3)
    #expect(noise.answerCount == 4 && noise.itemCount == 3)
    // The standard deviation of 0.25, -0.25 and 0.5 by √3, times 2.80159.
    #expect(abs(try #require(row.smallestDetectable) - 2.80159 * 0.220479) < 1e-5)
  }
}
