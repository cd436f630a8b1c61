import Foundation

/// Where set, every fuzz test goes on for that long; minutes find more than the rounds of every run.
private let fuzzSeconds = ProcessInfo.processInfo.environment["REPLICATE_FUZZ_SECONDS"]
  .flatMap(Double.init)

/// Calls `body` for rounds 0, 1, ...: `count` of them, and more until `REPLICATE_FUZZ_SECONDS` are over where that is set.
///
/// The number of rounds never depends on the machine's speed unless the variable is set. The seed of a round's generator
/// is the round's number, so that any round can be repeated alone.
package func fuzz(
  _ count: Int, _ body: (_ round: Int, _ generator: inout SeededGenerator) throws -> Void
) rethrows {
  let end = ContinuousClock.now + .seconds(fuzzSeconds ?? 0)
  var round = 0
  while round < count || ContinuousClock.now < end {
    var generator = SeededGenerator(seed: UInt64(round))
    try body(round, &generator)
    round += 1
  }
}

/// One to four random changes of some bytes, most of them among the first `header`.
///
/// A change flips a bit, puts another byte, one of the extremes or one of the `characters` of the format there, removes or
/// repeats up to 16 bytes, or cuts off the rest.
package func mutated(
  _ bytes: [UInt8], _ generator: inout SeededGenerator, header: Int = .max,
  characters: String = "{}[]\",:\\0-9e.\n"
) -> [UInt8] {
  var result = bytes
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !result.isEmpty {
    let isAnywhere = Int.random(in: 0..<8, using: &generator) == 0
    let limit = isAnywhere ? result.count : min(result.count, header)
    let index = Int.random(in: 0..<limit, using: &generator)
    let end = min(result.count, index + Int.random(in: 1...16, using: &generator))
    switch Int.random(in: 0..<16, using: &generator) {
    case 0...2: result[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 3...5: result[index] = UInt8.random(in: 0...255, using: &generator)
    case 6, 7: result[index] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
    case 8...10:
      result[index] = Array(characters.utf8).randomElement(using: &generator) ?? 0
    case 11, 12: result.removeSubrange(index..<end)
    case 13, 14: result.insert(contentsOf: result[index..<end], at: index)
    default: result.removeSubrange(index...)
    }
  }
  return result
}

/// Some bytes with another digit in place of one from 1 to 9, so that most texts with numbers can still be read.
package func nudged(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
  let digits = UInt8(ascii: "1")...UInt8(ascii: "9")
  var result = bytes
  if let index = bytes.indices.filter({ digits.contains(bytes[$0]) }).randomElement(
    using: &generator)
  {
    result[index] = UInt8.random(in: digits, using: &generator)
  }
  return result
}
