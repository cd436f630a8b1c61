/// Holm's correction of several tests at once (Holm 1979, Scandinavian Journal of Statistics 6).
package enum Holm {
  /// The corrected p values, in the order of the given ones.
  ///
  /// The i-th smallest of m (from 1) is multiplied by m - i + 1; none is below the one before it, none above 1. A NaN,
  /// which tells nothing, counts as the largest p value and stays NaN.
  package static func adjusted(_ pValues: [Double]) -> [Double] {
    // Equal values keep their order, so that the result depends on nothing else.
    let order = pValues.indices.sorted { left, right in
      let (a, b) = (pValues[left], pValues[right])
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
      return a == b ? left < right : a < b
    }
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in order.enumerated() where !pValues[index].isNaN {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
