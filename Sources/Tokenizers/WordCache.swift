/// The tokens of short words that were encoded before: of a text's words most come again and again.
///
/// Each word has one place, which the latest takes. What becomes of a word depends on its bytes alone, so that nothing
/// but the time depends on which are here.
struct WordCache: Sendable {
  /// A short word: its bytes, zeros behind them, and in the last byte its length.
  struct Key: Sendable, Equatable {
    /// Longest word, in bytes.
    static let longest = 23

    fileprivate var words: (UInt64, UInt64, UInt64)

    /// The key of a word; nil if it is empty or longer than ``longest``.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
      let count = text.count
      guard 1...Self.longest ~= count else { return nil }
      let raw = UnsafeRawBufferPointer(text)
      func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      switch count {
      case 16...: words = (word(at: 0), word(at: 8), word(at: count - 8) >> ((24 - count) * 8))
      case 8...: words = (word(at: 0), word(at: count - 8) >> ((16 - count) * 8), 0)
      case 4...:
        func half(at offset: Int) -> UInt64 {
          UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        words = (half(at: 0) | half(at: count - 4) << ((count - 4) * 8), 0, 0)
      default:
        let middle = count / 2
        words = (
          UInt64(raw[0]) | UInt64(raw[middle]) << (middle * 8)
            | UInt64(raw[count - 1]) << ((count - 1) * 8), 0, 0
        )
      }
      words.2 |= UInt64(count) << 56
    }

    fileprivate init() { words = (0, 0, 0) }

    static func == (left: Key, right: Key) -> Bool { left.words == right.words }

    fileprivate var place: Int {
      var hash = (words.0 ^ words.2.byteSwapped) &* 0x9E37_79B9_7F4A_7C15
      hash = (hash ^ hash >> 32 ^ words.1) &* 0xBF58_476D_1CE4_E5B9
      return Int(truncatingIfNeeded: (hash ^ hash >> 29) >> 24) & (WordCache.count - 1)
    }
  }

  /// A word and its tokens, in one line of a processor's cache.
  struct Entry: Sendable {
    /// Tokens of a word that is kept.
    fileprivate static let mostTokens = 8

    fileprivate let key: Key
    /// Where each token ends; the first begins where the word does, any other where the one before it ended.
    private var ends = SIMD8<UInt8>(repeating: 0)
    /// The ids, with -1 behind them.
    private var ids = SIMD8<Int32>(repeating: -1)

    /// A word that has no tokens yet.
    init(_ key: Key) { self.key = key }

    fileprivate init() { key = Key() }

    /// Adds the token at `index`, if so many are kept and it begins where the one before it ended.
    ///
    /// - Returns: Whether it was added.
    mutating func add(_ id: Int32, _ bytes: Range<Int>, at index: Int) -> Bool {
      guard index < Self.mostTokens, bytes.lowerBound == (index > 0 ? Int(ends[index - 1]) : 0)
      else { return false }
      ids[index] = id
      ends[index] = UInt8(bytes.upperBound)
      return true
    }

    fileprivate func forEachToken(_ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void) {
      var (index, start) = (0, 0)
      while index < Self.mostTokens, ids[index] >= 0 {
        let end = Int(ends[index])
        emit(ids[index], start..<end)
        (index, start) = (index + 1, end)
      }
    }
  }

  private static let count = 1 << 14

  private var entries: [Entry] = []

  /// Hands over the tokens of a word, as they were; false if it is not here.
  func forEachToken(
    of key: Key, _ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) -> Bool {
    guard !entries.isEmpty else { return false }
    let place = key.place
    guard entries[place].key == key else { return false }
    entries[place].forEachToken(emit)
    return true
  }

  /// Keeps a word and all its tokens, in the place of another.
  mutating func keep(_ entry: Entry) {
    if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.count) }
    entries[entry.key.place] = entry
  }
}
