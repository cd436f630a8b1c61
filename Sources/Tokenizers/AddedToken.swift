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

  /// Whether there is nothing to find.
  var isEmpty: Bool { bytes.isEmpty }

  /// Adds a token; `false` when another one has the same text, or the text is empty.
  mutating func insert(_ text: some Sequence<UInt8>, id: Int32) -> Bool {
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
    return true
  }

  /// Calls `body` for each part of the text in order: an added token, or what lies between two (id
  /// `nil`, not empty).
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
      if start < index { body(nil, start..<index) }
      body(match.id, index..<match.end)
      index = match.end
      start = index
    }
    if start < text.count { body(nil, start..<text.count) }
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
