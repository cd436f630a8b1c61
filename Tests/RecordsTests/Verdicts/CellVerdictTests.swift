import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite("Verdicts on cells") struct CellVerdictTests {
  private typealias Fixture = VerdictFixture

  private let flip = Band.Kind.conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95)

  private func judged(
    _ cell: DocumentedResults.Cell, right: [Int], of count: Int = 100
  ) throws -> Verdict {
    try Fixture.verdict(
      cell,
      right.enumerated().map { Fixture.arm("sft", seed: UInt64($0), right: $1, of: count) })
  }

  @Test("The one count that a value can stand for reproduces it under every band of one run")
  func reproduced() throws {
    let kinds: [Band.Kind] = [
      .rounding, .exactCount, flip, .binomial(level: 0.95), .authored(reason: "agreed"),
    ]
    for kind in kinds {
      let cell = Fixture.cell(
        "0.3100", band: kind, stored: Band.Stored(lower: "0.2", upper: "0.4"),
        documents: Fixture.documents(100))
      let verdict = try judged(cell, right: [31])
      #expect(verdict.status == .reproduced)
      #expect(
        verdict.why == "31 of 100 items are right, the only count that 0.3100 can stand for.")
      #expect(verdict.decisive.expected == "0.3100" && verdict.decisive.observed == 0.31)
      #expect(verdict.id == "task.acc.sft" && verdict.title == "Task")
    }
    let several = try judged(
      Fixture.cell("0.3100", band: flip, documents: Fixture.documents(100)), right: [31, 31])
    #expect(several.status == .reproduced && several.decisive.values == [0.31, 0.31])
    #expect(
      several.why
        == "31 of 100 items are right with each of 2 seeds, the only count that 0.3100 can stand for."
    )
  }

  @Test("A value that eleven counts are printed as is reproduced by none of them")
  func severalCounts() throws {
    let inside = try judged(Fixture.cell("0.3", band: flip), right: [31, 29])
    #expect(inside.status == .consistent && inside.decisive.values == [0.31, 0.29])
    let exact = try judged(Fixture.cell("0.3", band: .exactCount), right: [29, 31])
    #expect(exact.status == .consistent)
    #expect(exact.why == "29, 31 of 100 items are right; 0.3 can stand for 25 to 35.")
    #expect(try judged(Fixture.cell("0.3", band: .exactCount), right: [36]).status == .diverged)
  }

  @Test("The mean of other runs is no count, whatever a run's own count is")
  func meansOfRuns() throws {
    // Runs of 0.25 and 0.35 are printed as 0.3; 30 of 100 is none of them.
    let seeds = Band.Kind.seedPrediction(runs: ["0.25", "0.35"], level: 0.5)
    #expect(try judged(Fixture.cell("0.30", band: seeds), right: [30]).status == .consistent)
    let points = Band.Kind.referenceConvergence(
      runs: ["0.30", "0.31", "0.30", "0.29", "0.30", "0.31"], level: 0.95, dropped: 1)
    #expect(try judged(Fixture.cell("0.30", band: points), right: [30]).status == .consistent)
    let four = Fixture.cell("0.3", band: seeds, count: 16)
    #expect(try judged(four, right: [4], of: 16).status != .reproduced)
    var mean = Fixture.cell("0.3100", band: flip)
    mean.runs = 3
    #expect(try judged(mean, right: [31]).status == .consistent)
  }

  @Test("Of two counts that are printed alike, the groups tell which one is documented")
  func narrowedCounts() throws {
    let file = try ExperimentFile.read(
      Checkout.experiments.appending(path: "eaft-axolotl-blog").path)
    let rows = DecodedTable.rows(of: file.results)
    let total = try #require(rows.first)
    #expect(total.cell.id == "mmlu.acc" && total.value(of: "eaft")?.countsOfRun == 4427...4427)
    func verdict(_ right: Int, _ kind: Band.Kind) throws -> Verdict {
      let value = try #require(total.cell.value(of: "eaft"))
      var cell = total.cell
      cell.documents = Fixture.documents(14042)
      let items = Fixture.items((0..<14042).map { $0 < right ? 1 : 0 })
      let scores = ArmScores(
        arm: "eaft", seed: nil, rows: [.init(task: "mmlu", metric: "acc,none", items: items)])
      return CellCheck(
        cell: cell, value: value, band: Band(kind: kind, stored: nil),
        counts: total.value(of: "eaft")?.countsOfRun
      ).verdict(Fixture.results([scores]))
    }
    #expect(try verdict(4427, flip).status == .reproduced)
    #expect(try verdict(4428, flip).status == .consistent)
    let exact = try verdict(4428, .exactCount)
    #expect(exact.status == .diverged)
    #expect(exact.why == "4428 of 14042 items are right, but 0.3153 stands for 4427.")
  }

  @Test("A band for one run is narrower for the mean of several")
  func severalSeeds() throws {
    let seeds = Band.Kind.seedPrediction(
      runs: ["0.30", "0.31", "0.32", "0.29", "0.33"], level: 0.95)
    let cell = Fixture.cell("0.3100", band: seeds)
    let one = try judged(cell, right: [35])
    // s = 0.0158114, t(0.975, 4) = 2.776445: 0.0480895 for one run, 0.0277645 for five.
    #expect(one.status == .consistent)
    #expect(abs((one.decisive.limits?.halfWidth ?? 0) - 0.0480895) < 1e-6)
    let five = try judged(cell, right: [35, 34, 36, 35, 35])
    #expect(five.status == .diverged)
    #expect(abs((five.decisive.limits?.halfWidth ?? 0) - 0.0277645) < 1e-6)
  }

  @Test("A band of a distribution has a statistic, a p value and what would be noticed")
  func statistics() throws {
    let many = Band.Kind.conditionalFlip(discordance: 0.6, from: "a guess", level: 0.95)
    let verdict = try judged(Fixture.cell("0.3100", band: many), right: [34])
    let test = try #require(verdict.decisive.test)
    #expect(test.name == "z of conditional-flip" && test.degreesOfFreedom == nil)
    // 0.03 / √(0.6 / 100)
    #expect(abs((test.statistic ?? 0) - 0.3872983) < 1e-6)
    #expect(abs(test.pValue - 0.6985354) < 1e-6)
    #expect(abs((test.interval?.lower ?? 0) - (0.03 - 0.1518182)) < 1e-6)
    #expect(test.interval?.level == 0.95)
    // As for claims: 2.80159 standard errors.
    #expect(abs((verdict.decisive.smallestDetectable ?? 0) - 2.801585 * 0.0774597) < 1e-6)
    // With ten flips the distribution itself: at least three more gained than lost, or the other way.
    let few = try #require(
      try judged(Fixture.cell("0.3100", band: flip), right: [34]).decisive.test)
    #expect(few.name == "exact conditional-flip" && few.statistic == nil)
    #expect(abs(few.pValue - 0.42389874976884945) < 1e-9)
    let seeds = Band.Kind.seedPrediction(runs: ["0.30", "0.31", "0.32"], level: 0.95)
    let predicted = try judged(Fixture.cell("0.3100", band: seeds), right: [33]).decisive
    #expect(predicted.test?.name == "t of seed-prediction")
    #expect(predicted.test?.degreesOfFreedom == 2)
    let isOutside = try judged(Fixture.cell("0.3100", band: seeds), right: [50]).decisive
    #expect((isOutside.test?.pValue ?? 1) < 0.05 && (predicted.test?.pValue ?? 0) > 0.05)
    for kind: Band.Kind in [.rounding, .exactCount] {
      let finding = try judged(Fixture.cell("0.31", band: kind), right: [33]).decisive
      #expect(finding.test == nil && finding.smallestDetectable == nil)
    }
  }

  @Test("What one run says of other items is Wilson's interval, of few a uniform prior's")
  func otherItemsOfTheSameKind() throws {
    let many = try judged(Fixture.cell("0.3900", band: flip, count: 541), right: [211], of: 541)
    let wilson = try #require(many.decisive.onOtherItems)
    #expect(wilson.method == "wilson" && abs(wilson.interval.lower - 0.349831) < 5e-7)
    let few = try Fixture.verdict(
      .noneCorrect(arms: ["sft"], rows: [Fixture.row], count: 30),
      [Fixture.arm("sft", right: 0, of: 30)])
    let prior = try #require(few.decisive.onOtherItems)
    #expect(prior.method == "uniform-prior" && abs(prior.interval.upper - 0.1121887) < 1e-6)
    let seeds = try judged(Fixture.cell("0.3100", band: flip), right: [31, 32])
    #expect(seeds.decisive.onOtherItems == nil)
  }

  @Test("Every seed has to have the printed count; else the mean is held against the band")
  func seedsHaveToAgree() throws {
    let cell = Fixture.cell("0.3100", band: flip)
    let verdict = try judged(cell, right: [30, 32])
    #expect(verdict.status == .consistent && verdict.decisive.observed == 0.31)
    let exact = try judged(Fixture.cell("0.3100", band: .exactCount), right: [31, 32])
    #expect(exact.status == .diverged)
    #expect(exact.why == "31, 32 of 100 items are right, but 0.3100 stands for 31.")
  }

  @Test("Inside a band is consistent and says how much of the tolerance is used")
  func consistent() throws {
    let verdict = try judged(Fixture.cell("0.3100", band: flip), right: [34])
    #expect(verdict.status == .consistent)
    #expect(
      verdict.why
        == "0.3400 lies within 0.2500 to 0.3700 (conditional-flip), which uses 50 % of the tolerance."
    )
    let used = try #require(verdict.decisive.toleranceUsed)
    #expect(abs(used - 0.03 / 0.06005) < 1e-9)
    #expect(verdict.decisive.band?.name == "conditional-flip")
    let seeds = Band.Kind.seedPrediction(runs: ["0.30", "0.31", "0.32"], level: 0.95)
    #expect(try judged(Fixture.cell("0.3100", band: seeds), right: [33]).status == .consistent)
    let authored = Fixture.cell(
      "0.3100", band: .authored(reason: "agreed"), stored: Band.Stored(lower: "0.3", upper: "0.4"))
    #expect(try judged(authored, right: [40]).status == .consistent)
    let other = try judged(
      Fixture.cell("0.3100", band: .binomial(level: 0.95)), right: [20], of: 50)
    #expect(other.status == .consistent)
    let points = Band.Kind.referenceConvergence(
      runs: ["0.30", "0.31", "0.32", "0.33", "0.32", "0.31"], level: 0.95, dropped: 1)
    #expect(try judged(Fixture.cell("0.3100", band: points), right: [32]).status == .consistent)
    // Without the best and the worst of four.
    let trimmed = try judged(Fixture.cell("0.3100", band: points), right: [32, 2, 31, 99])
    #expect(trimmed.status == .consistent && trimmed.decisive.observed == 0.315)
    #expect(trimmed.decisive.values == [0.32, 0.02, 0.31, 0.99])
    let unknown = Fixture.cell("0.3", band: .rounding, count: nil)
    #expect(try judged(unknown, right: [33]).status == .consistent)
  }

  @Test("Outside a band is diverged and says by how much")
  func diverged() throws {
    let verdict = try judged(Fixture.cell("0.3100", band: flip), right: [40])
    #expect(verdict.status == .diverged)
    #expect(
      verdict.why
        == "0.4000 lies above 0.2500 to 0.3700 (conditional-flip), off the middle by 0.0900, 1.5 times the tolerance."
    )
    let percent = Fixture.cell("31.00", band: flip, unit: .percent)
    #expect(
      try judged(percent, right: [10]).why.hasPrefix("10.00 lies below 25.00 to 37.00 (")
    )
    #expect(try judged(Fixture.cell("0.3100", band: .rounding), right: [32]).status == .diverged)
    let seeds = Band.Kind.seedPrediction(runs: ["0.30", "0.31", "0.32"], level: 0.95)
    #expect(try judged(Fixture.cell("0.3100", band: seeds), right: [50]).status == .diverged)
    let other = try judged(
      Fixture.cell("0.3100", band: .binomial(level: 0.95)), right: [45], of: 50)
    #expect(other.status == .diverged)
  }

  @Test("A band that nothing can miss, and one of other items, cannot tell")
  func untestable() throws {
    let two = Band.Kind.seedPrediction(runs: ["0.30", "0.40"], level: 0.95)
    let vacuous = try judged(Fixture.cell("0.3500", band: two), right: [99])
    #expect(vacuous.status == .untestable)
    #expect(vacuous.why == "The band reaches from 0 to 1: no value could lie outside.")
    let same = try judged(Fixture.cell("0.3100", band: .binomial(level: 0.95)), right: [32])
    #expect(same.status == .untestable)
    #expect(
      same.why
        == "A binomial band is about other items, but these are the same 100: it cannot judge a repetition on them."
    )
  }

  @Test("Another number of items than documented is no repetition")
  func otherItems() throws {
    let verdict = try judged(Fixture.cell("0.3100", band: flip), right: [31], of: 99)
    #expect(verdict.status == .invalid)
    #expect(
      verdict.why
        == "99 items were evaluated and 100 are documented, so this is not a repetition on the same items."
    )
  }

  @Test("A documented value that no count gives has no exact band")
  func impossible() throws {
    let verdict = try judged(Fixture.cell("0.3150", band: .exactCount), right: [31])
    #expect(verdict.status == .invalid)
    #expect(
      verdict.why
        == "There is no band to compare with: no count of 100 items is printed as 0.3150.")
  }

  @Test("The mean of rows is not taken for a count")
  func means() throws {
    let cell = Fixture.cell("0.3100", band: flip, composition: .mean(of: ["a", "b"]))
    #expect(try judged(cell, right: [31]).status == .consistent)
  }

  @Test("A missing arm, and a missing row, are skipped")
  func skipped() throws {
    let cell = Fixture.cell("0.3100", band: flip)
    let arm = try Fixture.verdict(cell, [Fixture.arm("eaft", right: 1, of: 100)])
    #expect(arm.status == .skipped && !arm.isEvaluated)
    #expect(arm.why == "There is no arm \"sft\" in these results.")
    let row = try Fixture.verdict(cell, [ArmScores(arm: "sft", seed: 7, rows: [])])
    #expect(row.status == .skipped)
    #expect(row.why == "There is no task.acc in the results of the arm \"sft\" (seed 7).")
    #expect(row.decisive.expected == "0.3100")
  }

  @Test("NaN, infinity, and scores beyond 1 are invalid, with the item named")
  func impossibleScores() throws {
    for score in [Double.nan, .infinity, -.infinity, 1.5, -0.1] {
      var scores = [Double](repeating: 1, count: 100)
      scores[42] = score
      let arms = [Fixture.arm("sft", Fixture.items(scores))]
      let verdict = try Fixture.verdict(Fixture.cell("1.0", band: flip), arms)
      #expect(verdict.status == .invalid)
      #expect(
        verdict.why
          == "The item task/42 of the arm \"sft\" has the score \(score); scores are from 0 to 1.")
    }
  }

  @Test("An item without a score is invalid, not left out")
  func missingScore() throws {
    var items = Fixture.items([Double](repeating: 1, count: 100))
    items[7] = ArmScores.Item(
      id: "task/7", prompt: Fixture.prompt("7"), scores: [], cluster: nil)
    // The same gap in both arms is no agreement.
    let arms = [Fixture.arm("sft", items), Fixture.arm("eaft", items)]
    let sentence = "The item task/7 of the arm \"sft\" has no score on acc,none."
    let cell = try Fixture.verdict(Fixture.cell("1.00", band: flip), arms)
    #expect(cell.status == .invalid && cell.why == sentence)
    let claim = try Fixture.verdict(
      .equivalent(arm: "sft", to: "eaft", rows: [Fixture.row], margin: 0.1), arms)
    #expect(claim.status == .invalid && claim.why == sentence)
  }

  @Test("An item twice, a seed twice, a row twice, and other items in another seed are invalid")
  func contradictoryEvidence() throws {
    let cell = Fixture.cell("0.3100", band: flip)
    let items = Fixture.items([Double](repeating: 1, count: 100))
    func why(_ arms: [ArmScores]) throws -> String {
      let verdict = try Fixture.verdict(cell, arms)
      #expect(verdict.status == .invalid)
      return verdict.why
    }
    #expect(
      try why([Fixture.arm("sft", Array(items.dropLast()) + [items[3]])])
        == "The item task/3 stands twice in the arm \"sft\", task.")
    #expect(
      try why([Fixture.arm("sft", seed: 1, items), Fixture.arm("sft", seed: 1, items)])
        == "The results hold the arm \"sft\" (seed 1) twice.")
    let row = ArmScores.Row(task: "task", metric: "acc", items: items)
    #expect(
      try why([ArmScores(arm: "sft", seed: nil, rows: [row, row])])
        == "task.acc stands twice in the results of the arm \"sft\".")
    #expect(
      try why([
        Fixture.arm("sft", seed: 1, items), Fixture.arm("sft", seed: 2, Array(items.dropFirst())),
      ])
        == "The item task/0 was asked of the arm \"sft\" (seed 1), but not of the arm \"sft\" (seed 2)."
    )
  }

  @Test("The digest of the results reproduces them or does not")
  func digests() {
    let documented = Fixture.documented(digest: Fixture.prompt("results"))
    func judgement(_ digest: Digest?) -> Judgement {
      Judgement(documented: documented, results: Fixture.results([], digest: digest))
    }
    #expect(judgement(Fixture.prompt("results")).status == .reproduced)
    #expect(judgement(Fixture.prompt("others")).status == .diverged)
    // Skipped, and nothing else was looked at.
    #expect(judgement(nil).verdicts.map(\.status) == [.skipped])
    #expect(judgement(nil).status == .invalid)
  }
}
