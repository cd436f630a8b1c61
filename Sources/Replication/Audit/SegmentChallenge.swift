import Provenance
import Statistics

/// Which segments an audit re-executes: neither who made the record nor who audits it can choose.
///
/// The choice follows from the record's own digest, which its maker cannot aim at without changing the record, and from a
/// nonce of the auditor, which the maker did not know.
struct SegmentChallenge {
  /// The seed of the choice: SHA256("replicate/challenge/v1" || 0 || record digest || nonce).
  private let seed: Digest

  init(record: Digest, nonce: [UInt8]) {
    var hash = SHA256()
    hash.update("replicate/challenge/v1\0")
    hash.update(record.bytes)
    hash.update(nonce)
    seed = hash.finalize()
  }

  /// `count` different numbers below `total`, in ascending order; all of them if there are no more.
  func choice(of count: Int, from total: Int) -> [Int] {
    var numbers = Array(0..<total)
    var draws: UInt64 = 0
    for index in 0..<min(count, total) {
      let other = index + number(below: total - index, &draws)
      numbers.swapAt(index, other)
    }
    return numbers.prefix(count).sorted()
  }

  /// A number below `bound`, all equally likely: draws that would favour some are drawn again.
  private func number(below bound: Int, _ draws: inout UInt64) -> Int {
    let bound = UInt64(bound)
    let limit = UInt64.max - UInt64.max % bound
    while true {
      var hash = SHA256()
      hash.update(seed.bytes)
      withUnsafeBytes(of: draws.bigEndian) { hash.update($0) }
      draws += 1
      let value = hash.finalize().bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      if value < limit { return Int(value % bound) }
    }
  }

  /// The probability that `count` of `total` segments, chosen at random, hold at least one of `altered` ones.
  static func detectionProbability(count: Int, total: Int, altered: Int) -> Double {
    var missed = 1.0
    for index in 0..<min(count, total) {
      missed *= Double(max(0, total - altered - index)) / Double(total - index)
    }
    return 1 - missed
  }
}
