import Files

/// Which documents and segments an audit computes again: neither who made the record nor who audits it can choose.
///
/// The choice follows from the record's own digest, which its maker cannot aim at without changing the record, and from a
/// nonce of the auditor, which the maker did not know.
struct AuditChallenge {
  /// The seed of the choice: SHA256("replicate/challenge/v2" || 0 || subject || 0 || record digest || nonce).
  private let seed: Digest

  /// Begins the choice of one kind of thing, which `subject` names, so that choices do not depend on each other.
  init(record: Digest, nonce: [UInt8], subject: String) {
    var hash = SHA256()
    hash.update("replicate/challenge/v2\0\(subject)\0")
    hash.update(record.bytes)
    hash.update(nonce)
    seed = hash.finalize()
  }

  /// `count` different numbers below `total`, in the order in which they are drawn; all of them if there are no more.
  func draws(of count: Int, from total: Int) -> [Int] {
    var numbers = Array(0..<total)
    var draws: UInt64 = 0
    for index in 0..<min(count, total) {
      let other = index + number(below: total - index, &draws)
      numbers.swapAt(index, other)
    }
    return Array(numbers.prefix(count))
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

  /// The probability that `count` of `total` things, drawn at random, hold at least one of `altered` ones.
  static func detectionProbability(count: Int, total: Int, altered: Int) -> Double {
    var missed = 1.0
    for index in 0..<min(count, total) {
      missed *= Double(max(0, total - altered - index)) / Double(total - index)
    }
    return 1 - missed
  }
}
