/// Descriptive statistics of a sample of numbers.
///
/// Sums run in the order of the values with Neumaier's compensation, so that a result is the same on every machine and
/// within a few units in the last place of the exact one. NaN anywhere gives NaN.
package enum Sample {
  /// The arithmetic mean; nil for an empty sample.
  package static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : sum(values) / Double(values.count)
  }

  /// The unbiased variance, with n - 1 in the denominator; nil for fewer than two values.
  package static func variance(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    let squares = values.map { ($0 - mean) * ($0 - mean) }
    return sum(squares) / Double(values.count - 1)
  }

  /// The square root of the unbiased variance; nil for fewer than two values.
  package static func standardDeviation(_ values: [Double]) -> Double? {
    variance(values)?.squareRoot()
  }

  /// The standard error of the mean of independent values: s / √n (Miller 2024, arXiv 2411.00640, equation 1).
  ///
  /// For values 0 and 1 this is √(p(1 − p)/(n − 1)). Nil for fewer than two values.
  package static func standardErrorOfMean(_ values: [Double]) -> Double? {
    standardDeviation(values).map { $0 / Double(values.count).squareRoot() }
  }

  /// The standard error of the mean of values of which those of one cluster may depend on each other.
  ///
  /// √(C/(C − 1) · Σ over clusters of (Σ (s − mean))²) / n, for C clusters of n values in all: the cluster-robust error
  /// of Miller 2024 (arXiv 2411.00640, section 2.2) with the correction for few clusters. Nil for fewer than two clusters
  /// that hold values.
  package static func standardErrorOfMean(clusters: [[Double]]) -> Double? {
    let clusters = clusters.filter { !$0.isEmpty }
    let values = clusters.flatMap(\.self)
    guard clusters.count > 1, let mean = mean(values) else { return nil }
    let squares = clusters.map { cluster in
      let deviation = sum(cluster.map { $0 - mean })
      return deviation * deviation
    }
    let count = Double(clusters.count)
    return (count / (count - 1) * sum(squares)).squareRoot() / Double(values.count)
  }

  /// The mean of values that count differently, Σ w x / Σ w; nil without values, and unless the weights sum to more than 0.
  package static func mean(_ values: [Double], weights: [Double]) -> Double? {
    let total = sum(weights)
    guard values.count == weights.count, total > 0, total.isFinite else { return nil }
    return sum(zip(values, weights).map { $0 * $1 }) / total
  }

  /// The standard error of a mean of values that count differently, of which those of one cluster may depend on each other.
  ///
  /// √(C/(C − 1) · Σ over clusters of (Σ w (x − mean))²) / Σ w, for C clusters: the error of the ratio estimator
  /// Σ w x / Σ w (Cochran 1977, Sampling Techniques, section 6.4), in which the weights are as random as the values. Nil for
  /// fewer than two clusters.
  package static func standardErrorOfMean(clusters: [[Double]], weights: [[Double]]) -> Double? {
    let all = weights.flatMap(\.self)
    guard clusters.count > 1, clusters.map(\.count) == weights.map(\.count),
      let mean = mean(clusters.flatMap(\.self), weights: all)
    else { return nil }
    let squares = zip(clusters, weights).map { values, weights in
      let deviation = sum(zip(values, weights).map { $1 * ($0 - mean) })
      return deviation * deviation
    }
    let count = Double(clusters.count)
    return (count / (count - 1) * sum(squares)).squareRoot() / sum(all)
  }

  /// Values of one cluster together, in the order in which clusters come first.
  package static func grouped(_ values: [Double], by clusters: [String]) -> [[Double]] {
    var places: [String: Int] = [:]
    var groups: [[Double]] = []
    for (value, cluster) in zip(values, clusters) {
      if let place = places[cluster] {
        groups[place].append(value)
      } else {
        places[cluster] = groups.count
        groups.append([value])
      }
    }
    return groups
  }

  /// ln 2.
  package static let logarithmOf2 = 0.693_147_180_559_945_3

  /// ln Σ eˣ, without overflow: the largest value plus the logarithm of the sum of what the others are of it.
  ///
  /// -infinity without values.
  package static func logarithmOfSum(ofExponentials values: [Double]) -> Double {
    guard let largest = values.max(), largest.isFinite else { return values.max() ?? -.infinity }
    return largest + Elementary.log(sum(values.map { Elementary.exp($0 - largest) }))
  }

  /// The natural logarithm, with the same bits on every machine.
  package static func logarithm(_ value: Double) -> Double { Elementary.log(value) }

  /// e to the power x, with the same bits on every machine.
  package static func exponential(_ value: Double) -> Double { Elementary.exp(value) }

  /// The sum in the order of the values, with the compensation of Neumaier (1974).
  package static func sum(_ values: [Double]) -> Double {
    var sum = 0.0
    var compensation = 0.0
    for value in values {
      let next = sum + value
      compensation += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    // An infinite sum has a meaningless compensation.
    return sum.isFinite ? sum + compensation : sum
  }
}
