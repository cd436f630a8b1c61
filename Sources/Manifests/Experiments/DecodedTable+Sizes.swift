import Scoring
import Statistics

extension DecodedTable {
  /// A usual number of items of a benchmark, tried on a row that does not say how many it has.
  package struct UsualSize: Sendable, Equatable {
    /// Number of items, and what they are.
    package let count: Int
    package let what: String
    /// Number of runs that the values would be means of.
    package let runs: Int
    /// The values that no number of right answers gives, in the order of the arms.
    package let impossible: [Value]
  }

  /// Sizes that publications choose between without saying which; all others are the one of the benchmark.
  private static let sizes: [String: [(count: Int, what: String)]] = [
    "ifeval": [(541, "prompts"), (834, "instructions")],
    // Of CLUE: development and test split; of FewCLUE: the public test split.
    "cluewsc": [
      (304, "questions of CLUE's dev"), (290, "questions of CLUE's test"),
      (976, "questions of FewCLUE's test_public"),
    ],
  ]

  /// What the usual sizes of a row's benchmark make of its values, as single runs and as means of as many as it says.
  ///
  /// Empty for a row with a number of items, and for one whose benchmark is not known.
  package func usualSizes(of row: Row) -> [UsualSize] {
    guard row.cell.count == nil, row.itemCounts != nil else { return [] }
    let own = Benchmark.named(row.cell.task)?.documentCount(limit: nil)
    let sizes = Self.sizes[row.cell.task] ?? own.map { [($0, "documents")] } ?? []
    return sizes.flatMap { size in
      Set([1, row.cell.runs]).sorted().map { runs in
        UsualSize(
          count: size.count, what: size.what, runs: runs,
          impossible: row.values.filter {
            GRIM.possibleCounts(of: $0.printed, count: size.count * runs) == nil
          })
      }
    }
  }
}
