import Files

/// The texts of all tokens by id, and the ids of the model's pieces by text.
///
/// Texts lie one after another in one array, so that a vocabulary of 262,144 pieces costs a handful
/// of allocations.
struct PieceTable: Sendable {
  /// Longest text of a token, in bytes.
  static let maximumLength = 65_535

  /// UTF-8 of all texts, in the order of their ids.
  private var bytes: [UInt8]
  /// Where each text begins, and at the end where the last one ends.
  private var starts: [UInt32]
  /// Open addressing with linear probing: hash in the upper half, id + 1 in the lower, 0 where
  /// free.
  private let slots: [UInt64]
  /// Texts that tokens are shown as instead of their own, by id.
  private var shownTexts: [Int: [UInt8]] = [:]

  /// Creates a table of texts in the order of their ids.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 of all texts.
  ///   - starts: where each text begins, and where the last one ends.
  ///   - isPiece: whether a token belongs to the model, by id; the others are only found by id.
  /// - Throws: `TokenizerError` when two pieces have the same text or a text is too long.
  init(bytes: [UInt8], starts: [Int], isPiece: [Bool]) throws {
    let count = starts.count - 1
    guard bytes.count <= Int(UInt32.max) else {
      throw TokenizerError(.unsupported, "The texts of the vocabulary are larger than 4 GiB.")
    }
    var capacity = 16
    while capacity * 3 < count * 5 { capacity *= 2 }
    var slots = [UInt64](repeating: 0, count: capacity)
    let duplicate: (Int, Int)? = try bytes.withUnsafeBufferPointer { all in
      for id in 0..<count where isPiece[id] {
        let text = UnsafeBufferPointer(rebasing: all[starts[id]..<starts[id + 1]])
        guard text.count <= Self.maximumLength else {
          throw TokenizerError(
            .unsupported,
            "Token \(id) is \(text.count) bytes long; at most \(Self.maximumLength) are read.")
        }
        let hash = Self.hash(text)
        var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
        while slots[slot] != 0 {
          if slots[slot] >> 32 == UInt64(hash) {
            let other = Int(slots[slot] & 0xFFFF_FFFF) - 1
            let known = all[starts[other]..<starts[other + 1]]
            if known.count == text.count && known.elementsEqual(text) { return (other, id) }
          }
          slot = (slot + 1) & (capacity - 1)
        }
        slots[slot] = UInt64(hash) << 32 | UInt64(id + 1)
      }
      return nil
    }
    self.bytes = bytes
    self.starts = starts.map(UInt32.init)
    self.slots = slots
    if let (first, second) = duplicate {
      throw TokenizerError(
        .malformed, "Tokens \(first) and \(second) have the same text “\(text(of: first))”.")
    }
  }

  /// Number of token ids.
  var count: Int { starts.count - 1 }

  /// Adds a token that is no piece of the model, with the next id.
  mutating func append(_ text: some Collection<UInt8>) {
    bytes.append(contentsOf: text)
    starts.append(UInt32(bytes.count))
  }

  /// Removes the tokens from an id on, none of which may be a piece of the model.
  mutating func removeTokens(from id: Int) {
    bytes.removeSubrange(Int(starts[id])...)
    starts.removeSubrange((id + 1)...)
  }

