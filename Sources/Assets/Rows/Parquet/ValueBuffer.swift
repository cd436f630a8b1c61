/// Values of one leaf that were decoded and not yet given away, nulls left out; or the values of a dictionary.
///
/// Of the memories only those are used that the leaf's form needs.
final class ValueBuffer {
  /// What the values are.
  let form: ValueForm
  /// How many values there are.
  private(set) var count = 0
  var bools = Growable<Bool>()
  var integers = Growable<Int64>()
  var numbers = Growable<Double>()
  /// The bytes of texts, one after the other.
  var bytes = Growable<UInt8>()
  /// Where each text ends in `bytes`.
  var ends = Growable<Int>()

  init(form: ValueForm) { self.form = form }

  /// Bytes that the values take.
  var byteCount: Int { count * 8 + bytes.count }

  /// Bytes of the longest text.
  var longest: Int {
    guard form == .text else { return 0 }
    return (0..<count).reduce(0) { longest, index in
      let (start, end) = range(at: index)
      return max(longest, end - start)
    }
  }

  /// Where the text at an index lies in `bytes`.
  @inline(__always)
  func range(at index: Int) -> (start: Int, end: Int) {
    (index == 0 ? 0 : ends.base[index - 1], ends.base[index])
  }

  /// Counts values that were written behind the others, and checks those that their memory has more room for than their
  /// type.
  ///
  /// - Throws: ``ParquetDamage`` for integers outside of their type.
  func append(_ added: Int) throws {
    switch form {
    case .null: break
    case .bool: bools.count += added
    case .single, .double, .half: numbers.count += added
    case .integer(let isWide, let bits, let isSigned):
      try check(integers.base + integers.count, added, isWide, bits, isSigned)
      integers.count += added
    case .text: ends.count += added
    }
    count += added
  }

  private func check(
    _ values: UnsafeMutablePointer<Int64>, _ count: Int, _ isWide: Bool, _ bits: Int,
    _ isSigned: Bool
  ) throws {
    if isSigned, bits == (isWide ? 64 : 32) { return }
    if !isSigned, bits == 32 {
      for index in 0..<count { values[index] &= 0xFFFF_FFFF }
      return
    }
    let range: ClosedRange<Int64> =
      switch (isSigned, bits) {
      case (false, 64): 0...Int64.max
      case (false, _): 0...(1 << Int64(bits)) - 1
      case (true, _): -(1 << Int64(bits - 1))...(1 << Int64(bits - 1)) - 1
      }
    for index in 0..<count where !range.contains(values[index]) {
      if bits == 64 {
        let value = UInt64(bitPattern: values[index])
        throw ParquetDamage("has the value \(value), which is beyond 2^63 - 1")
      }
      throw ParquetDamage("has the value \(values[index]), which does not fit its type")
    }
  }

  /// Removes values from the front.
  func removeFirst(_ removed: Int) {
    count -= removed
    switch form {
    case .null: break
    case .bool: bools.removeFirst(removed)
    case .single, .double, .half: numbers.removeFirst(removed)
    case .integer: integers.removeFirst(removed)
    case .text:
      guard removed > 0 else { return }
      let start = ends.base[removed - 1]
      bytes.removeFirst(start)
      ends.removeFirst(removed)
      for index in 0..<count { ends.base[index] -= start }
    }
  }
}
