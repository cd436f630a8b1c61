import Statistics

/// What the right answers of one run say about other items of the same kind: an interval of the share of them.
package struct ShareInterval: Sendable, Equatable {
  /// How it was computed: "wilson", or "uniform-prior" for few items.
  package let method: String
  /// The interval.
  package let interval: SignificanceTest.Interval

  /// Below so many items the normal approximation, which Wilson's interval rests on, is not to be trusted.
  private static let fewItems = 100

  /// The interval at 95 %; nil for several seeds, and for other scores than 0 and 1.
  init?(_ row: ArmRow) {
    guard let counts = row.rightCounts, counts.count == 1 else { return nil }
    let isSmall = row.count < Self.fewItems
    let range =
      isSmall
      ? Proportion.uniformPriorInterval(successes: counts[0], count: row.count)
      : Proportion.wilsonInterval(successes: counts[0], count: row.count)
    guard let range else { return nil }
    method = isSmall ? "uniform-prior" : "wilson"
    interval = SignificanceTest.Interval(range, level: 0.95)
  }
}