  /// Id of the piece with this text, if the model has one.
  func id(of text: UnsafeBufferPointer<UInt8>) -> Int32? {
    let hash = Self.hash(text)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      if slots[slot] >> 32 == UInt64(hash) {
        let id = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if isText(of: id, text) { return Int32(id) }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Id of the piece with this text, if the model has one.
  func id(of text: String) -> Int32? {
    var text = text
    return text.withUTF8 { id(of: $0) }
  }

  /// Length of a token's text in UTF-8 bytes.
  func length(of id: Int) -> Int { Int(starts[id + 1] - starts[id]) }

  /// UTF-8 of the text that a token is shown as.
  func utf8(of id: Int) -> ArraySlice<UInt8> {
    if !shownTexts.isEmpty, let text = shownTexts[id] { return text[...] }
    return bytes[Int(starts[id])..<Int(starts[id + 1])]
  }

  /// Has a token shown as another text than that by which it is found.
  mutating func show(_ text: [UInt8], for id: Int) { shownTexts[id] = text }

  /// Text that a token is shown as.
  func text(of id: Int) -> String { String(decoding: utf8(of: id), as: UTF8.self) }

  /// Calls `body` with the text of each token, by which it is found.
  func forEachText(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    bytes.withUnsafeBufferPointer { all in
      for id in 0..<count {
        body(UnsafeBufferPointer(rebasing: all[Int(starts[id])..<Int(starts[id + 1])]))
      }
    }
  }

  /// Whether a token has exactly this text.
  func isText(of id: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard length(of: id) == text.count else { return false }
    return bytes.withUnsafeBufferPointer { all in
      let start = Int(starts[id])
      for index in 0..<text.count where all[start + index] != text[index] { return false }
      return true
    }
  }

  /// A hash that is the same in every process, of eight bytes at a time.
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let raw = UnsafeRawBufferPointer(text)
    var hash = UInt64(truncatingIfNeeded: raw.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while index + 8 <= raw.count {
      let word = UInt64(
        littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      hash = mix(hash ^ word)
      index += 8
    }
    if index < raw.count {
      var word: UInt64 = 0
      var shift: UInt64 = 0
      while index < raw.count {
        word |= UInt64(raw[index]) << shift
        shift += 8
        index += 1
      }
      hash = mix(hash ^ word)
    }
    return UInt32(truncatingIfNeeded: hash >> 32)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var value = value &* 0xBF58_476D_1CE4_E5B9
    value ^= value >> 29
    value = value &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 32)
  }
}

/// Texts of tokens in any order of ids, until a `PieceTable` is made of them.
struct PieceTableBuilder {
  private var bytes: [UInt8] = []
  private var entries: [(start: Int, end: Int, id: Int, isPiece: Bool)] = []

  /// Number of tokens so far.
  var count: Int { entries.count }

  /// Adds a token; whether its id is free is seen in `build()`.
  mutating func append(
    _ text: some Sequence<UInt8>, id: Int, isPiece: Bool
  ) {
    let start = bytes.count
    bytes.append(contentsOf: text)
    entries.append((start, bytes.count, id, isPiece))
  }

  /// Whether each id below the limit has a token.
  func takenIDs(limit: Int) -> [Bool] {
    var isTaken = [Bool](repeating: false, count: limit)
    for entry in entries where entry.id < limit { isTaken[entry.id] = true }
    return isTaken
  }

  /// The table.
  ///
  /// - Throws: `TokenizerError` unless the ids are 0 to n - 1, each once, and texts of pieces
  ///   differ.
  func build() throws -> PieceTable {
    var entryOfID = [Int32](repeating: -1, count: entries.count)
    for (index, entry) in entries.enumerated() {
      guard entryOfID.indices.contains(entry.id) else {
        throw TokenizerError(
          .unsupported,
          "Token id \(entry.id) is out of range: the \(entries.count) tokens of the vocabulary must"
            + " have the ids 0 to \(entries.count - 1).")
      }
      guard entryOfID[entry.id] < 0 else {
        throw TokenizerError(.malformed, "Two tokens of the vocabulary have the id \(entry.id).")
      }
      entryOfID[entry.id] = Int32(index)
    }
    var sorted: [UInt8] = []
    sorted.reserveCapacity(bytes.count)
    var starts = [0]
    starts.reserveCapacity(entries.count + 1)
    var isPiece: [Bool] = []
    isPiece.reserveCapacity(entries.count)
    for index in entryOfID {
      let entry = entries[Int(index)]
      sorted.append(contentsOf: bytes[entry.start..<entry.end])
      starts.append(sorted.count)
      isPiece.append(entry.isPiece)
    }
    return try PieceTable(bytes: sorted, starts: starts, isPiece: isPiece)
  }
}
