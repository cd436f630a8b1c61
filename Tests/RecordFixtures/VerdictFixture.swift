package import Files
package import Manifests
package import Records

/// Scores and documents in the fewest words.
package enum VerdictFixture {
  package static let row = DocumentedResults.RowName(task: "task", metric: "acc")

  /// The digest that stands for a prompt.
  package static func prompt(_ text: String) -> Digest { SHA256.digest(of: Array(text.utf8)) }

  /// Documented values of EAFT and SFT on a row of 1,000 items.
  package static func documented(_ values: [String], task: String, metric: String) throws
    -> DocumentedResults
  {
    let text = """
      schema: 1
      name: test
      title: A test
      sources: {test: {title: This test, location: here}}
      arms: {eaft: EAFT, sft: SFT}
      unit: fraction
      cells:
        - {task: \(task), metric: \(metric), label: Row, n: 1000, values: {eaft: "\(values[0])", sft: "\(values[1])"}}
      """
    return try DocumentedResultsDecoder.decode(Array(text.utf8), name: "test.yaml")
  }

  /// Numbered items with these scores, each in its cluster if there are some.
  package static func items(_ scores: [Double], clusters: [String?]? = nil) -> [ArmScores.Item] {
    scores.enumerated().map { index, score in
      ArmScores.Item(
        id: "task/\(index)", prompt: prompt("\(index)"), scores: [score],
        cluster: clusters?[index], target: prompt("right"))
    }
  }

  /// An arm with one row.
  package static func arm(_ name: String, seed: UInt64? = nil, _ items: [ArmScores.Item])
    -> ArmScores
  {
    ArmScores(
      arm: name, seed: seed,
      rows: [ArmScores.Row(task: "task", metric: "acc,none", items: items)])
  }

  /// An arm of which the first items are right.
  package static func arm(_ name: String, seed: UInt64? = nil, right: Int, of count: Int)
    -> ArmScores
  {
    arm(name, seed: seed, items((0..<count).map { $0 < right ? 1 : 0 }))
  }

  /// Two arms, of which the first alone is right on `firstOnly` items and the second alone on `secondOnly`.
  package static func pair(_ firstOnly: Int, _ secondOnly: Int, both: Int = 0, of count: Int)
    -> [ArmScores]
  {
    let first = (0..<count).map { $0 < firstOnly + both ? 1.0 : 0 }
    let second = (0..<count).map {
      $0 >= firstOnly && $0 < firstOnly + both + secondOnly ? 1.0 : 0
    }
    return [arm("eaft", items(first)), arm("sft", items(second))]
  }

  package static func results(_ arms: [ArmScores], digest: Digest? = nil) -> MeasuredResults {
    MeasuredResults(digest: digest, arms: arms)
  }
}
