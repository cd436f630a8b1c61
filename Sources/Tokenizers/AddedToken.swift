/// A token that is recognised in a text before the model sees it: `<end_of_turn>`, a run of
/// newlines.
struct AddedToken: Sendable, Equatable {
  /// Longest text that is looked for, in bytes; keeps the search linear in the text.
  static let maximumLength = 1024

  /// The text that is recognised; not empty.
  let content: String
  /// Id of the token.
  let id: Int32
  /// Whether decoding can skip it.
  var isSpecial: Bool
  /// Whether it is looked for in the normalised text instead of the text as given.
  let isNormalized: Bool
  /// What of the text around it counts.
  var surroundings = Surroundings()
  /// Whether it was looked for in the normalised text before: the library goes on showing it so.
  var wasNormalized = false

  /// How a token is looked for beyond its own text.
  struct Surroundings: Sendable, Equatable {
    /// `lstrip`: whether white space before it belongs to it.
    var takesSpaceBefore = false
    /// `rstrip`: whether white space behind it belongs to it.
    var takesSpaceBehind = false
    /// `single_word`: whether it is only recognised where no letter, digit or joiner touches it.
    var isWord = false
  }
}

/// Finds added tokens in a text: the leftmost, and of those the longest.
struct AddedTokenMatcher: Sendable {
  /// Child of the root for each first byte, -1 where no token begins with it.
  private var roots = [Int32](repeating: -1, count: 256)
  private var bytes: [UInt8] = []
  private var children: [Int32] = []
  private var siblings: [Int32] = []
  /// Token that ends at each node, -1 where none does.
  private var tokens: [Int32] = []
  /// Tokens for which more than their own text counts.
  private var surroundings: [Int32: AddedToken.Surroundings] = [:]

  /// Whether there is nothing to find.
  var isEmpty: Bool { bytes.isEmpty }

  /// Adds a token; `false` when another one has the same text, or the text is empty.
  mutating func insert(
    _ text: some Sequence<UInt8>, id: Int32, _ around: AddedToken.Surroundings = .init()
  ) -> Bool {
    var node: Int32 = -1
    for byte in text {
      var child = node < 0 ? roots[Int(byte)] : children[Int(node)]
      while child >= 0 && bytes[Int(child)] != byte { child = siblings[Int(child)] }
      if child < 0 {
        child = Int32(bytes.count)
        bytes.append(byte)
        children.append(-1)
        tokens.append(-1)
        if node < 0 {
          siblings.append(-1)
          roots[Int(byte)] = child
        } else {
          siblings.append(children[Int(node)])
          children[Int(node)] = child
        }
      }
      node = child
    }
    guard node >= 0, tokens[Int(node)] < 0 else { return false }
    tokens[Int(node)] = id
    if around != AddedToken.Surroundings() { surroundings[id] = around }
    return true
  }

  /// Calls `body` for each part of the text in order: an added token, or what lies between two (id
  /// `nil`, not empty).
  ///
  /// White space that a token takes from behind it is still searched for tokens, as in the
  /// tokenizers library, so two tokens may share it.
  func forEachPart(
    of text: UnsafeBufferPointer<UInt8>, _ body: (_ id: Int32?, _ bytes: Range<Int>) -> Void
  ) {
    var start = 0
    var index = 0
    while index < text.count {
      guard roots[Int(text[index])] >= 0, let match = longestMatch(in: text, at: index) else {
        index += 1
        continue
      }
      let token = index..<match.end
      index = match.end
      guard let range = extended(token, id: match.id, in: text, from: start) else { continue }
      if start < range.lowerBound { body(nil, start..<range.lowerBound) }
      // Of a token that takes the space before it nothing is left where another one took it all.
      if !range.isEmpty { body(match.id, range) }
      start = range.upperBound
    }
    if start < text.count { body(nil, start..<text.count) }
  }

  /// A token with the white space that it takes, back to `start` at most; `nil` where it has to be
  /// a word of its own and is none.
  private func extended(
    _ token: Range<Int>, id: Int32, in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Range<Int>? {
    guard !surroundings.isEmpty, let around = surroundings[id] else { return token }
    if around.isWord {
      let before = UTF8Scalars.last(in: text, before: token.lowerBound)
      let isTouched =
        before.map { CharacterClass.isWord($0) } ?? false
        || token.upperBound < text.count
          && CharacterClass.isWord(UTF8Scalars.decode(text, at: token.upperBound).scalar)
      guard !isTouched else { return nil }
    }
    var (lower, upper) = (token.lowerBound, token.upperBound)
    if around.takesSpaceBefore {
      while lower > start, let before = UTF8Scalars.last(in: text, before: lower),
        before.properties.isWhitespace
      {
        lower -= UTF8.width(before)
      }
      lower = max(lower, start)
    }
    if around.takesSpaceBehind {
      while upper < text.count {
        let (scalar, length) = UTF8Scalars.decode(text, at: upper)
        guard scalar.properties.isWhitespace else { break }
        upper += length
      }
    }
    return min(lower, upper)..<upper
  }

  private func longestMatch(in text: UnsafeBufferPointer<UInt8>, at start: Int)
    -> (id: Int32, end: Int)?
  {
    var longest: (id: Int32, end: Int)?
    var node = roots[Int(text[start])]
    var index = start
    while node >= 0 {
      if tokens[Int(node)] >= 0 { longest = (tokens[Int(node)], index + 1) }
      index += 1
      guard index < text.count else { break }
      var child = children[Int(node)]
      while child >= 0 && bytes[Int(child)] != text[index] { child = siblings[Int(child)] }
      node = child
    }
    return longest
  }
}
