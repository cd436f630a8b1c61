/// The difference between two arms that were scored on the same items.
///
/// Both arms see the same items, so the spread between items cancels: the standard error is that of the mean of the
/// differences per item (Miller 2024, arXiv 2411.00640, section 4.2). For scores 0 and 1, with b items that only the first
/// arm gets right and c that only the second does, it equals √([b + c − (b − c)²/n] / (n − 1) / n).
///
/// Assumption: items are independent of each other. Answers of one prompt or subject are not; they need a clustered error.
package struct PairedDifference: Sendable, Equatable {
  /// The number of items that both arms were scored on.
  package let count: Int
  /// The mean of first minus second.
  package let value: Double
  /// The standard error of that mean; nil for a single item.
  package let standardError: Double?
  /// Items on which the first arm scores higher.
  package let firstHigherCount: Int
  /// Items on which the second arm scores higher.
  package let secondHigherCount: Int

  /// Compares two arms item by item; nil without items or if the arms were not scored on equally many.
  package init?(first: [Double], second: [Double]) {
    guard first.count == second.count else { return nil }
    let differences = zip(first, second).map { $0 - $1 }
    guard let mean = Sample.mean(differences) else { return nil }
    count = differences.count
    value = mean
    standardError = Sample.standardErrorOfMean(differences)
    firstHigherCount = differences.count { $0 > 0 }
    secondHigherCount = differences.count { $0 < 0 }
  }

  /// Compares two arms by their items right or wrong; nil without items or for different numbers of them.
  package init?(first: [Bool], second: [Bool]) {
    self.init(first: first.map { $0 ? 1 : 0 }, second: second.map { $0 ? 1 : 0 })
  }
}
