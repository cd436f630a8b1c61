import Files
import TestSupport

@testable import Manifests
@testable import Records

/// Scores and documents in the fewest words.
enum VerdictFixture {
  static let row = DocumentedResults.RowName(task: "task", metric: "acc")

  /// The digest that stands for a prompt.
  static func prompt(_ text: String) -> Digest { SHA256.digest(of: Array(text.utf8)) }

  /// Numbered items with these scores, each in its cluster if there are some.
  static func items(_ scores: [Double], clusters: [String?]? = nil) -> [ArmScores.Item] {
    scores.enumerated().map { index, score in
      ArmScores.Item(
        id: "task/\(index)", prompt: prompt("\(index)"), scores: [score],
        cluster: clusters?[index])
    }
  }

  /// An arm with one row.
  static func arm(_ name: String, seed: UInt64? = nil, _ items: [ArmScores.Item]) -> ArmScores {
    ArmScores(
      arm: name, seed: seed,
      rows: [ArmScores.Row(task: "task", metric: "acc,none", items: items)])
  }

  /// An arm of which the first items are right.
  static func arm(_ name: String, seed: UInt64? = nil, right: Int, of count: Int) -> ArmScores {
    arm(name, seed: seed, items((0..<count).map { $0 < right ? 1 : 0 }))
  }

  /// Two arms, of which the first alone is right on `firstOnly` items and the second alone on `secondOnly`.
  static func pair(_ firstOnly: Int, _ secondOnly: Int, both: Int = 0, of count: Int) -> [ArmScores]
  {
    let first = (0..<count).map { $0 < firstOnly + both ? 1.0 : 0 }
    let second = (0..<count).map {
      $0 >= firstOnly && $0 < firstOnly + both + secondOnly ? 1.0 : 0
    }
    return [arm("eaft", items(first)), arm("sft", items(second))]
  }

  static func results(_ arms: [ArmScores], digest: Digest? = nil) -> MeasuredResults {
    MeasuredResults(digest: digest, arms: arms)
  }

  /// A documented value of the arm "sft" with its band.
  static func cell(
    _ text: String, band: Band.Kind, count: Int? = 100, stored: Band.Stored? = nil,
    unit: DocumentedResults.Unit = .fraction, isRequired: Bool = true,
    composition: DocumentedResults.Composition? = nil
  ) -> DocumentedResults.Cell {
    DocumentedResults.Cell(
      task: "task", metric: "acc", label: "Task", count: count, unit: unit,
      values: [
        DocumentedResults.Value(
          arm: "sft", text: text, standardError: nil, band: Band(kind: band, stored: stored))
      ], composition: composition, isRequired: isRequired, source: "post")
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
