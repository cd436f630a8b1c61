package import Manifests
package import Scoring
import Statistics

/// What an arm changed against the untouched one in a row.
package struct ArmChange: Sendable {
  /// The row.
  package let row: ReportRow
  /// The arm, which was trained.
  package let arm: String
  /// The mean difference, arm minus base, over documents and seeds.
  package let difference: Double
  /// Its interval at 95 %; nil without a spread.
  package let interval: SignificanceTest.Interval?
  /// Number of scores.
  package let count: Int
  /// What the row measures.
  package let quantity: Quantity

  /// The changes of all arms in all rows that both have.
  static func changes(
    _ rows: [ReportRow], arms: [String], base: String?, in results: MeasuredResults
  ) -> [ArmChange] {
    guard let base else { return [] }
    return rows.flatMap { row -> [ArmChange] in
      guard let untouched = try? ArmRow(row.name, arm: base, in: results) else { return [] }
      return arms.filter { $0 != base }.compactMap { arm in
        guard let own = try? ArmRow(row.name, arm: arm, in: results),
          let pair = try? PairedRow(own, untouched)
        else { return nil }
        let test = DifferenceTest(pair)
        return ArmChange(
          row: row, arm: arm, difference: test.plainValue,
          interval: test.interval(level: 0.95, isOfLimits: false), count: own.count,
          quantity: own.quantity)
      }
    }
  }
}

/// Two arms side by side on the same documents.
package struct ArmContrast: Sendable {
  /// The row.
  package let row: DocumentedResults.RowName
  /// The arm whose scores count as positive, and the one whose scores count as negative.
  package let first: String
  package let second: String
  /// The difference on each document or instruction, first minus second, means over seeds.
  package let differences: [Double]
  /// Their mean, each counting as much as its document does.
  package let mean: Double
  /// The interval of the mean at 95 %; nil without a spread.
  package let interval: SignificanceTest.Interval?
  /// The mean differences of each seed; empty for arms that share none.
  package let seedDifferences: [Double]
  /// What the row measures.
  package let quantity: Quantity

  /// The contrasts that claims are about, and those of the compared arms in all rows of whole tasks.
  static func contrasts(
    _ claims: [DocumentedResults.Claim], _ rows: [ReportRow],
    compared: (minuend: String, subtrahend: String)?, in results: MeasuredResults
  ) -> [ArmContrast] {
    var wanted = claims.flatMap { $0.test.comparisons }
    if let compared {
      wanted += rows.filter { !$0.isPart }.map {
        Comparison(first: compared.minuend, second: compared.subtrahend, row: $0.name)
      }
    }
    var contrasts: [ArmContrast] = []
    for comparison in wanted {
      guard let first = try? ArmRow(comparison.row, arm: comparison.first, in: results),
        let second = try? ArmRow(comparison.row, arm: comparison.second, in: results),
        let pair = try? PairedRow(first, second)
      else { continue }
      let isKnown = contrasts.contains {
        $0.first == comparison.first && $0.second == comparison.second
          && $0.row.isSame(as: comparison.row)
      }
      guard !isKnown else { continue }
      let test = DifferenceTest(pair)
      contrasts.append(
        ArmContrast(
          row: comparison.row, first: comparison.first, second: comparison.second,
          differences: pair.differences, mean: test.plainValue,
          interval: test.interval(level: 0.95, isOfLimits: false),
          seedDifferences: pair.seedDifferences ?? [], quantity: first.quantity))
    }
    return contrasts
  }

  /// Two arms and a row.
  fileprivate struct Comparison {
    let first: String
    let second: String
    let row: DocumentedResults.RowName
  }
}

extension DifferenceTest {
  /// First minus second, whichever of them it speaks for.
  fileprivate var plainValue: Double { sign < 0 ? 0 - value : value }
}

extension DocumentedResults.RowName {
  /// Whether both mean the same row: a filter of `none` need not be written.
  fileprivate func isSame(as other: DocumentedResults.RowName) -> Bool {
    task == other.task && plainMetric == other.plainMetric
  }

  /// The metric without a filter that takes everything.
  package var plainMetric: String {
    let suffix = ",\(AnswerFilter.none.rawValue)"
    return metric.hasSuffix(suffix) ? String(metric.dropLast(suffix.count)) : metric
  }
}

extension DocumentedResults.Test {
  /// The pairs of arms whose difference in a row decides.
  fileprivate var comparisons: [ArmContrast.Comparison] {
    func pairs(
      _ first: String, _ second: String, _ rows: [DocumentedResults.RowName]
    ) -> [ArmContrast.Comparison] {
      rows.map { ArmContrast.Comparison(first: first, second: second, row: $0) }
    }
    switch self {
    case .better(let arm, let other, _, let rows), .worse(let arm, let other, _, let rows),
      .notBetter(let arm, let other, let rows, _), .equivalent(let arm, let other, let rows, _),
      .retained(let arm, let other, _, let rows), .ratio(let arm, let other, _, let rows):
      return pairs(arm, other, rows)
    case .frontier(let arm, let others, let cost, let gain, _):
      return others.flatMap { pairs(arm, $0, [cost, gain]) }
    case .noneCorrect, .untestable: return []
    }
  }
}
