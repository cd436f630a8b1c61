import Testing

@testable import Manifests

@Suite("Documented quantities") struct QuantityFileTests {
  private func text(_ cells: String) -> String {
    """
    schema: 1
    name: test
    title: A test
    sources: {test: {title: This test, location: here}}
    arms: {eaft: EAFT, sft: SFT}
    unit: percent
    cells:
    \(cells)
    """
  }

  @Test("Likelihoods have their own unit, may be negative or large, and have no counts")
  func units() throws {
    let cells = """
        - {task: hellaswag, metric: gold_nats, label: Gold, n: 80, values: {eaft: {value: "-12.5", band: {kind: seed-prediction, runs: ["-12.5", "-12.75"], level: 0.9}}}}
        - {task: text, metric: kl_from_base, unit: nats, label: KL, n: 60, values: {sft: "1.25"}}
        - {task: hellaswag, metric: acc, label: Right, n: 80, values: {sft: "45.0"}}
      """
    let results = try ExperimentFixtures.decode(text(cells))
    #expect(results.cells.map(\.unit) == [.nats, .nats, .percent])
    #expect(DecodedTable(results).contradictions.isEmpty)
    #expect(DecodedTable(results).rows[1].values[0].counts == .unknown)
    for (metric, band, value, problem) in [
      ("kl_from_base, unit: percent", "", "1", "is measured in 'nats'"),
      ("kl_from_base", ", band: {kind: exact-count}", "1", "is one of right answers"),
      ("kl_from_base", "", "1,5", "has to be a decimal number as it is printed"),
      ("acc", "", "101", "from 0 to 100"),
      (
        "acc", ", band: {kind: seed-prediction, runs: [\"1\", \"-1\"], level: 0.9}", "1",
        "the run '-1'"
      ),
    ] {
      let cell = """
          - {task: text, metric: \(metric), label: KL, n: 60, values: {sft: {value: "\(value)"\(band)}}}
        """
      let error = #expect(throws: ManifestError.self) {
        try ExperimentFixtures.decode(text(cell))
      }
      #expect("\(try #require(error))".contains(problem), "\(metric)")
    }
  }

  @Test("Claims may be about likelihoods that nobody has printed, not about misspelt ones")
  func unprintedRows() throws {
    func claim(_ metric: String) throws -> DocumentedResults {
      try ExperimentFixtures.decode(
        text(
          """
            - {task: hellaswag, metric: acc, label: Right, n: 80, values: {sft: "45.0"}}
          claims:
            - id: better
              statement: It is better.
              better: {arm: eaft, than: sft, rows: [{task: hellaswag, metric: \(metric)}]}
          """))
    }
    #expect(try claim("gold_nats").claims.count == 1)
    #expect(throws: ManifestError.self) { try claim("gold_natts") }
  }
}
