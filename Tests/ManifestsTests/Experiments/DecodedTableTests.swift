import Files
import Foundation
import Statistics
import TestSupport
import Testing

@testable import Manifests

struct DecodedTableTests {
  /// Item counts are looked for in a few numbers, where tests are about something else.
  private static let fewItemCounts = 500...510

  private func table(_ text: String) throws -> DecodedTable {
    DecodedTable(try ExperimentFixtures.decode(text), itemCounts: Self.fewItemCounts)
  }

  /// The blog's table; decoding it takes debug builds a while.
  private static let blog = Result {
    DecodedTable(
      try ExperimentFixtures.decode(try ExperimentFixtures.text("eaft-axolotl-blog")),
      itemCounts: fewItemCounts)
  }

  /// The blog's table with a part of its text replaced.
  private func blog(_ old: String, _ new: String) throws -> DecodedTable {
    let text = try ExperimentFixtures.text("eaft-axolotl-blog")
    let range = try #require(text.range(of: old))
    return try table(text.replacingCharacters(in: range, with: new))
  }

  /// A table of two arms with these rows.
  private func text(_ rows: String) -> String {
    """
    schema: 1
    name: t
    title: T
    sources: {s: {title: S, location: s}}
    arms: {a: A, b: B}
    cells:
    \(rows)

    """
  }

  // MARK: - Section 0.1 of the specification of audits

