/// Between which neighbours some piece goes on.
///
/// A merge makes a piece out of two neighbours, so where no piece has the last character of the left one before the first
/// of the right one, none ever crosses: a text can be cut there, and its parts be encoded by themselves. Characters count
/// by the byte next to the border, but for the mark of a space, which counts as itself.
struct PieceBorders: Sendable {
  /// What stands for the mark beside the 256 bytes.
  private static let mark = 256
  private static let wordsPerRow = (mark + 64) / 64

  /// A bit for each pair, those with the same left side together.
  private var bits: [UInt64]

  /// The borders inside of the pieces.
  init(of pieces: PieceTable) {
    bits = Array(repeating: 0, count: (Self.mark + 1) * Self.wordsPerRow)
    var isOpaque = false
    pieces.forEachText { text in
      isOpaque = isOpaque || Self.hasByteAtEnd(text)
      Self.forEachCharacter(of: text) { left, right, _ in
        if left >= 0 { bits[left * Self.wordsPerRow + right >> 6] |= 1 << UInt64(right & 63) }
      }
    }
    // Such a piece may come of one that stands for a byte, which the text has another character for.
    if isOpaque { bits = Array(repeating: .max, count: bits.count) }
  }

  /// Calls `body` with the parts of a text, in order, that no merge crosses the borders of; they cover the whole text.
  func forEachPart(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    var start = 0
    Self.forEachCharacter(of: text) { left, right, index in
      guard left >= 0, bits[left * Self.wordsPerRow + right >> 6] & 1 << UInt64(right & 63) == 0
      else { return }
      body(start..<index)
      start = index
    }
    if start < text.count { body(start..<text.count) }
  }

  /// Calls `body` at each character with what ends before it, -1 at the beginning, what begins with it, and its index.
  private static func forEachCharacter(
    of text: UnsafeBufferPointer<UInt8>, _ body: (_ left: Int, _ right: Int, _ index: Int) -> Void
  ) {
    var (left, index) = (-1, 0)
    while index < text.count {
      let byte = text[index]
      let end = min(index + UTF8Scalars.length(leadingByte: byte), text.count)
      let isMark =
        byte == 0xE2 && end == index + 3 && text[index + 1] == 0x96 && text[index + 2] == 0x81
      body(left, isMark ? mark : Int(byte), index)
      left = isMark ? mark : Int(text[end - 1])
      index = end
    }
  }

  /// Whether a text begins or ends with the name of a byte, such as `<0x0A>`, and is more than that.
  private static func hasByteAtEnd(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    func isByte(at index: Int) -> Bool {
      text[index] == UInt8(ascii: "<") && text[index + 1] == UInt8(ascii: "0")
        && text[index + 2] == UInt8(ascii: "x") && text[index + 5] == UInt8(ascii: ">")
    }
    return text.count > 6 && (isByte(at: 0) || isByte(at: text.count - 6))
  }
}
