import RecordFixtures
import Testing

@testable import Manifests
@testable import Records

@Suite("Verdicts on claims") struct ClaimVerdictTests {
  private typealias Fixture = VerdictFixture

  private let better = DocumentedResults.Test.better(
    arm: "eaft", than: "sft", rows: [Fixture.row])

  private func notBetter(_ margin: Double) -> DocumentedResults.Test {
    .notBetter(arm: "eaft", than: "sft", rows: [Fixture.row], margin: margin)
  }

  private func equivalent(_ margin: Double) -> DocumentedResults.Test {
    .equivalent(arm: "eaft", to: "sft", rows: [Fixture.row], margin: margin)
  }

  // MARK: - Better

  @Test("A higher score is shown by McNemar's exact test")
  func shown() throws {
    let verdict = try Fixture.verdict(better, Fixture.pair(702, 622, of: 14042))
    #expect(verdict.status == .consistent)
    #expect(
      verdict.why
        == "On task.acc eaft scores higher than sft by +0.0057 ± 0.0026 (n 14042, exact McNemar p 0.0299, of these two checkpoints)."
    )
    let test = try #require(verdict.decisive.test)
    #expect(abs(test.pValue - 0.029884) < 5e-7 && test.adjustedPValue == test.pValue)
    #expect(test.statistic == nil && test.degreesOfFreedom == nil)
    #expect(test.discordant == SignificanceTest.Discordance(firstOnly: 702, secondOnly: 622))
    #expect(abs((test.standardError ?? 0) - 0.002591) < 5e-7)
    #expect((test.interval?.lower ?? 0) > 0 && test.interval?.level == 0.95)
  }

  @Test("The opposite is shown when the other arm scores higher")
  func shownTheOtherWay() throws {
    let verdict = try Fixture.verdict(better, Fixture.pair(622, 702, of: 14042))
    #expect(verdict.status == .diverged)
    #expect(
      verdict.why
        == "On task.acc it is the other way round: eaft minus sft is -0.0057 ± 0.0026 (n 14042, exact McNemar p 0.0299, of these two checkpoints)."
    )
  }

  @Test("Too few items say what they could have found, and how many it would take")
  func inconclusive() throws {
    let verdict = try Fixture.verdict(better, Fixture.pair(38, 31, of: 541))
    #expect(verdict.status == .inconclusive)
    #expect(
      verdict.why
        == "On task.acc eaft minus sft is +0.0129 ± 0.0154 (n 541, exact McNemar p 0.4704, of these two checkpoints), which cannot be told from no difference; the smallest detectable difference is 0.0430, and to show a difference of +0.0129 takes about 5,990 items."
    )
    #expect(abs((verdict.decisive.smallestDetectable ?? 0) - 2.801585 * 0.015358) < 1e-5)
    let opposite = try Fixture.verdict(better, Fixture.pair(31, 38, of: 541))
    #expect(opposite.why.hasSuffix("no difference; the smallest detectable difference is 0.0430."))
  }

  @Test("The documented difference is what the number of items is told for")
  func documentedDifference() throws {
    let cell = DocumentedResults.Cell(
      task: "task", metric: "acc", label: "Task", count: 541, unit: .fraction,
      values: [("eaft", "0.3153"), ("sft", "0.3096")].map {
        DocumentedResults.Value(arm: $0, text: $1, standardError: nil, band: nil)
      }, composition: nil, isRequired: true, source: "post")
    let judgement = Judgement(
      documented: Fixture.documented(cells: [cell], claims: [Fixture.claim(better)]),
      results: Fixture.results(Fixture.pair(31, 38, of: 541)))
    #expect(judgement.verdicts.count == 1)
    let verdict = judgement.verdicts[0]
    #expect(verdict.decisive.expected == "+0.0057")
    #expect(verdict.why.contains("to show the documented +0.0057 takes about 30,9"))
  }

  @Test("Five differing items of many show nothing, which nobody could know before")
  func fewDiffer() throws {
    let verdict = try Fixture.verdict(better, Fixture.pair(4, 1, of: 100))
    #expect(verdict.status == .inconclusive)
    #expect(
      verdict.why
        == "On task.acc eaft minus sft is +0.0300 ± 0.0223 (n 100, exact McNemar p 0.3750, of these two checkpoints), which cannot be told from no difference; of 100 items 5 differ, and even if all of these spoke for the same arm, p would be 0.0625."
    )
    #expect(verdict.isEvaluated)
    let same = try Fixture.verdict(better, Fixture.pair(0, 0, both: 40, of: 100))
    #expect(same.status == .inconclusive)
    #expect(
      same.why
        == "On task.acc eaft minus sft is +0.0000 (n 100, exact McNemar p 1.0000, of these two checkpoints), which cannot be told from no difference; they score all 100 items the same, so that nothing speaks for either."
    )
    #expect(try Fixture.verdict(better, Fixture.pair(6, 0, of: 100)).status == .consistent)
  }

  @Test("Few clusters are judged by their signs, several seeds of many items by Student's t")
  func clustered() throws {
    // Ten clusters of ten, of which every one favours the first arm, the fifth one most.
    let clusters = (0..<100).map { "subject \($0 / 10)" }
    let first = (0..<100).map { $0 % 10 < 5 + ($0 / 10 == 4 ? 3 : $0 / 10 % 2) ? 1.0 : 0 }
    let second = (0..<100).map { $0 % 10 < 3 ? 1.0 : 0 }
    let verdict = try Fixture.verdict(
      better,
      [
        Fixture.arm("eaft", Fixture.items(first, clusters: clusters)),
        Fixture.arm("sft", Fixture.items(second, clusters: clusters)),
      ])
    let test = try #require(verdict.decisive.test)
    #expect(verdict.status == .consistent && test.name == "exact sign flips, clustered")
    #expect(test.pValue == 2.0 / 1024 && test.degreesOfFreedom == nil)
    #expect(verdict.why.contains("n 100, 10 clusters, exact sign flips"))
    let (interval, bootstrap) = (try #require(test.interval), try #require(test.bootstrap))
    #expect(bootstrap.level == 0.95 && bootstrap.lower > 0)
    #expect(abs(bootstrap.lower - interval.lower) < 0.05)
    #expect(abs(bootstrap.upper - interval.upper) < 0.05)
    let seeds = try Fixture.verdict(
      better,
      [
        Fixture.arm("eaft", seed: 1, right: 60, of: 100),
        Fixture.arm("eaft", seed: 2, right: 50, of: 100),
        Fixture.arm("sft", seed: 1, right: 30, of: 100),
        Fixture.arm("sft", seed: 2, right: 30, of: 100),
      ])
    #expect(seeds.status == .consistent && seeds.decisive.test?.name == "paired t")
    #expect(seeds.decisive.test?.degreesOfFreedom == 99)
    #expect(seeds.decisive.test?.discordant == nil)
    #expect(abs((seeds.decisive.observed ?? 0) - 0.25) < 1e-12)
  }

  @Test("Clusters that differ little may show what their differing items alone would not")
  func unevenClusters() throws {
    // Seven clusters of +1 +1 0 0, one of +1 -1 0 0.
    let clusters = (0..<32).map { "subject \($0 / 4)" }
    let first = (0..<32).map { $0 % 4 < 2 && $0 != 29 ? 1.0 : 0 }
    let second = (0..<32).map { $0 == 29 ? 1.0 : 0 }
    let verdict = try Fixture.verdict(
      better,
      [
        Fixture.arm("eaft", Fixture.items(first, clusters: clusters)),
        Fixture.arm("sft", Fixture.items(second, clusters: clusters)),
      ])
    #expect(verdict.status == .consistent)
    // Seven of the same sign; the eighth is zero.
    #expect(verdict.decisive.test?.pValue == 2.0 / 128)
    // Items that differ here and there among clusters leave the claim open, not out of reach.
    let open = try Fixture.verdict(
      better,
      [
        Fixture.arm("eaft", Fixture.items((0..<32).map { $0 < 2 ? 1 : 0 }, clusters: clusters)),
        Fixture.arm("sft", Fixture.items((0..<32).map { $0 == 9 ? 1 : 0 }, clusters: clusters)),
      ])
    #expect(open.status == .inconclusive)
  }

  @Test("Items of a single cluster cannot be told from each other, so that nothing is tested")
  func singleCluster() throws {
    let clusters = [String?](repeating: "subject", count: 40)
    let arms = [("eaft", 30), ("sft", 10)].map { name, right in
      Fixture.arm(name, Fixture.items((0..<40).map { $0 < right ? 1 : 0 }, clusters: clusters))
    }
    for test in [better, notBetter(0.1), equivalent(0.1)] {
      let verdict = try Fixture.verdict(test, arms)
      #expect(verdict.status == .untestable)
      #expect(verdict.why.hasPrefix("All 40 items of task.acc are of one cluster, whose scores"))
    }
  }

  @Test("Where every item favours the same arm, margins are judged by how many there are")
  func equalDifferences() throws {
    let all = try Fixture.verdict(notBetter(0.1), Fixture.pair(100, 0, of: 100))
    #expect(all.status == .diverged && all.decisive.test?.name == "all differ alike")
    #expect(
      all.why
        == "On task.acc eaft does score higher than sft, by +1.0000, more than the margin of 0.1000 (n 100, all differ alike, p below 0.0001, of these two checkpoints)."
    )
    #expect(try Fixture.verdict(equivalent(0.1), Fixture.pair(0, 100, of: 100)).status == .diverged)
    #expect(
      try Fixture.verdict(notBetter(0.1), Fixture.pair(0, 100, of: 100)).status == .consistent)
    // (1.1 / 2)⁴
    let few = try Fixture.verdict(notBetter(0.1), Fixture.pair(4, 0, of: 4))
    #expect(few.status == .inconclusive)
  }

  @Test("The worst row decides, and every row keeps its finding")
  func worstRow() throws {
    func arm(_ name: String, _ rights: [Int]) -> ArmScores {
      ArmScores(
        arm: name, seed: nil,
        rows: rights.enumerated().map { index, right in
          ArmScores.Row(
            task: "task \(index)", metric: "acc",
            items: Fixture.items((0..<100).map { $0 < right ? 1 : 0 }))
        })
    }
    let rows = (0..<3).map { DocumentedResults.RowName(task: "task \($0)", metric: "acc") }
    let verdict = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", rows: rows),
      [arm("eaft", [90, 42, 90]), arm("sft", [50, 30, 88])])
    #expect(verdict.findings.map(\.status) == [.consistent, .consistent, .inconclusive])
    #expect(verdict.status == .inconclusive && verdict.decisive.row == rows[2])
    let missing = try Fixture.verdict(
      .better(arm: "eaft", than: "sft", rows: rows),
      [arm("eaft", [90, 42]), arm("sft", [50, 30])])
    #expect(missing.status == .skipped)
  }

  @Test(
    "Tests of required claims are corrected for each other, and cost optional ones nothing more")
  func correction() throws {
    let claims = [
      Fixture.claim(better, id: "first"), Fixture.claim(better, id: "second"),
      Fixture.claim(better, id: "optional", isRequired: false),
    ]
    let judgement = Judgement(
      documented: Fixture.documented(claims: claims),
      results: Fixture.results(Fixture.pair(702, 622, of: 14042)))
    let tests = judgement.verdicts.compactMap(\.decisive.test)
    #expect(tests.count == 3)
    let factors = tests.map { $0.adjustedPValue / $0.pValue }
    #expect(zip(factors, [2.0, 2, 3]).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(judgement.verdicts.map(\.status) == [.inconclusive, .inconclusive, .inconclusive])
    #expect(judgement.verdicts[0].why.contains("p 0.0299, adjusted 0.0598"))
  }

  // MARK: - Margins

  @Test("Not better is shown below the margin, refuted above it, and open between")
  func notBetter() throws {
    let shown = try Fixture.verdict(notBetter(0.02), Fixture.pair(622, 702, of: 14042))
    #expect(shown.status == .consistent)
    #expect(
      shown.why
        == "On task.acc eaft minus sft is -0.0057 ± 0.0026, below the margin of 0.0200 (n 14042, one-sided score p below 0.0001, of these two checkpoints)."
    )
    #expect(shown.decisive.test?.interval?.level == 0.9)
    let refuted = try Fixture.verdict(notBetter(0.01), Fixture.pair(800, 400, of: 14042))
    #expect(refuted.status == .diverged)
    #expect(
      refuted.why.hasPrefix(
        "On task.acc eaft does score higher than sft, by +0.0285 ± 0.0025, more than the margin of 0.0100 (n 14042, one-sided score p below 0.0001, "
      ))
    let open = try Fixture.verdict(notBetter(0.01), Fixture.pair(31, 38, of: 541))
    #expect(open.status == .inconclusive)
    #expect(
      open.why
        == "On task.acc eaft minus sft is -0.0129 ± 0.0154 (n 541, one-sided score p 0.0687, of these two checkpoints): that cannot be told from a difference of the margin, 0.0100; the smallest detectable difference is 0.0382, and to show this takes about 1,500 items."
    )
  }

  @Test("Equivalence needs both one-sided tests, and is refuted beyond the margin")
  func equivalent() throws {
    let shown = try Fixture.verdict(equivalent(0.02), Fixture.pair(622, 702, of: 14042))
    #expect(shown.status == .consistent)
    #expect(
      shown.why
        == "On task.acc eaft and sft differ by -0.0057 ± 0.0026, less than the margin of 0.0200 (n 14042, two one-sided score p below 0.0001, of these two checkpoints)."
    )
    let refuted = try Fixture.verdict(equivalent(0.01), Fixture.pair(400, 800, of: 14042))
    #expect(refuted.status == .diverged && refuted.why.contains("more than the margin of 0.0100"))
    let open = try Fixture.verdict(equivalent(0.02), Fixture.pair(31, 38, of: 541))
    #expect(open.status == .inconclusive)
  }

  @Test("Equal answers show as much equivalence as their number does, and no more")
  func identicalAnswers() throws {
    let many = try Fixture.verdict(equivalent(0.02), Fixture.pair(0, 0, both: 50, of: 1000))
    #expect(many.status == .consistent)
    let few = try Fixture.verdict(equivalent(0.02), Fixture.pair(0, 0, both: 5, of: 20))
    #expect(few.status == .inconclusive)
    // (1 - 0.02)²⁰
    #expect(abs((few.decisive.test?.pValue ?? 0) - 0.667608) < 1e-6)
    #expect(
      few.why
        == "On task.acc eaft minus sft is +0.0000 (n 20, none differs, p 0.6676, of these two checkpoints): that cannot be told from a difference of the margin, 0.0200."
    )
    let none = try Fixture.verdict(notBetter(0), Fixture.pair(0, 0, both: 5, of: 20))
    #expect(none.status == .inconclusive && none.decisive.test?.pValue == 1)
  }

  // MARK: - Forgetting

  private let retained = DocumentedResults.Test.retained(
    arm: "eaft", than: "sft", base: "base", rows: [Fixture.row])

  @Test("Forgetting is measured against the base, item by item")
  func retainedClaims() throws {
    func verdict(base: Int, eaft: Int, sft: Int) throws -> Verdict {
      try Fixture.verdict(
        retained,
        [("base", base), ("eaft", eaft), ("sft", sft)].map {
          Fixture.arm($0, right: $1, of: 1000)
        })
    }
    let shown = try verdict(base: 600, eaft: 590, sft: 500)
    #expect(shown.status == .consistent)
    #expect(
      shown.why
        == "On task.acc sft loses 0.1000 ± 0.0095 against base and eaft loses 0.0100 ± 0.0031: eaft keeps +0.0900 ± 0.0091 more than sft (n 1000, exact McNemar p below 0.0001, of these two checkpoints)."
    )
    let opposite = try verdict(base: 600, eaft: 500, sft: 590)
    #expect(opposite.status == .diverged && opposite.why.contains("it is eaft that loses more"))
    let nothing = try verdict(base: 500, eaft: 520, sft: 498)
    #expect(nothing.status == .inconclusive)
    #expect(
      nothing.why.hasSuffix(
        "sft lost nothing that can be shown (p 0.5000), so there is no forgetting that eaft could have less of."
      ))
    let gained = try verdict(base: 400, eaft: 520, sft: 498)
    #expect(gained.status == .inconclusive && gained.why.contains("sft lost nothing, so there is"))
    #expect(gained.why.contains("sft gains 0.0980 ± 0.0094 against base and eaft gains 0.1200"))
    let corrected = Judgement(
      documented: Fixture.documented(
        claims: (0..<2).map { Fixture.claim(retained, id: "claim \($0)") }),
      results: Fixture.results(
        [("base", 506), ("eaft", 590), ("sft", 500)].map {
          Fixture.arm($0, right: $1, of: 1000)
        }))
    #expect(corrected.status == .inconclusive)
    #expect(corrected.why.contains(", adjusted 0.0625), so there is no forgetting"))
    let close = try verdict(base: 600, eaft: 503, sft: 500)
    #expect(close.status == .inconclusive)
    #expect(close.why.contains("of 1000 items 3 differ, and even if all of these spoke"))
  }

  @Test("Losses that cannot be told apart are inconclusive")
  func openForgetting() throws {
    let base = Fixture.arm("base", right: 600, of: 1000)
    let verdict = try Fixture.verdict(retained, [base] + Fixture.pair(31, 38, both: 300, of: 1000))
    #expect(verdict.status == .inconclusive)
    #expect(verdict.why.contains("which cannot be told from none; the smallest detectable"))
  }

  // MARK: - Counts

  @Test("No right answer at all is counted, with what it leaves possible")
  func noneCorrect() throws {
    let test = DocumentedResults.Test.noneCorrect(
      arms: ["eaft", "sft"], rows: [Fixture.row], count: 30)
    let none = try Fixture.verdict(test, Fixture.pair(0, 0, of: 30))
    #expect(none.status == .consistent && none.findings.count == 2)
    #expect(
      none.why
        == "eaft answers 0 of 30 items of task.acc correctly; on other items it could still be up to 11.6 % (95 %, Clopper-Pearson)."
    )
    func open(_ count: Int?, _ rate: Double?) throws -> Verdict {
      try Fixture.verdict(
        .noneCorrect(arms: ["sft"], rows: [Fixture.row], count: count, largestRate: rate),
        [Fixture.arm("sft", right: 0, of: 30)])
    }
    #expect(try open(31, nil).status == .inconclusive && open(30, 0.12).status == .consistent)
    let rate = try open(nil, 0.1)
    #expect(rate.status == .inconclusive)
    #expect(rate.why.hasSuffix(", which is not below the 10.0 % that was named."))
    #expect(try open(nil, nil).status == .inconclusive)
    let one = try Fixture.verdict(test, Fixture.pair(0, 1, of: 30))
    #expect(one.status == .diverged)
    #expect(one.why == "sft answers 1 of 30 items of task.acc correctly.")
    let seeds = try Fixture.verdict(
      .noneCorrect(arms: ["sft"], rows: [Fixture.row]),
      [
        Fixture.arm("sft", seed: 1, right: 0, of: 30),
        Fixture.arm("sft", seed: 2, right: 2, of: 30),
      ])
    #expect(
      seeds.why == "sft answers 2 of 30 items of task.acc correctly in at least one of 2 seeds.")
  }

  @Test("A claim that is declared to be out of reach says why, and counts as nothing evaluated")
  func declaredUntestable() throws {
    let verdict = try Fixture.verdict(.untestable(reason: "No such model"), [])
    #expect(verdict.status == .untestable && verdict.why == "No such model.")
    #expect(!verdict.isEvaluated)
  }

  @Test("A claim without rows is invalid")
  func noRows() throws {
    let test = DocumentedResults.Test.better(arm: "eaft", than: "sft", rows: [])
    #expect(try Fixture.verdict(test, Fixture.pair(9, 1, of: 30)).status == .invalid)
  }

  // MARK: - Evidence

  @Test("Arms that were not asked the same are invalid, with the item named")
  func differentItems() throws {
    let items = Fixture.items((0..<30).map { _ in 1 })
    let eaft = Fixture.arm("eaft", items)
    func why(_ others: [ArmScores.Item]) throws -> String {
      let verdict = try Fixture.verdict(better, [eaft, Fixture.arm("sft", others)])
      #expect(verdict.status == .invalid)
      return verdict.why
    }
    #expect(
      try why(Array(items.dropLast()))
        == "The item task/29 was asked of the arm \"eaft\", but not of the arm \"sft\".")
    let added = ArmScores.Item(
      id: "task/30", prompt: Fixture.prompt("30"), scores: [1], cluster: nil)
    #expect(
      try why(items + [added])
        == "The item task/30 was asked of the arm \"sft\", but not of the arm \"eaft\".")
    let reworded = ArmScores.Item(
      id: "task/7", prompt: Fixture.prompt("another"), scores: [1], cluster: nil)
    #expect(
      try why(items.map { $0.id == "task/7" ? reworded : $0 })
        == "The item task/7 has another prompt in the arm \"eaft\" than in the arm \"sft\".")
    let doubled = ArmScores.Item(
      id: "task/7", prompt: Fixture.prompt("7"), scores: [1, 0], cluster: nil)
    #expect(
      try why(items.map { $0.id == "task/7" ? doubled : $0 })
        == "The item task/7 has another number of scores in the arm \"eaft\" (1) than in the arm \"sft\" (2)."
    )
  }

  @Test("The order of items does not matter")
  func order() throws {
    var arms = Fixture.pair(702, 622, of: 14042)
    let straight = try Fixture.verdict(better, arms)
    arms[1] = Fixture.arm("sft", arms[1].rows[0].items.reversed())
    #expect(try Fixture.verdict(better, arms) == straight)
  }
}