  @Test("The blog's table stands for the known counts of right answers, each of them unique")
  func decodesBlog() throws {
    let table = try Self.blog.get()
    let eaft = [4427, 1392, 1101, 802, 1132, 211, 448, 227, 408, 5804]
    let sft = [4347, 1370, 1069, 785, 1123, 218, 459, 229, 412, 5803]
    #expect(table.rows.map { $0.value(of: "eaft")?.counts.unique } == eaft)
    #expect(table.rows.map { $0.value(of: "sft")?.counts.unique } == sft)
    #expect(table.contradictions.isEmpty && table.exitCode == 0)
    let errors = table.rows.map { row in
      row.value(of: "eaft")?.estimate.map { Decimals.fixed($0.standardError, 4) } ?? ""
    }
    #expect(
      errors == [
        "0.0039", "0.0067", "0.0086", "0.0078", "0.0086", "0.0210", "0.0173", "0.0104", "0.0139",
        "0.0049",
      ])
    let informative = table.rows.map { $0.values[0].isInformative }
    #expect(informative == [false, true, true, true, true, true, true, true, true, false])
  }

  @Test("The total of MMLU is unique only because its groups are")
  func narrowsTotals() throws {
    let table = try blog(
      "    total_of: [mmlu_humanities, mmlu_social_sciences, mmlu_stem, mmlu_other]\n", "")
    #expect(table.rows[0].values.map { $0.counts.range?.count } == [2, 2])
    #expect(table.compositions.isEmpty)
  }

  @Test("The differences of the blog's arms and their unpaired z are the known ones")
  func comparesBlog() throws {
    let comparison = try #require(try Self.blog.get().comparisons.first)
    #expect(comparison.minuend == "eaft" && comparison.subtrahend == "sft")
    #expect(
      comparison.rows.map { Decimals.signed($0.difference, 4) } == [
        "+0.0057", "+0.0047", "+0.0104", "+0.0054", "+0.0029", "-0.0130", "-0.0132", "-0.0015",
        "-0.0034", "+0.0001",
      ])
    #expect(
      comparison.rows.map { Decimals.signed($0.unpairedStatistic ?? .nan, 2) } == [
        "+1.03", "+0.50", "+0.85", "+0.49", "+0.24", "-0.44", "-0.54", "-0.10", "-0.17", "+0.01",
      ])
    // 0.44 points on 14,042 questions of MMLU, as many times more as its groups are smaller; 1.2 on GSM8K's, 1.3 on 1165 of
    // ARC's, 0.26 on HellaSwag's; IFEval is not published.
    #expect(
      comparison.rows.map { $0.typicalStatistic.map { Decimals.signed($0, 2) } } == [
        "+1.30", "+0.62", "+1.11", "+0.58", "+0.31", nil, nil, "-0.13", "-0.26", "+0.04",
      ])
  }

  // MARK: - Section 0.2

  @Test("The discordance frontier of the blog's table is the known one")
  func findsFrontier() throws {
    let rows = try #require(try Self.blog.get().comparisons.first).rows
    func frontier(_ id: String) -> DecodedTable.Frontier? {
      rows.first { $0.cell.id == id }?.frontier
    }
    let known: [(id: String, net: Int, largest: Int?, rate: String?)] = [
      ("mmlu.acc", 80, 1624, "11.6"), ("ifeval.inst_level_strict_acc", -11, 25, "3.0"),
      ("ifeval.prompt_level_strict_acc", -7, 9, "1.7"),
      ("gsm8k.exact_match,flexible-extract", -2, nil, nil),
      ("arc_challenge.acc_norm", -4, nil, nil),
      ("hellaswag.acc_norm", 1, nil, nil),
    ]
    for (id, net, largest, rate) in known {
      let found = try #require(frontier(id))
      #expect(found.net == net...net && found.largestDiscordance == largest, "\(id)")
      #expect(found.largestRate.map { Decimals.fixed($0 * 100, 1) } == rate)
      #expect(found.isNeverSignificant == (largest == nil))
      #expect(!found.isAlwaysSignificant)
    }
  }

  @Test("Two counts that leave no room for disagreement are significant whatever was answered")
  func knowsForcedDiscordance() throws {
    let table = try table(
      text("  - {task: t, metric: acc, label: T, n: 100, values: {a: \"0.10\", b: \"0.00\"}}"))
    let frontier = try #require(table.comparisons.first?.rows.first?.frontier)
    #expect(frontier.net == 10...10 && frontier.largestDiscordance == 10)
    #expect(frontier.isAlwaysSignificant)
    #expect(table.comparisons.first?.rows.first?.unpairedStatistic == nil, "no spread in b")
  }

  @Test("Where counts are not unique, the frontier is that of those farthest apart")
  func takesFarthestCounts() throws {
    let table = try table(
      text("  - {task: t, metric: acc, label: T, n: 1000, values: {a: \"0.50\", b: \"0.48\"}}"))
    let frontier = try #require(table.comparisons.first?.rows.first?.frontier)
    #expect(frontier.net == 10...30)
    let known = DiscordanceFrontier.largestDiscordantCount(difference: 30, count: 1000)
    #expect(frontier.largestDiscordance == known && frontier.isBestCase)
  }

  // MARK: - Contradictions

  @Test("One altered digit that fits no number of right answers is named by row and arm")
  func namesImpossibleCell() throws {
    let table = try blog("\"0.3900\"", "\"0.3901\"")
    let contradiction = try #require(table.contradictions.first)
    #expect(table.contradictions.count == 1 && table.exitCode == 1)
    #expect(contradiction.kind == .impossibleValue)
    #expect(contradiction.row == "ifeval.prompt_level_strict_acc" && contradiction.arm == "eaft")
    #expect(
      contradiction.message
        == "IFEval, prompts (ifeval.prompt_level_strict_acc), eaft: no whole number of right answers to 541 items is printed as 0.3901: 211 of them give 0.3900, 212 of them give 0.3919."
    )
    #expect(table.comparisons.first?.rows[5].frontier == nil)
  }

  @Test("An altered group makes the total inconsistent, though each of them is possible")
  func namesWrongTotal() throws {
    let table = try blog("\"0.2959\"", "\"0.2969\"")
    #expect(table.contradictions.map(\.kind) == [.wrongTotal])
    let contradiction = try #require(table.contradictions.first)
    #expect(contradiction.row == "mmlu.acc" && contradiction.arm == "eaft")
    #expect(contradiction.message.contains("add up to 4432 right answers"))
    #expect(contradiction.message.contains("0.3153 of 14042 items are 4427 or 4428"))
  }

  @Test("A group that is impossible leaves the total unchecked")
  func skipsTotalOfImpossible() throws {
    let table = try blog("\"0.2959\"", "\"0.2960\"")
    #expect(table.contradictions.map(\.kind) == [.impossibleValue])
    #expect(table.compositions.first?.outcome == .unchecked)
  }

  @Test(
    "The paper's average of SFT is not the mean of its parts, and 47.4 is no number of 30 answers")
  func decodesPaper() throws {
    let table = try table(try ExperimentFixtures.text("eaft-paper"))
    #expect(table.exitCode == 1)
    #expect(table.contradictions.map(\.kind) == [.impossibleValue, .wrongMean])
    #expect(table.contradictions.map(\.row) == ["aime25.exact_match", "general_average.mean"])
    #expect(table.contradictions.map(\.arm) == ["base", "sft"])
    #expect(
      table.contradictions[1].message
        == "General avg. (general_average.mean), sft: the mean of 76.5, 79.5, 74.5 lies between 76.783 and 76.883, but 76.5 is printed."
    )
    #expect(
      table.comparisons.map { "\($0.minuend) \($0.subtrahend)" }
        == ["eaft sft", "eaft base", "sft base"])
    let aime = try #require(table.rows.first)
    // Of three runs' answers to thirty problems.
    #expect(aime.values.map(\.counts.unique) == [57, 57, 57, 60, 51, 45, 54])
    #expect(aime.values.allSatisfy { $0.answerCount == 90 && $0.countsOfRun == nil })
    #expect(table.comparisons.flatMap(\.rows).allSatisfy { $0.frontier == nil })
    #expect(
      table.comparisons.flatMap(\.rows).allSatisfy {
        $0.unpairedStatistic == nil && $0.typicalStatistic == nil
      })
    // 128 of 270 answers are printed as 47.4.
    #expect(table.contradictions[0].message.hasSuffix("; 9 runs are the fewest that it fits."))
    // Of means of three runs one in three is a multiple of 1/30; all thirteen are.
    let repeated = try #require(table.repeatedRuns.first)
    #expect(table.repeatedRuns.count == 1)
    #expect((repeated.runs, repeated.count, repeated.multiples) == (3, 13, 13))
    #expect(abs(repeated.pValue * 1_594_323 - 1) < 1e-9)
    // Differences from an average that cannot be are those from what its parts come to.
    let averages = table.comparisons.map { comparison in
      comparison.rows.first { $0.cell.id == "general_average.mean" }
    }
    #expect(averages.map { $0?.isRecomputed } == [true, false, true])
    let differences = averages.map { ($0?.difference ?? 0) * 100 }
    #expect(abs(differences[0] - 3.267) < 0.001 && abs(differences[2] + 4.267) < 0.001)
  }

  @Test("Usual sizes are tried on rows that state none, and only there")
  func usualSizes() throws {
    let table = try table(try ExperimentFixtures.text("eaft-paper"))
    func impossible(_ task: String, _ count: Int, runs: Int) throws -> [String] {
      let row = try #require(table.rows.first { $0.cell.task == task })
      let size = table.usualSizes(of: row).first { $0.count == count && $0.runs == runs }
      return try #require(size).impossible.map(\.printed.text)
    }
    // By hand: none of 541 rounds to 78.3, 423 gives 78.2 and 424 gives 78.4; and so on.
    #expect(try impossible("ifeval", 541, runs: 1) == ["78.3", "77.0", "78.1", "80.1"])
    #expect(try impossible("ifeval", 834, runs: 1) == ["81.0"])
    #expect(try impossible("ifeval", 541, runs: 3) == [])
    #expect(try impossible("cluewsc", 976, runs: 1) == [])
    #expect(table.rows.filter { !table.usualSizes(of: $0).isEmpty }.count == 2)
    #expect(try Self.blog.get().rows.allSatisfy { table.usualSizes(of: $0).isEmpty })
  }

  @Test("Values of single runs, and means that are no multiples of 1/n, are not doubted")
  func doubtsNoOtherRuns() throws {
    #expect(try Self.blog.get().repeatedRuns.isEmpty)
    let rows = (50..<62).map {
      "  - {task: t\($0), metric: acc, label: T\($0), n: 30, runs: 3, values: {a: \"\(Decimals.fixed(Double($0) / 90, 3))\"}}"
    }
    #expect(try table(text(rows.joined(separator: "\n"))).repeatedRuns.isEmpty)
  }

  @Test("A mean is right as long as some values that are printed so have it")
  func checksMeansExactly() throws {
    func outcome(_ mean: String) throws -> DecodedTable.Contradiction.Kind? {
      let rows = """
          - {task: p, metric: acc, label: P, values: {a: "0.1"}}
          - {task: q, metric: acc, label: Q, values: {a: "0.20"}}
          - {task: m, metric: acc, label: M, mean_of: [p, q], values: {a: "\(mean)"}}
        """
      return try table(text(rows)).contradictions.first?.kind
    }
    // The parts are 0.05 to 0.15 and 0.195 to 0.205, their mean 0.1225 to 0.1775.
    for mean in ["0.1", "0.2", "0.15", "0.12", "0.18", "0.1225", "0.1775", "0.1224", "0.122"] {
      #expect(try outcome(mean) == (mean == "0.1224" ? .wrongMean : nil), "\(mean)")
    }
    #expect(try outcome("0.11") == .wrongMean)
  }

  @Test("Printed standard errors have to be those of the counts, and may tell counts apart")
  func checksStandardErrors() throws {
    func decoded(_ value: String, _ error: String, _ count: Int) throws -> DecodedTable {
      try table(
        text(
          "  - {task: t, metric: acc, label: T, n: \(count), values: {a: {value: \"\(value)\", standard_error: \"\(error)\"}}}"
        ))
    }
    for (value, error, count) in [
      ("0.6128", "0.0049", 10042), ("0.8893", "0.0086", 1319), ("0.3151", "0.0264", 311),
    ] {
      #expect(try decoded(value, error, count).exitCode == 0)
    }
    let wrong = try decoded("0.6128", "0.0059", 10042)
    #expect(wrong.contradictions.map(\.kind) == [.impossibleStandardError])
  }

  // MARK: - Numbers of items

  @Test("Between 500 and 600, only 541 items fit both arms of IFEval")
  func infersItemCount() throws {
    let rows = """
        - {task: p, metric: acc, label: P, n: 541, values: {a: "0.3900", b: "0.4030"}}
      """
    let table = DecodedTable(try ExperimentFixtures.decode(text(rows)), itemCounts: 500...600)
    let ifeval = try #require(table.rows.first)
    #expect(ifeval.itemCounts?.fitting == [541])
    #expect(ifeval.itemCounts?.range == 500...600)
  }

  @Test("Without a number of items, those up to 20,000 are tried and no counts are claimed")
  func infersUnknownItemCount() throws {
    let results = try ExperimentFixtures.decode(
      text("  - {task: t, metric: acc, label: T, values: {a: \"0.3900\", b: \"0.4030\"}}"))
    let row = try #require(DecodedTable(results).rows.first)
    #expect(row.itemCounts?.range == 1...20_000)
    #expect(row.itemCounts?.fitting.contains(541) == true)
    #expect(row.values.allSatisfy { $0.counts == .unknown && $0.isInformative == nil })
  }

  @Test("The mean of several runs is no number of right answers, so nothing is asked of it")
  func leavesMeansOfRunsAlone() throws {
    let band = "{kind: seed-prediction, runs: [\"0.40\", \"0.41\"], level: 0.95}"
    let table = try table(
      text(
        "  - {task: t, metric: acc, label: T, n: 100, values: {a: {value: \"0.405\", band: \(band)}}}"
      ))
    #expect(table.exitCode == 0 && table.rows[0].itemCounts == nil)
    #expect(table.rows[0].values[0].counts == .unknown)
  }

  @Test("Swapping the arms mirrors every difference")
  func mirrorsArms() throws {
    let rows = (0..<20).map { index in
      "  - {task: t\(index), metric: acc, label: T\(index), n: 300, values: {a: \"0.\(index + 10)0\", b: \"0.\(40 - index)0\"}}"
    }
    let table = try table(text(rows.joined(separator: "\n")))
    let swapped = try self.table(
      text(rows.joined(separator: "\n")).replacingOccurrences(
        of: "arms: {a: A, b: B}", with: "arms: {b: B, a: A}"))
    let pairs = zip(
      try #require(table.comparisons.first).rows, try #require(swapped.comparisons.first).rows)
    for (left, right) in pairs {
      #expect(left.difference == -right.difference)
      #expect(left.unpairedStatistic == right.unpairedStatistic.map { -$0 })
      #expect(left.frontier?.net.lowerBound == right.frontier.map { -$0.net.upperBound })
      #expect(left.frontier?.largestDiscordance == right.frontier?.largestDiscordance)
    }
  }

  // MARK: - Conventions of printing

  /// A table of one row of 30 items with two values.
  private func thirty(_ a: String, _ b: String, unit: String = "percent") throws -> DecodedTable {
    try table(
      text(
        "  - {task: t, metric: acc, label: T, n: 30, unit: \(unit), values: {a: \"\(a)\", b: \"\(b)\"}}"
      ))
  }

  @Test("Values that were cut off instead of rounded are possible, and said to be cut off")
  func decodesCutOffValues() throws {
    let table = try thirty("46.6", "66.6")
    #expect(table.contradictions.isEmpty && table.exitCode == 0)
    #expect(table.rows[0].values.map { $0.counts.unique } == [14, 20])
    #expect(table.conventions.count == 1 && table.conventions[0].contains("cut off"))
    #expect(DecodedTable.rows(of: table.results).map(\.values) == table.rows.map(\.values))
    // 46.7 is 14 of 30, rounded; both conventions in one table are none.
    let mixed = try thirty("46.7", "66.6")
    #expect(mixed.conventions.isEmpty && mixed.contradictions.count == 1)
    let plain = try thirty("46.7", "66.7")
    #expect(plain.conventions.isEmpty && plain.contradictions.isEmpty)
  }

  @Test("An impossible value is said to be possible in another unit, or as a mean of runs")
  func namesConventions() throws {
    func message(_ a: String, _ b: String, _ unit: String) throws -> String {
      try #require(try thirty(a, b, unit: unit).contradictions.first).message
    }
    #expect(try message("0.467", "0.667", "percent").contains("`unit: fraction`"))
    #expect(try message("43.75", "50.00", "percent").contains("`runs: 8`"))
    #expect(try !message("46.1", "66.2", "percent").contains("possible"))
  }

  @Test("A standard error with n in place of n - 1 is possible, and said to be one")
  func decodesPopulationErrors() throws {
    func table(_ error: String) throws -> DecodedTable {
      try self.table(
        text(
          "  - {task: t, metric: acc, label: T, n: 30, values: {a: {value: \"0.4667\", standard_error: \"\(error)\"}}}"
        ))
    }
    // √(14 · 16/30³) is 0.09109, √(14 · 16/(30² · 29)) is 0.09264.
    #expect(try table("0.0926").conventions.isEmpty)
    let population = try table("0.0911")
    #expect(population.contradictions.isEmpty)
    #expect(population.conventions.first?.contains("n instead of n - 1") == true)
    #expect(try table("0.0900").contradictions.map(\.kind) == [.impossibleStandardError])
  }
}
