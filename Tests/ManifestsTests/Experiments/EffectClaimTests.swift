import Testing

@testable import Manifests

@Suite("Documented claims of effects") struct EffectClaimTests {
  private static let loss = DocumentedResults.RowName(task: "text", metric: "nats_per_token")
  private static let divergence = DocumentedResults.RowName(task: "text", metric: "kl_from_base")

  @Test("Claims of effects are read, and what contradicts itself is told")
  func files() throws {
    func decode(_ claim: String) throws -> DocumentedResults.Test? {
      try ExperimentFixtures.decode(
        """
        schema: 1
        name: test
        title: A test
        sources: {test: {title: This test, location: here}}
        arms: {eaft: EAFT, sft: SFT, low: Low, base: Base}
        claims:
          - id: claim
            statement: It is so.
            \(claim)
        """
      ).claims.first?.test
    }
    let row = "rows: [{task: text, metric: kl_from_base}]"
    #expect(
      try decode("worse: {arm: sft, than: base, by: 0.05, \(row)}")
        == .worse(arm: "sft", than: "base", by: 0.05, rows: [Self.divergence]))
    #expect(
      try decode("ratio: {arm: eaft, to: sft, below: 0.9, \(row)}")
        == .ratio(arm: "eaft", to: "sft", below: 0.9, rows: [Self.divergence]))
    #expect(
      try decode(
        "frontier: {arm: eaft, against: [sft, low], cost: text.kl_from_base, gain: text.nats_per_token}"
      )
        == .frontier(
          arm: "eaft", against: ["sft", "low"], cost: Self.divergence, gain: Self.loss, by: 0))
    for (claim, problem) in [
      ("ratio: {arm: eaft, to: sft, below: 0, \(row)}", "above 0 and at most 1000"),
      (
        "ratio: {arm: eaft, to: sft, below: 0.9, rows: [{task: text, metric: margin}]}",
        "can be negative"
      ),
      ("frontier: {arm: eaft, against: [sft], cost: a.margin, gain: b.margin}", "at least 2 arms"),
      (
        "frontier: {arm: eaft, against: [sft, eaft], cost: a.margin, gain: b.margin}",
        "'eaft' is already compared"
      ),
      ("frontier: {arm: eaft, against: [sft, low], cost: a, gain: b.margin}", "a point between"),
      ("better: {arm: eaft, than: sft, by: -1, \(row)}", "from 0 to below 1000"),
      (
        "none_correct: {arms: [sft], rows: [{task: a, metric: acc}], n: 0}", "whole number"
      ),
    ] {
      let error = #expect(throws: ManifestError.self) { try decode(claim) }
      #expect("\(try #require(error))".contains(problem), "\(claim)")
    }
  }
}
