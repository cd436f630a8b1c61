import Files
import Manifests
import Statistics

/// What a run has in the place of a documented value: a row of an arm, or the difference of two arms in it.
struct MeasuredCell {
  /// The row of the arm; of a difference, that of the arm that counts for it.
  let row: ArmRow
  /// The value of every seed.
  let values: [Double]
  /// Whether the values are differences.
  let isDifference: Bool

  /// Mean over seeds.
  var value: Double { isDifference ? Sample.mean(values) ?? .nan : row.value }

  /// The numbers of right answers of every seed; nil for differences, and for other scores than 0 and 1.
  var rightCounts: [Int]? { isDifference ? nil : row.rightCounts }

  /// Reads what is compared with a documented value.
  ///
  /// - Throws: an ``Obstacle``: what keeps rows from being read, and arms with different seeds, which have no differences.
  init(
    _ cell: DocumentedResults.Cell, _ value: DocumentedResults.Value, in results: MeasuredResults
  ) throws(Obstacle) {
    let name = DocumentedResults.RowName(task: cell.task, metric: cell.metric)
    row = try ArmRow(name, arm: value.arm, in: results)
    guard let minus = cell.minus else {
      values = row.values
      isDifference = false
      return
    }
    let pair = try PairedRow(row, try ArmRow(name, arm: minus, in: results))
    guard let differences = pair.seedDifferences else {
      throw Obstacle(
        status: .invalid,
        why:
          "The arms \"\(value.arm)\" and \"\(minus)\" were trained with different seeds, so that they have no differences."
      )
    }
    values = differences
    isDifference = true
  }
}

extension ArmScores.Row {
  /// The digest of what was asked, in whatever order: of each item its name, its prompt and the right answer.
  ///
  /// Nil for an item whose right answer was not recorded.
  var documents: Digest? { ArmScores.Item.documents(items) }
}

extension ArmScores.Item {
  /// The digest of items; nil for one whose right answer was not recorded.
  static func documents(_ items: [ArmScores.Item]) -> Digest? {
    var lines: [String] = []
    for item in items {
      guard let target = item.target else { return nil }
      // Neither digests nor names of tasks hold spaces or line feeds.
      lines.append("\(item.id) \(item.prompt.hex) \(target.hex)\n")
    }
    return SHA256.digest(of: Array(lines.sorted { $0.precedes($1) }.joined().utf8))
  }
}
