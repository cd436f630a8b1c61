/// The bootstrap of a mean (Efron 1979): how it varies if clusters of values are drawn anew, with replacement.
///
/// Draw number j of resample number i is a function of the seed, i and j alone, so that resamples can be made in any order,
/// on any number of threads, and are the same everywhere.
package struct Bootstrap: Sendable, Equatable {
  /// What all draws follow from.
  package let seed: UInt64
  /// Sum and number of the values of each cluster.
  private let sums: [Double]
  private let counts: [Int]

  /// Prepares to draw clusters, which hold one value each if values are independent; nil without values.
  package init?(clusters: [[Double]], seed: UInt64) {
    let clusters = clusters.filter { !$0.isEmpty }
    guard !clusters.isEmpty else { return nil }
    self.seed = seed
    sums = clusters.map { Sample.sum($0) }
    counts = clusters.map(\.count)
  }

  /// The mean of the values of as many clusters as there are, drawn for this resample.
  package func mean(ofResample resample: Int) -> Double {
    let first = UInt64(truncatingIfNeeded: resample) &* UInt64(sums.count)
    var count = 0
    let drawn = sums.indices.map { draw in
      let random = Self.random(seed, first &+ UInt64(draw))
      // The upper half of the product: uniform but for one part in 2⁶⁴ a cluster.
      let index = Int(random.multipliedFullWidth(by: UInt64(sums.count)).high)
      count += counts[index]
      return sums[index]
    }
    return Sample.sum(drawn) / Double(count)
  }

  /// The interval of the means of the resamples that leaves out as many on either side; nil for a level outside 0..<1 or no
  /// resample.
  package func percentileInterval(level: Double = 0.95, resamples: Int = 2000)
    -> ClosedRange<Double>?
  {
    guard 0..<1 ~= level, resamples > 0 else { return nil }
    let means = (0..<resamples).map(mean).sorted()
    // Between two means, as NumPy's quantile does by default.
    func quantile(_ share: Double) -> Double {
      let position = share * Double(means.count - 1)
      let index = Int(position)
      let next = means[min(index + 1, means.count - 1)]
      return means[index] + (position - Double(index)) * (next - means[index])
    }
    let (lower, upper) = (quantile((1 - level) / 2), quantile((1 + level) / 2))
    return lower <= upper ? lower...upper : nil
  }

  /// The number at a place of the sequence of SplitMix64 (Steele, Lea and Flood 2014) that begins at the seed.
  static func random(_ seed: UInt64, _ index: UInt64) -> UInt64 {
    var bits = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
