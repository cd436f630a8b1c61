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

  /// The corrected p values of hypotheses each of which needs all of its own tests, in the order of the given ones.
  ///
  /// Such a hypothesis is as unlikely as the least clear of its tests, which cost each other nothing (Berger 1982,
  /// Technometrics 24): Holm's method is applied to the largest p values, and every test of a hypothesis is multiplied by the
  /// number that this one is. A hypothesis without tests stands aside.
  package static func adjusted(families: [[Double]]) -> [[Double]] {
    let largest = families.map { family in
      family.contains(where: \.isNaN) ? Double.nan : family.max() ?? .nan
    }
    let order = largest.indices.filter { !families[$0].isEmpty }.sorted { left, right in
      let (a, b) = (largest[left], largest[right])
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
      return a == b ? left < right : a < b
    }
    var adjusted = families
    var floor = 0.0
    for (rank, index) in order.enumerated() {
      let factor = Double(order.count - rank)
      adjusted[index] = families[index].map { $0.isNaN ? $0 : max(floor, min(1, factor * $0)) }
      if !largest[index].isNaN { floor = max(floor, min(1, factor * largest[index])) }
    }
    return adjusted
  }
}
