import Files
import RecordFixtures

@testable import Manifests
@testable import Records

extension VerdictFixture {
  /// The digest of so many numbered items.
  static func documents(_ count: Int) -> Digest? {
    ArmScores.Item.documents(items([Double](repeating: 0, count: count)))
  }

  /// A documented value of the arm "sft" with its band.
  static func cell(
    _ text: String, band: Band.Kind, count: Int? = 100, stored: Band.Stored? = nil,
    unit: DocumentedResults.Unit = .fraction, isRequired: Bool = true,
    composition: DocumentedResults.Composition? = nil, documents: Digest? = nil
  ) -> DocumentedResults.Cell {
    DocumentedResults.Cell(
      task: "task", metric: "acc", label: "Task", count: count, unit: unit,
      values: [
        DocumentedResults.Value(
          arm: "sft", text: text, standardError: nil, band: Band(kind: band, stored: stored))
      ], composition: composition, isRequired: isRequired, source: "post", documents: documents)
  }

  static func claim(
    _ test: DocumentedResults.Test, id: String = "claim", isRequired: Bool = true
  ) -> DocumentedResults.Claim {
    DocumentedResults.Claim(
      id: id, statement: "It is so.", test: test, isRequired: isRequired, source: "post")
  }

  static func documented(
    cells: [DocumentedResults.Cell] = [], claims: [DocumentedResults.Claim] = [],
    digest: Digest? = nil
  ) -> DocumentedResults {
    DocumentedResults(
      name: "post", title: "A post",
      sources: [DocumentedResults.Source(name: "post", title: "Post", location: "here")],
      arms: [
        DocumentedResults.Arm(name: "eaft", title: "EAFT"),
        DocumentedResults.Arm(name: "sft", title: "SFT"),
      ], cells: cells, claims: claims, resultsDigest: digest)
  }

  /// The verdict on one cell.
  static func verdict(_ cell: DocumentedResults.Cell, _ arms: [ArmScores]) throws -> Verdict {
    try first(documented(cells: [cell]), arms)
  }

  /// The verdict on one claim.
  static func verdict(_ test: DocumentedResults.Test, _ arms: [ArmScores]) throws -> Verdict {
    try first(documented(claims: [claim(test)]), arms)
  }

  private static func first(_ documented: DocumentedResults, _ arms: [ArmScores]) throws -> Verdict
  {
    let judgement = Judgement(documented: documented, results: results(arms))
    guard let verdict = judgement.verdicts.first else {
      throw RunError(.notFound, "There is no verdict.")
    }
    return verdict
  }
}
