/// How far two published counts of the same items can go: their difference b - c is known, b + c is not.
package enum DiscordanceFrontier {
  /// The largest number of discordant items b + c for which McNemar's exact test is significant.
  ///
  /// - Parameters:
  ///   - difference: The difference of the two counts, b - c, of either sign.
  ///   - count: The number of items, up to 1e12.
  ///   - level: The p value has to be below this.
  /// - Returns: Nil if no discordance makes the difference significant, or for impossible numbers.
  package static func largestDiscordantCount(difference: Int, count: Int, level: Double = 0.05)
    -> Int?
  {
    guard difference != 0, count >= 1, difference.magnitude <= count.magnitude else { return nil }
    let net = abs(difference)
    // The p value never falls when each arm gains one more item: bisection on c.
    func isSignificant(_ secondOnly: Int) -> Bool {
      let pairs = BinaryPairs(count: count, firstOnly: net + secondOnly, secondOnly: secondOnly)
      return pairs.map { $0.exactPValue < level } ?? false
    }
    guard isSignificant(0) else { return nil }
    var (low, high) = (0, (count - net) / 2)
    while low < high {
      let middle = low + (high - low + 1) / 2
      if isSignificant(middle) { low = middle } else { high = middle - 1 }
    }
    return net + 2 * low
  }
}
