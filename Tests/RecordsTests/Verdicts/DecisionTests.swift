import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite("Verdicts of claims that name an effect") struct DecisionTests {
  private typealias Fixture = VerdictFixture

  private let loss = DocumentedResults.RowName(task: "text", metric: "nats_per_token")
  private let divergence = DocumentedResults.RowName(task: "text", metric: "kl_from_base")

  /// An arm with a loss and a divergence on documents, of which every third counts twice.
  private func arm(
    _ name: String, seed: UInt64?, loss: Double, divergence: Double, count: Int = 40
  ) -> ArmScores {
    func row(_ metric: String, _ mean: Double, _ spread: Double, shift: Int) -> ArmScores.Row {
      ArmScores.Row(
        task: "text", metric: metric,
        items: (0..<count).map { index in
          ArmScores.Item(
            id: "text/\(index)", prompt: Fixture.prompt("\(index)"),
            scores: [mean * (1 + spread * (Double((index * 7 + shift) % 11) - 5) / 5)],
            cluster: nil,
            weight: index % 3 == 0 ? 2 : 1)
        })
    }
    return ArmScores(
      arm: name, seed: seed,
      rows: [
        row("nats_per_token,none", loss, 0.1, shift: 0),
        row("kl_from_base,none", divergence, 0.3, shift: name.count),
      ])
  }

  /// Four seeds of three arms like those of the pilot, beside the base.
  private func arms(eaft: [Double] = [0.06, 0.07, 0.066, 0.072]) -> [ArmScores] {
    var arms = [arm("base", seed: nil, loss: 3, divergence: 0)]
    for (seed, cost) in zip([43, 44, 45, 46] as [UInt64], eaft) {
      let noise = Double(seed % 3) / 500
      arms.append(arm("sft", seed: seed, loss: 3.2, divergence: 0.1 + noise))
      arms.append(arm("low", seed: seed, loss: 3.15, divergence: 0.05 + noise))
      arms.append(arm("eaft", seed: seed, loss: 3.18, divergence: cost))
    }
    return arms
  }

  // MARK: - Effects of interest

  @Test("A least effect is shown beyond it, refuted short of it, and open around it")
  func leastEffect() throws {
    func status(_ firstOnly: Int, _ secondOnly: Int, by least: Double?) throws -> Verdict.Status {
      try Fixture.verdict(
        .better(arm: "eaft", than: "sft", by: least, rows: [Fixture.row]),
        Fixture.pair(firstOnly, secondOnly, of: 2000)
      ).status
    }
    #expect(try status(150, 50, by: 0.03) == .consistent)
    #expect(try status(110, 50, by: 0.03) == .inconclusive)
    #expect(try status(50, 50, by: 0.03) == .diverged)
    #expect(try status(0, 0, by: 0.03) == .diverged)
    // Without one it can only be shown or be the other way round.
    #expect(try status(50, 50, by: nil) == .inconclusive)
    let refuted = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", by: 0.03, rows: [Fixture.row]),
      Fixture.pair(50, 50, of: 2000))
    #expect(
      refuted.why.contains("which excludes the smallest effect of interest, +0.0300"))
  }

  @Test(
    "The documented difference is refuted where it is excluded, and no less shown where it is met")
  func documentedEffect() throws {
    func verdict(_ firstOnly: Int, _ secondOnly: Int) throws -> Verdict {
      let cell = DocumentedResults.Cell(
        task: "task", metric: "acc", label: "Task", count: 2000, unit: .fraction,
        values: [("eaft", "0.360"), ("sft", "0.310")].map {
          DocumentedResults.Value(arm: $0, text: $1, standardError: nil, band: nil)
        }, composition: nil, isRequired: true, source: "post")
      let claim = Fixture.claim(.better(arm: "eaft", than: "sft", rows: [Fixture.row]))
      return try #require(
        Judgement(
          documented: Fixture.documented(cells: [cell], claims: [claim]),
          results: Fixture.results(Fixture.pair(firstOnly, secondOnly, of: 2000))
        ).verdicts.first)
    }
    #expect(try verdict(150, 50).status == .consistent)
    let none = try verdict(50, 50)
    #expect(none.status == .diverged && none.why.contains("which excludes the documented +0.0500"))
    let less = try verdict(80, 40)
    #expect(less.status == .consistent && less.why.hasSuffix(", less than the documented +0.0500."))
    #expect(try verdict(0, 0).status == .diverged)
  }

  @Test("Lower is better where the metric says so, and worse is the mirror image of better")
  func directions() throws {
    let better = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", by: 0.01, rows: [divergence]), arms())
    #expect(better.status == .consistent)
    #expect(better.why.hasPrefix("On text.kl_from_base eaft scores lower than sft by -0.03"))
    #expect(
      better.why.contains(" nats, more than 0.0100 (n 40, ") && better.decisive.observed ?? 0 < 0)
    let interval = try #require(better.decisive.test?.interval)
    #expect(interval.upper < -0.01 && interval.lower < interval.upper)
    let worse = try Fixture.verdict(
      .worse(arm: "sft", than: "base", by: 0.05, rows: [loss]), arms())
    #expect(worse.status == .consistent && worse.decisive.observed ?? 0 > 0.05)
    #expect(worse.why.hasPrefix("On text.nats_per_token sft scores higher than base by +0.20"))
    let wrong = try Fixture.verdict(.worse(arm: "eaft", than: "sft", rows: [divergence]), arms())
    #expect(wrong.status == .diverged && wrong.why.contains("it is the other way round"))
  }

  // MARK: - Seeds

  @Test("From three seeds on, the larger of both errors counts, and both are told")
  func seeds() throws {
    let steady = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", rows: [divergence]), arms())
    #expect(steady.why.contains("over 4 seeds") && steady.why.contains("over items"))
    // The same means over items, but seeds that contradict each other.
    let erratic = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", rows: [divergence]), arms(eaft: [0.01, 0.13, 0.02, 0.11]))
    #expect(erratic.status == .inconclusive)
    let test = try #require(erratic.decisive.test)
    #expect(test.name == "paired t over 4 seeds" && test.degreesOfFreedom == 3)
    #expect(erratic.why.contains(" seeds.") || erratic.why.contains("takes about"))
    let one = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", rows: [divergence]),
      arms().filter { $0.seed == 43 || $0.seed == nil })
    #expect(one.status == .consistent && one.why.contains("of these two checkpoints"))
  }

  // MARK: - Ratios

  @Test("A ratio is judged by its logarithm, over seeds or, of one, over documents")
  func ratios() throws {
    func verdict(_ limit: Double, _ arms: [ArmScores]) throws -> Verdict {
      try Fixture.verdict(.ratio(arm: "eaft", to: "sft", below: limit, rows: [divergence]), arms)
    }
    let shown = try verdict(0.9, arms())
    #expect(shown.status == .consistent)
    #expect(shown.why.hasPrefix("On text.kl_from_base eaft is 0.6"))
    #expect(shown.why.contains("times sft, below 0.9000 (95 % interval 0."))
    #expect(shown.why.contains("t over 4 seeds") && shown.decisive.values.count == 4)
    #expect(try verdict(0.5, arms()).status == .diverged)
    #expect(try verdict(0.66, arms()).status == .inconclusive)
    let one = try verdict(0.9, arms().filter { $0.seed == 43 })
    #expect(one.status == .consistent)
    #expect(one.why.contains("t over documents") && one.why.contains("not of other seeds"))
    // An arm that does not differ from the base at all has no ratio.
    let none = try Fixture.verdict(
      .ratio(arm: "base", to: "sft", below: 0.9, rows: [divergence]), arms())
    #expect(none.status == .inconclusive && none.why.contains("is not above zero"))
  }

  // MARK: - Frontiers

  private func frontier(_ arms: [ArmScores], by least: Double = 0) throws -> Verdict {
    try Fixture.verdict(
      .frontier(arm: "eaft", against: ["low", "sft"], cost: divergence, gain: loss, by: least),
      arms)
  }

  @Test("At equal learning, an arm is held against the line through the others")
  func frontiers() throws {
    // Of a loss of 3.18, where the line goes through 0.4 of the way from sft to low: 0.08.
    let shown = try frontier(arms())
    #expect(shown.status == .consistent)
    #expect(shown.why.contains("at equal text.nats_per_token, eaft minus low and sft is -0.01"))
    #expect(try frontier(arms(eaft: [0.09, 0.1, 0.096, 0.101])).status == .diverged)
    #expect(try frontier(arms(eaft: [0.07, 0.09, 0.081, 0.083])).status == .inconclusive)
    #expect(try frontier(arms(), by: 0.05).status == .diverged)
    let few = try frontier(arms().filter { $0.seed != 45 && $0.seed != 46 })
    #expect(few.status == .untestable && few.why.contains("it takes 3 seeds to tell"))
  }

  @Test("Lines are straight between points, go on beyond them, and tell how far")
  func lines() throws {
    let points = [(gain: 3.0, cost: 9.0), (gain: 1.0, cost: 1.0), (gain: 2.0, cost: 3.0)]
    func line(_ gain: Double) -> (value: Double, beyond: Double)? {
      SeedwiseTest.line(through: points, at: gain)
    }
    #expect(try #require(line(1.5)) == (2, 0) && line(2.5)?.value == 6)
    #expect(try #require(line(1)) == (1, 0) && line(3)?.value == 9)
    #expect(try #require(line(0)) == (-1, 0.5) && line(5)?.value == 21 && line(5)?.beyond == 1)
    #expect(SeedwiseTest.line(through: [(1, 2), (1, 3)], at: 1) == nil)
    #expect(SeedwiseTest.line(through: [], at: 1) == nil)
  }

  @Test("A line that is continued too far tells nothing, and one that is continued is told")
  func continuedLines() throws {
    func arms(_ eaft: Double) -> [ArmScores] {
      self.arms().map { arm in
        arm.arm == "eaft"
          ? self.arm(
            "eaft", seed: arm.seed, loss: eaft, divergence: 0.01 + Double(arm.seed ?? 0) / 5e4)
          : arm
      }
    }
    let near = try frontier(arms(3.12))
    #expect(near.why.contains("in 4 of 4 seeds eaft has learned more or less than all of them"))
    #expect(near.status == .consistent)
    let far = try frontier(arms(2.9))
    #expect(far.status == .inconclusive && far.why.contains("which tells nothing"))
  }

  // MARK: - Correction

  @Test("Rows of a claim that all have to hold cost each other nothing, other claims do")
  func intersectionUnion() throws {
    func arms() -> [ArmScores] {
      let pair = Fixture.pair(40, 20, of: 541)
      return pair.map { arm in
        ArmScores(
          arm: arm.arm, seed: nil,
          rows: (0..<3).map {
            ArmScores.Row(task: "task \($0)", metric: "acc", items: arm.rows[0].items)
          })
      }
    }
    let rows = (0..<3).map { DocumentedResults.RowName(task: "task \($0)", metric: "acc") }
    let one = Fixture.claim(.better(arm: "eaft", than: "sft", rows: rows), id: "one")
    let two = Fixture.claim(.better(arm: "eaft", than: "sft", rows: [rows[0]]), id: "two")
    let alone = Judgement(
      documented: Fixture.documented(claims: [one]), results: Fixture.results(arms()))
    #expect(alone.status == .consistent)
    #expect(
      alone.verdicts[0].findings.allSatisfy { $0.test?.pValue == $0.test?.adjustedPValue })
    let both = Judgement(
      documented: Fixture.documented(claims: [one, two]), results: Fixture.results(arms()))
    let tests = both.verdicts.flatMap(\.findings).compactMap(\.test)
    #expect(tests.allSatisfy { abs($0.adjustedPValue / $0.pValue - 2) < 1e-9 })
    // What would be noticed is that of half the level.
    let detectable = try #require(both.verdicts[0].decisive.smallestDetectable)
    let error = try #require(tests[0].standardError)
    #expect(abs(detectable / error - (2.2414027 + 0.8416212)) < 1e-5)
  }

  @Test("Nothing is out of reach but by design: with five items, whatever they say")
  func design() throws {
    let better = DocumentedResults.Test.better(arm: "eaft", than: "sft", rows: [Fixture.row])
    let few = try Fixture.verdict(better, Fixture.pair(5, 0, of: 5))
    #expect(few.status == .untestable && few.why.contains("even if all 5 independent items"))
    #expect(try Fixture.verdict(better, Fixture.pair(6, 0, of: 6)).status == .consistent)
    #expect(try Fixture.verdict(better, Fixture.pair(5, 0, of: 6)).status == .inconclusive)
    // Clusters of differing items are as few as items: exact signs, not Student's t.
    let clusters = (0..<80).map { $0 < 2 ? "source" : "item \($0)" }
    let arms = Fixture.pair(4, 0, of: 80).map { arm in
      Fixture.arm(
        arm.arm, Fixture.items(arm.rows[0].items.map { $0.scores[0] }, clusters: clusters))
    }
    let clustered = try Fixture.verdict(better, arms)
    #expect(clustered.status == .inconclusive)
    #expect(clustered.decisive.test?.name == "exact sign flips, clustered")
    #expect(clustered.decisive.test?.pValue == 0.25)
  }
}
