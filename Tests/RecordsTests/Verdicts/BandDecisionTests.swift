import Files
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite("What bands can decide") struct BandDecisionTests {
  private typealias Fixture = VerdictFixture

  /// A documented value, or difference, of the arm "eaft" with a band from five runs.
  private func cell(
    _ text: String, runs: [String], minus: String? = nil, effect: Double? = nil,
    metric: String = "acc", documents: Digest? = nil
  ) -> DocumentedResults.Cell {
    DocumentedResults.Cell(
      task: "task", metric: metric, label: "Task", count: nil,
      unit: metric == "acc" ? .fraction : .nats,
      values: [
        DocumentedResults.Value(
          arm: "eaft", text: text, standardError: nil,
          band: Band(kind: .seedPrediction(runs: runs, level: 0.95), stored: nil))
      ], composition: nil, isRequired: true, source: "post", minus: minus, smallestEffect: effect,
      documents: documents)
  }

  // MARK: - Effects of interest

  @Test("A band that is wider than what matters leaves open what lies inside, and nothing else")
  func smallestEffect() throws {
    // t(0.975, 4) · 0.0158 · √1.2 = 0.048
    let runs = ["0.30", "0.31", "0.32", "0.29", "0.33"]
    func verdict(_ right: Int, _ effect: Double?) throws -> Verdict {
      try Fixture.verdict(
        cell("0.31", runs: runs, effect: effect), [Fixture.arm("eaft", right: right, of: 100)])
    }
    #expect(try verdict(33, nil).status == .consistent)
    #expect(try verdict(33, 0.05).status == .consistent)
    let open = try verdict(33, 0.02)
    #expect(open.status == .inconclusive)
    #expect(
      open.why.hasSuffix(
        "% of the tolerance, but so would what is off by 0.0200, from which on it matters."))
    #expect(try verdict(60, 0.02).status == .diverged)
  }

  @Test("The untouched model in the place of both arms is never consistent with what training gave")
  func untrained() throws {
    let base = (0..<200).map { $0 % 3 == 0 ? 1.0 : 0 }
    let arms = ["sft", "eaft"].map { Fixture.arm($0, seed: 42, Fixture.items(base)) }
    // Bands of values hold the base's own, but are wider than what matters.
    let values = cell(
      "0.33", runs: ["0.30", "0.34", "0.36", "0.31", "0.33"], effect: 0.01)
    #expect(try Fixture.verdict(values, arms).status == .inconclusive)
    // The difference that other seeds gave is none here.
    let differences = cell(
      "0.030", runs: ["0.030", "0.028", "0.033", "0.029", "0.031"], minus: "sft", effect: 0.01)
    let verdict = try Fixture.verdict(differences, arms)
    #expect(verdict.status == .diverged && verdict.id == "task.acc.eaft-sft")
    #expect(verdict.decisive.observed == 0 && verdict.decisive.expected == "0.030")
  }

  // MARK: - Differences

  @Test("Differences are those of each seed, whose common noise cancels")
  func differences() throws {
    let arms = [(1, 40, 44), (2, 60, 65), (3, 20, 23)].flatMap { seed, sft, eaft in
      [
        Fixture.arm("sft", seed: UInt64(seed), right: sft, of: 100),
        Fixture.arm("eaft", seed: UInt64(seed), right: eaft, of: 100),
      ]
    }
    let documented = cell("0.04", runs: ["0.03", "0.04", "0.05", "0.04", "0.04"], minus: "sft")
    let verdict = try Fixture.verdict(documented, arms)
    #expect(verdict.status == .consistent && verdict.decisive.values.count == 3)
    #expect(abs((verdict.decisive.observed ?? 0) - 0.04) < 1e-12)
    #expect(verdict.decisive.onOtherItems == nil)
    let others = arms.map { arm in
      arm.arm == "sft" ? ArmScores(arm: "sft", seed: (arm.seed ?? 0) + 9, rows: arm.rows) : arm
    }
    let unpaired = try Fixture.verdict(documented, others)
    #expect(unpaired.status == .invalid && unpaired.why.contains("with different seeds"))
  }

  // MARK: - Documents

  @Test("Other documents are no repetition, and without a digest nothing is reproduced")
  func documents() throws {
    let flip = Band.Kind.conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95)
    func verdict(_ documents: Digest?, right: Int = 31) throws -> Verdict {
      try Fixture.verdict(
        Fixture.cell("0.\(right == 0 ? "00" : "31")", band: flip, documents: documents),
        [Fixture.arm("sft", right: right, of: 100)])
    }
    #expect(try verdict(Fixture.documents(100)).status == .reproduced)
    #expect(try verdict(nil).status == .consistent)
    let others = try verdict(Fixture.documents(99))
    #expect(others.status == .invalid && others.why.hasPrefix("These are other documents: "))
    // No right answer is what any broken model gives.
    #expect(try verdict(Fixture.documents(100), right: 0).status != .reproduced)
    let items = (0..<3).map {
      ArmScores.Item(id: "t/\($0)", prompt: Fixture.prompt("\($0)"), scores: [1], cluster: nil)
    }
    let unknown = try Fixture.verdict(
      cell("0.31", runs: ["0.3", "0.4"], documents: Fixture.documents(3)),
      [Fixture.arm("eaft", items)])
    #expect(unknown.status == .invalid && unknown.why.contains("is not recorded"))
  }

  @Test("The digest of documents depends on names, prompts and right answers, not on their order")
  func digests() {
    let items = Fixture.items([1, 0, 1])
    let digest = ArmScores.Item.documents(items)
    #expect(ArmScores.Item.documents(items.reversed()) == digest)
    #expect(ArmScores.Item.documents(Fixture.items([0, 0, 0])) == digest)
    func changed(_ id: String, _ prompt: String, _ target: String) -> Digest? {
      let item = ArmScores.Item(
        id: id, prompt: Fixture.prompt(prompt), scores: [1], cluster: nil,
        target: Fixture.prompt(target))
      return ArmScores.Item.documents([item] + items.dropFirst())
    }
    #expect(changed("task/0", "0", "right") == digest)
    #expect(changed("task/9", "0", "right") != digest)
    #expect(changed("task/0", "1", "right") != digest)
    #expect(changed("task/0", "0", "wrong") != digest)
  }

  // MARK: - Seeds

  @Test("A band is refused that was made from a seed of the run itself")
  func ownSeeds() throws {
    var documented = Fixture.documented(cells: [
      cell("0.31", runs: ["0.30", "0.31", "0.32"])
    ])
    func status(_ seeds: [UInt64]) -> Verdict.Status {
      documented = DocumentedResults(
        name: documented.name, title: documented.title,
        sources: [
          DocumentedResults.Source(
            name: "post", title: "Runs", location: "a record", record: Fixture.prompt("r"),
            seeds: seeds)
        ], arms: documented.arms, cells: documented.cells, claims: [], resultsDigest: nil)
      return Judgement(
        documented: documented,
        results: Fixture.results([Fixture.arm("eaft", seed: 42, right: 31, of: 100)])
      ).verdicts[0].status
    }
    #expect(status([43, 44, 45]) == .consistent && status([]) == .consistent)
    #expect(status([41, 42]) == .invalid)
  }

  @Test("Reference points of four runs and one of our own cannot tell, of four they can")
  func referencePoints() throws {
    let points = Band.Kind.referenceConvergence(
      runs: ["0.30", "0.31", "0.32", "0.29"], level: 0.95, dropped: 1)
    func verdict(_ runs: Int) throws -> Verdict {
      try Fixture.verdict(
        Fixture.cell("0.30", band: points),
        (0..<runs).map { Fixture.arm("sft", seed: UInt64($0), right: 31, of: 100) })
    }
    let one = try verdict(1)
    #expect(one.status == .untestable && one.why.contains("one degree of freedom"))
    #expect(try verdict(4).status == .consistent)
  }

  // MARK: - Parts

  @Test("A part that is glaringly off counts although only its total is required")
  func parts() throws {
    func judgement(stem: Int) -> Judgement {
      func cell(_ task: String, isRequired: Bool) -> DocumentedResults.Cell {
        DocumentedResults.Cell(
          task: task, metric: "acc", label: task, count: 100, unit: .fraction,
          values: [
            DocumentedResults.Value(
              arm: "sft", text: "0.30", standardError: nil,
              band: Band(
                kind: .authored(reason: "agreed"),
                stored: Band.Stored(lower: "0.20", upper: "0.40")))
          ], composition: nil, isRequired: isRequired, source: "post")
      }
      func row(_ task: String, _ right: Int) -> ArmScores.Row {
        ArmScores.Row(
          task: task, metric: "acc,none",
          items: Fixture.items((0..<100).map { $0 < right ? 1 : 0 }))
      }
      return Judgement(
        documented: Fixture.documented(cells: [
          cell("mmlu", isRequired: true), cell("mmlu_stem", isRequired: false),
          cell("hellaswag", isRequired: false),
        ]),
        results: Fixture.results([
          ArmScores(
            arm: "sft", seed: nil,
            rows: [row("mmlu", 31), row("mmlu_stem", stem), row("hellaswag", 90)])
        ]))
    }
    #expect(judgement(stem: 30).status == .consistent)
    #expect(judgement(stem: 45).status == .consistent)
    let glaring = judgement(stem: 60)
    #expect(glaring.status == .diverged && glaring.required.count == 2)
    #expect(glaring.why.contains("It is a part of mmlu, and so far off that it counts."))
  }

  // MARK: - Files

  private func decode(_ cell: String, source: String = "") throws -> DocumentedResults {
    let text = """
      schema: 1
      name: test
      title: A test
      sources: {test: {title: This test, location: here\(source)}}
      arms: {eaft: EAFT, sft: SFT}
      unit: percent
      cells:
        - {\(cell)}
      """
    return try DocumentedResultsDecoder.decode(Array(text.utf8), name: "d.yaml")
  }

  @Test("Differences, effects, documents and seeds of sources are read")
  func files() throws {
    let digest = Fixture.prompt("documents")
    let results = try decode(
      "task: hellaswag, metric: acc, arm: eaft, minus: sft, value: \"-1.5\", matters_from: 2.5, documents: \(digest), band: {kind: seed-prediction, runs: [\"-1.0\", \"-2.0\"], level: 0.9}",
      source: ", record: \(digest), seeds: [43, 44]")
    let cell = try #require(results.cells.first)
    #expect(cell.minus == "sft" && cell.smallestEffect == 0.025 && cell.documents == digest)
    #expect(cell.verdictID(of: "eaft") == "hellaswag.acc.eaft-sft" && cell.label == "eaft − sft")
    #expect(results.sources[0].seeds == [43, 44] && results.sources[0].record == digest)
    #expect(results.valueCells.isEmpty && DecodedTable(results).contradictions.isEmpty)
    let name = DocumentedResults.RowName(task: "hellaswag", metric: "acc")
    #expect(results.difference("eaft", "sft", name) == -0.015)
    #expect(results.difference("sft", "eaft", name) == nil)
  }

  @Test(
    "What a difference cannot be is told",
    arguments: [
      ("arm: eaft, value: \"1\"", "one of 'arm' and 'minus'"),
      ("arm: eaft, minus: eaft, value: \"1\"", "is compared with itself"),
      ("arm: eaft, minus: base, value: \"1\"", "there is no arm 'base'"),
      ("arm: eaft, minus: sft, values: {sft: \"1\"}, value: \"1\"", "is a difference of two arms"),
      ("arm: eaft, minus: sft, value: \"101\"", "has to be a decimal number"),
      (
        "n: 9, arm: eaft, minus: sft, value: \"1\", band: {kind: exact-count}",
        "but the value is a difference"
      ),
      ("label: L, values: {sft: \"1\"}, matters_from: 0", "above 0 and at most 100"),
      ("label: L, values: {sft: \"1\"}, documents: abc", "documents"),
    ])
  func problems(row: String, problem: String) throws {
    let error = #expect(throws: ManifestError.self) {
      try decode("task: hellaswag, metric: acc, \(row)")
    }
    #expect("\(try #require(error))".contains(problem))
  }
}
