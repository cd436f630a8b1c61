/// Which two neighbouring symbols may become one, and which of several pairs goes first.
enum MergeRule: Sendable {
  /// A list of pairs, first pair first (`merges` of a tokenizer.json, `tokenizer.ggml.merges` of a
  /// GGUF).
  case ranked(MergeTable)
  /// Any two pieces whose texts together are a piece, by that piece's score (SentencePiece models
  /// in a GGUF).
  case scored(PieceScores)
}

/// What a pair of symbols becomes, and its place in the order of merges.
struct Merge {
  /// Lower goes first.
  let priority: UInt64
  /// Id of the piece that the pair becomes.
  let id: Int32
}

/// A list of merges, found by the ids of their two sides.
struct MergeTable: Sendable {
  /// Open addressing with linear probing: both ids + 1 in one word, then rank and merged id; 0
  /// where free.
  private var slots: [(pair: UInt64, merge: UInt64)]

  /// Creates an empty table that has room for `count` merges.
  init(count: Int) {
    var capacity = 16
    while capacity < count * 2 { capacity *= 2 }
    slots = Array(repeating: (0, 0), count: capacity)
  }

  /// Adds a merge; of two with the same sides the later one counts, as in the tokenizers library.
  mutating func insert(left: Int32, right: Int32, rank: Int, id: Int32) {
    let pair = Self.pair(left, right)
    var slot = slot(of: pair)
    while slots[slot].pair != 0 && slots[slot].pair != pair {
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = (pair, UInt64(rank) << 32 | UInt64(UInt32(bitPattern: id)))
  }

  /// What the two symbols become, if they may merge.
  func merge(left: Int32, right: Int32) -> Merge? {
    let pair = Self.pair(left, right)
    var slot = slot(of: pair)
    while slots[slot].pair != 0 {
      if slots[slot].pair == pair {
        let merge = slots[slot].merge
        return Merge(
          priority: merge >> 32, id: Int32(bitPattern: UInt32(truncatingIfNeeded: merge)))
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    (UInt64(UInt32(bitPattern: left)) + 1) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(of pair: UInt64) -> Int {
    Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
  }
}

/// The order in which a SentencePiece model's pieces are made.
struct PieceScores: Sendable {
  /// Place of each piece's score among all scores, highest first; equal scores share a place.
  private let ranks: [UInt32]

  /// Creates the order from scores by id; none may be NaN.
  init(_ scores: [Float]) {
    let order = scores.indices.sorted {
      scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
    }
    var ranks = [UInt32](repeating: 0, count: scores.count)
    var rank: UInt32 = 0
    for (place, id) in order.enumerated() {
      if place > 0 && scores[id] != scores[order[place - 1]] { rank += 1 }
      ranks[id] = rank
    }
    self.ranks = ranks
  }

  /// Place of a merge: by score of the piece that it makes, then longer left side first, then
  /// longer right side.
  ///
  /// This is the order in which transformers' converter (`generate_merges`) writes the merges of a
  /// tokenizer.json from such a model, so that ids equal those of the tokenizers library. Plain
  /// SentencePiece takes the leftmost pair where this takes the longer left side.
  func priority(of id: Int32, left: UnsafeBufferPointer<UInt8>, right: UnsafeBufferPointer<UInt8>)
    -> UInt64
  {
    UInt64(ranks[Int(id)]) << 32 | UInt64(0xFFFF - Self.scalarCount(left)) << 16
      | UInt64(0xFFFF - Self.scalarCount(right))
  }

  private static func scalarCount(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    for byte in text where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }
}
