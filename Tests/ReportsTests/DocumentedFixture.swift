import RecordFixtures

@testable import Manifests
@testable import Records

/// Documented results in the fewest words, of two arms on one row.
enum DocumentedFixture {
  /// A value of an arm on a row of a hundred items, with a wide band.
  static func cell(_ text: String, arm: String = "sft", label: String = "Task")
    -> DocumentedResults.Cell
  {
    DocumentedResults.Cell(
      task: "task", metric: "acc", label: label, count: 100, unit: .fraction,
      values: [
        DocumentedResults.Value(
          arm: arm, text: text, standardError: nil,
          band: Band(
            kind: .conditionalFlip(discordance: 0.1, from: "a guess", level: 0.95), stored: nil))
      ], composition: nil, isRequired: true, source: "post")
  }

  /// A claim that the one arm is better than the other.
  static func claim(
    rows: [DocumentedResults.RowName] = [VerdictFixture.row], isRequired: Bool = true
  ) -> DocumentedResults.Claim {
    DocumentedResults.Claim(
      id: "claim", statement: "It is so.",
      test: .better(arm: "eaft", than: "sft", by: nil, rows: rows),
      isRequired: isRequired, source: "post")
  }

  static func documented(
    cells: [DocumentedResults.Cell] = [], claims: [DocumentedResults.Claim] = []
  ) -> DocumentedResults {
    DocumentedResults(
      name: "post", title: "A post", sources: [], arms: [], cells: cells, claims: claims,
      resultsDigest: nil)
  }

  /// A judgement of nothing.
  static let empty = Judgement(documented: documented(), results: VerdictFixture.results([]))
}
