import Files
import RecordFixtures
import Statistics
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite("Verdicts on runs") struct JudgementTests {
  private typealias Fixture = VerdictFixture

  private func judgement(
    _ statuses: [Verdict.Status], optional: [Verdict.Status] = [], tampering: [String] = [],
    allowsInconclusive: Bool = false
  ) -> Judgement {
    let all = statuses.map { ($0, true) } + optional.map { ($0, false) }
    return Judgement(
      name: "post", title: "A post",
      verdicts: all.enumerated().map { index, entry in
        Verdict(
          subject: .claim, id: "claim-\(index)", title: "It is so.", isRequired: entry.1,
          first: Finding(status: entry.0, why: "Because."))
      }, tampering: tampering, allowsInconclusive: allowsInconclusive)
  }

  @Test(
    "Every status of a run has its exit code",
    arguments: [
      (Verdict.Status.reproduced, 0, 0), (.consistent, 0, 0), (.inconclusive, 4, 0),
      (.untestable, 4, 0), (.skipped, 5, 5), (.diverged, 1, 1), (.invalid, 3, 3),
    ])
  func exitCodes(status: Verdict.Status, code: Int32, allowed: Int32) {
    let run = judgement([.consistent, status])
    #expect(run.status == max(.consistent, status) && run.exitCode == code)
    #expect(judgement([.consistent, status], allowsInconclusive: true).exitCode == allowed)
  }

  @Test("The worst required verdict decides, evidence that cannot be trusted before all")
  func precedence() {
    #expect(judgement([.inconclusive, .skipped]).exitCode == 5)
    #expect(judgement([.skipped, .diverged]).exitCode == 1)
    #expect(judgement([.diverged, .invalid, .skipped]).exitCode == 3)
    #expect(judgement([.reproduced], optional: [.diverged, .invalid]).exitCode == 0)
    let tampered = judgement([.reproduced], tampering: ["The lock has changed.", "So has a file."])
    #expect(tampered.status == .tampered && tampered.exitCode == 3)
    #expect(tampered.why == "The lock has changed. (and 1 more)")
  }

  @Test("An empty comparison is no success")
  func nothingEvaluated() throws {
    for empty in [
      judgement([]), judgement([.skipped]), judgement([.skipped, .skipped], optional: [.skipped]),
    ] {
      #expect(empty.status == .invalid && empty.exitCode == 3)
      #expect(
        empty.why == "Nothing was evaluated, so there is nothing that could have failed.")
    }
    let optional = judgement([], optional: [.consistent])
    #expect(optional.status == .invalid)
    #expect(optional.why == "Nothing of what was evaluated is required.")
    let declared = Judgement(
      documented: Fixture.documented(claims: [Fixture.claim(.untestable(reason: "No."))]),
      results: Fixture.results([]))
    #expect(declared.status == .invalid && declared.exitCode == 3)
  }

  @Test("The reason counts the verdicts that decide and names the first")
  func reasons() {
    #expect(judgement([.consistent]).why == "The one required verdict agrees.")
    #expect(judgement([.consistent, .reproduced]).why == "All 2 required verdicts agree.")
    #expect(
      judgement([.consistent, .diverged, .diverged]).why
        == "2 of 3 required verdicts; the first is claim-1: Because.")
  }

  // MARK: - Properties

  /// A document with cells of every kind and claims of every kind.
  private func randomDocument(_ generator: inout SeededGenerator) -> DocumentedResults {
    let count = 40
    let kinds: [Band.Kind] = [
      .rounding, .exactCount, .seedPrediction(runs: ["0.40", "0.45", "0.50"], level: 0.95),
      .seedPrediction(runs: ["0.1", "0.9"], level: 0.99),
      .referenceConvergence(runs: ["0.40", "0.45", "0.50", "0.55"], level: 0.95, dropped: 1),
      .conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95), .binomial(level: 0.95),
      .authored(reason: "agreed"),
    ]
    let cells = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
      Fixture.cell(
        ["0.450", "0.475", "0.9", "0.51"].randomElement(using: &generator) ?? "",
        band: kinds.randomElement(using: &generator) ?? .rounding,
        count: [count, count, count + 1, nil].randomElement(using: &generator) ?? nil,
        stored: Band.Stored(lower: "0.4", upper: "0.5"),
        isRequired: Bool.random(using: &generator))
    }
    let row = [Fixture.row]
    let tests: [DocumentedResults.Test] = [
      .better(arm: "eaft", than: "sft", rows: row),
      .notBetter(arm: "eaft", than: "sft", rows: row, margin: 0.1),
      .equivalent(arm: "eaft", to: "sft", rows: row, margin: 0.1),
      .retained(arm: "eaft", than: "sft", base: "base", rows: row),
      .noneCorrect(arms: ["sft"], rows: row), .untestable(reason: "no such model"),
    ]
    let claims = (0..<Int.random(in: 0...3, using: &generator)).map { index in
      Fixture.claim(
        tests.randomElement(using: &generator) ?? tests[0], id: "claim-\(index)",
        isRequired: Bool.random(using: &generator))
    }
    return Fixture.documented(cells: cells, claims: claims)
  }

  /// Arms with random scores, of which some are missing, some broken.
  private func randomResults(_ generator: inout SeededGenerator) -> MeasuredResults {
    var arms: [ArmScores] = []
    for name in ["base", "sft", "eaft"] where Int.random(in: 0..<8, using: &generator) > 0 {
      let share = Double.random(in: 0...1, using: &generator)
      for seed in 0..<UInt64.random(in: 1...2, using: &generator) {
        var scores = (0..<40).map { _ in
          Double.random(in: 0...1, using: &generator) < share ? 1.0 : 0
        }
        if Int.random(in: 0..<10, using: &generator) == 0 {
          scores[7] = [Double.nan, .infinity, 2, 0.5].randomElement(using: &generator) ?? 0
        }
        var items = Fixture.items(
          scores, clusters: (0..<40).map { $0 % 3 == 0 ? nil : "c\($0 % 7)" })
        if Int.random(in: 0..<10, using: &generator) == 0 { items.removeLast() }
        if Int.random(in: 0..<20, using: &generator) == 0 { items.append(items[0]) }
        arms.append(Fixture.arm(name, seed: seed, items))
      }
    }
    return Fixture.results(arms)
  }

  @Test("Status and exit code always say the same, and success needs something that agreed")
  func agreement() {
    fuzz(200) { _, generator in
      let judgement = Judgement(
        documented: randomDocument(&generator), results: randomResults(&generator),
        tampering: Int.random(in: 0..<10, using: &generator) == 0 ? ["Changed."] : [],
        allowsInconclusive: Bool.random(using: &generator))
      let expected: [Int32]
      switch judgement.status {
      case .reproduced, .consistent: expected = [0]
      case .inconclusive, .untestable: expected = [judgement.allowsInconclusive ? 0 : 4]
      case .skipped: expected = [5]
      case .diverged: expected = [1]
      case .invalid, .tampered: expected = [3]
      }
      #expect(expected.contains(judgement.exitCode))
      // Success needs something that agreed, and nothing required that did not.
      if judgement.status <= .consistent {
        #expect(!judgement.required.isEmpty)
        #expect(judgement.required.allSatisfy { $0.status <= .consistent })
      }
      for verdict in judgement.verdicts {
        #expect(!verdict.why.isEmpty && verdict.why.hasSuffix("."))
        #expect(!verdict.why.contains("\n"))
        #expect(verdict.findings.map(\.status).max() == verdict.status)
      }
    }
  }

  @Test("Swapping the arms mirrors every statistic")
  func mirrored() throws {
    try fuzz(100) { _, generator in
      let count = Int.random(in: 2...120, using: &generator)
      let clusters: [String?]? =
        Bool.random(using: &generator) ? (0..<count).map { "c\($0 % 9)" } : nil
      let seeds = Bool.random(using: &generator) ? 1 : 3
      func arm(_ name: String) -> [ArmScores] {
        (0..<seeds).map { seed in
          Fixture.arm(
            name, seed: UInt64(seed),
            Fixture.items(
              (0..<count).map { _ in Double(Int.random(in: 0...1, using: &generator)) },
              clusters: clusters))
        }
      }
      let arms = arm("eaft") + arm("sft")
      func test(
        _ test: DocumentedResults.Test
      ) throws -> (Verdict, SignificanceTest) {
        let verdict = try Fixture.verdict(test, arms)
        return (verdict, try #require(verdict.decisive.test))
      }
      let rows = [Fixture.row]
      // Equivalence says the same of both orders.
      let (same, equal) = try test(
        .equivalent(arm: "eaft", to: "sft", rows: rows, margin: 0.2))
      let (turned, equalTurned) = try test(
        .equivalent(arm: "sft", to: "eaft", rows: rows, margin: 0.2))
      #expect(same.status == turned.status && equal.pValue == equalTurned.pValue)
      #expect(equal.statistic == equalTurned.statistic && equal.name == equalTurned.name)
      #expect(equal.interval?.lower == equalTurned.interval.map { 0 - $0.upper })
      // Not better by a margin mirrors a difference of the other sign.
      let (above, below) = (
        try test(.notBetter(arm: "eaft", than: "sft", rows: rows, margin: 0.1)).1,
        try test(.notBetter(arm: "sft", than: "eaft", rows: rows, margin: 0.1)).1
      )
      #expect(above.standardError == below.standardError)
      #expect(above.interval?.lower == below.interval.map { 0 - $0.upper })
      if let one = above.statistic, let other = below.statistic, let error = above.standardError {
        #expect(abs((one + other) + 0.2 / error) < 1e-9 * max(1, abs(one)))
      }
      let (first, one) = try test(.better(arm: "eaft", than: "sft", rows: rows))
      let (second, other) = try test(.better(arm: "sft", than: "eaft", rows: rows))
      #expect(one.exact?.midPValue == other.exact?.midPValue)
      #expect(first.decisive.observed == second.decisive.observed.map { 0 - $0 })
      #expect(one.pValue == other.pValue && one.standardError == other.standardError)
      #expect(one.statistic == other.statistic.map { 0 - $0 })
      #expect(one.degreesOfFreedom == other.degreesOfFreedom)
      #expect(one.interval?.lower == other.interval.map { 0 - $0.upper })
      #expect(one.discordant?.firstOnly == other.discordant?.secondOnly)
      #expect(one.discordant?.secondOnly == other.discordant?.firstOnly)
      #expect(first.decisive.smallestDetectable == second.decisive.smallestDetectable)
      let mirrored: [Verdict.Status: Verdict.Status] = [
        .consistent: .diverged, .diverged: .consistent, .inconclusive: .inconclusive,
        .untestable: .untestable,
      ]
      #expect(mirrored[first.status] == second.status)
    }
  }

  @Test("A wider band never turns consistent into diverged")
  func widened() throws {
    try fuzz(80) { _, generator in
      let arms = [
        Fixture.arm("sft", right: Int.random(in: 0...100, using: &generator), of: 100)
      ]
      let text = "0.\(Int.random(in: 10...99, using: &generator))5"
      let share = Double.random(in: 0.001...0.5, using: &generator)
      // Where more flip than are summed over, the limits are those of another distribution.
      let wider = min(0.5, share * Double.random(in: 1...2, using: &generator))
      let level = Double.random(in: 0.5...0.9, using: &generator)
      let kinds: [(Band.Kind, Band.Kind)] = [
        (
          .conditionalFlip(discordance: share, from: "a guess", level: level),
          .conditionalFlip(discordance: wider, from: "a guess", level: level)
        ),
        (
          .seedPrediction(runs: ["0.2", "0.3", "0.4"], level: level),
          .seedPrediction(runs: ["0.2", "0.3", "0.4"], level: level + 0.09)
        ),
        (
          .referenceConvergence(runs: ["0.2", "0.3", "0.4", "0.5"], level: level, dropped: 1),
          .referenceConvergence(
            runs: ["0.2", "0.3", "0.4", "0.5"], level: level + 0.09, dropped: 1)
        ),
        // Other items than the documented ones, which binomial bands are for.
        (.binomial(level: level), .binomial(level: level + 0.09)),
        // From the counts that are printed alike to all that round to it, and to limits of somebody's own.
        (.exactCount, .rounding), (.rounding, .authored(reason: "agreed")),
        (.authored(reason: "agreed"), .authored(reason: "agreed, wider")),
      ]
      for (narrow, wide) in kinds {
        func status(_ kind: Band.Kind) throws -> Verdict.Status {
          let edge = kind == .authored(reason: "agreed, wider") ? ("0", "1") : ("0.0", "0.99")
          let count = kind.isBinomial ? 90 : 100
          // Of a hundred items, only two decimals are those of a count.
          let printed = kind == .exactCount || kind == .rounding ? String(text.dropLast()) : text
          return try Fixture.verdict(
            Fixture.cell(
              printed, band: kind, count: count,
              stored: Band.Stored(lower: edge.0, upper: edge.1)), arms
          ).status
        }
        let before = try status(narrow)
        let after = try status(wide)
        if before <= .consistent { #expect(after != .diverged) }
        if after == .diverged { #expect(before == .diverged) }
      }
    }
  }

  @Test("Anything wrong with one item makes every verdict on it invalid")
  func brokenEvidence() throws {
    try fuzz(100) { _, generator in
      let items = Fixture.items(
        (0..<20).map { _ in Double(Int.random(in: 0...1, using: &generator)) })
      var broken = items
      let index = Int.random(in: 0..<20, using: &generator)
      let old = items[index]
      switch Int.random(in: 0..<6, using: &generator) {
      case 0:
        let score = [Double.nan, .infinity, -.infinity, 7].randomElement(using: &generator) ?? 7
        broken[index] = ArmScores.Item(
          id: old.id, prompt: old.prompt, scores: [score], cluster: nil)
      case 1: broken.remove(at: index)
      case 2: broken.append(old)
      case 3:
        broken[index] = ArmScores.Item(
          id: "other/\(index)", prompt: old.prompt, scores: old.scores, cluster: nil)
      case 4:
        broken[index] = ArmScores.Item(
          id: old.id, prompt: old.prompt, scores: [], cluster: nil)
      default:
        broken[index] = ArmScores.Item(
          id: old.id, prompt: Fixture.prompt("another"), scores: old.scores, cluster: nil)
      }
      let isFirst = Bool.random(using: &generator)
      let arms = [
        Fixture.arm("base", items), Fixture.arm("eaft", isFirst ? broken : items),
        Fixture.arm("sft", isFirst ? items : broken),
      ]
      for test: DocumentedResults.Test in [
        .better(arm: "eaft", than: "sft", rows: [Fixture.row]),
        .notBetter(arm: "eaft", than: "sft", rows: [Fixture.row], margin: 0.1),
        .equivalent(arm: "eaft", to: "sft", rows: [Fixture.row], margin: 0.1),
        .retained(arm: "eaft", than: "sft", base: "base", rows: [Fixture.row]),
      ] {
        let verdict = try Fixture.verdict(test, arms)
        #expect(verdict.status == .invalid)
        #expect(verdict.why.contains("/\(index) "))
      }
      // A single arm shows what is wrong with itself, and with one of its seeds.
      let seeds = [
        Fixture.arm("sft", seed: 1, isFirst ? broken : items),
        Fixture.arm("sft", seed: 2, isFirst ? items : broken),
      ]
      let flip = Band.Kind.conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95)
      for verdict in [
        try Fixture.verdict(.noneCorrect(arms: ["sft"], rows: [Fixture.row]), seeds),
        try Fixture.verdict(Fixture.cell("0.50", band: flip, count: nil), seeds),
      ] {
        // A band of flips needs the number of items, but nobody gets as far.
        #expect(verdict.status == .invalid && verdict.why.contains("/\(index) "))
      }
    }
  }
}

extension Band.Kind {
  /// Whether the band is about other items.
  fileprivate var isBinomial: Bool {
    if case .binomial = self { true } else { false }
  }
}
