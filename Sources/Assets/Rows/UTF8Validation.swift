/// Checks many texts that lie one after the other in memory at once.
enum UTF8Validation {
  /// Whether each of the texts is UTF-8 by itself.
  ///
  /// - Parameters:
  ///   - bytes: All texts without anything between them.
  ///   - ends: Where each of them ends in `bytes`; the last one ends at the end.
  /// - Returns: Whether `String` would take every text as it is.
  static func areValid(_ bytes: UnsafeBufferPointer<UInt8>, endingAt ends: UnsafeBufferPointer<Int>)
    -> Bool
  {
    guard let hasMultiple = scan(bytes) else { return false }
    guard hasMultiple else { return true }
    // What is valid together is valid apart where no part begins inside a character.
    for end in ends where end < bytes.count && bytes[end] & 0xC0 == 0x80 { return false }
    return true
  }

  /// Whether there is a character of several bytes; nil if the bytes are not UTF-8.
  ///
  /// Looks at 32 bytes at once, each together with the three before it.
  private static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
    let raw = UnsafeRawBufferPointer(bytes)
    // Nothing comes before the beginning, and a zero after the end continues no character.
    func edge(_ range: Range<Int>) -> [UInt8] {
      (range.lowerBound - 3..<range.lowerBound + 32).map { index in
        0..<range.upperBound ~= index ? raw[index] : 0
      }
    }
    var progress = Progress()
    var index = 0
    if raw.count >= 32 {
      guard edge(0..<32).withUnsafeBytes({ progress.take($0, at: 3) }) else { return nil }
      index = 32
    }
    while raw.count - index >= 32 {
      guard progress.take(raw, at: index) else { return nil }
      index += 32
    }
    guard edge(index..<raw.count).withUnsafeBytes({ progress.take($0, at: 3) }) else { return nil }
    return progress.hasMultiple
  }

  /// What was seen so far.
  private struct Progress {
    /// Whether there was a byte of a character of several.
    var hasMultiple = false
    /// Whether there was none in the last 32 bytes.
    private var isPlain = true

    /// Checks 32 bytes, before which there are three more; whether they are valid.
    @inline(__always)
    mutating func take(_ block: UnsafeRawBufferPointer, at index: Int) -> Bool {
      guard let base = block.baseAddress.map({ $0 + index }) else { return false }
      let lanes = base.loadUnaligned(as: Lanes.self)
      let wasPlain = isPlain
      isPlain = lanes & top == .zero
      if isPlain && wasPlain { return true }
      hasMultiple = true
      return areCharacters(
        lanes, (base - 1).loadUnaligned(as: Lanes.self), (base - 2).loadUnaligned(as: Lanes.self),
        (base - 3).loadUnaligned(as: Lanes.self))
    }
  }

  private typealias Lanes = SIMD4<UInt64>
  /// The highest bit of each byte.
  @inline(__always)
  private static var top: Lanes { Lanes(repeating: 0x8080_8080_8080_8080) }

  /// Whether bytes continue what the one, two and three bytes before them began, and nothing else.
  ///
  /// Shifts bring a bit of each byte to its top; what comes from the byte beside it is masked out at the end.
  @inline(__always)
  private static func areCharacters(_ now: Lanes, _ one: Lanes, _ two: Lanes, _ three: Lanes)
    -> Bool
  {
    let continues = now & ~(now &<< 1)
    let lead2 = one & (one &<< 1)
    let lead3 = two & (two &<< 1) & (two &<< 2)
    let lead4 = three & (three &<< 1) & (three &<< 2) & (three &<< 3)
    guard ((lead2 | lead3 | lead4) ^ continues) & top == .zero else { return false }
    // C0 and C1, E0 and ED, and F0 to FF have more to be looked at.
    let (bit3, bit2, bit1, bit0) = (one &<< 4, one &<< 5, one &<< 6, one &<< 7)
    let low = ~(bit3 | bit2 | bit1)
    let wide = lead2 & (one &<< 2)
    let short = lead2 & ~(one &<< 2) & ~(one &<< 3) & low
    let first = wide & ~(one &<< 3) & low & ~bit0
    let surrogate = wide & ~(one &<< 3) & bit3 & bit2 & ~bit1 & bit0
    let four = wide & (one &<< 3)
    if (short | first | surrogate | four) & top == .zero { return true }
    // Table 3-7 of the Unicode Standard: what follows E0, ED, F0 and F4.
    let (next5, next4) = (now &<< 2, now &<< 3)
    let tooLow = (first & ~next5) | (four & low & ~bit0 & ~(next5 | next4))
    let tooHigh = (surrogate & next5) | (four & ~bit3 & bit2 & ~bit1 & ~bit0 & (next5 | next4))
    let none = short | (four & (bit3 | (bit2 & (bit1 | bit0))))
    return (tooLow | tooHigh | none) & top == .zero
  }
}
