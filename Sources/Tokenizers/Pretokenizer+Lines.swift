extension Pretokenizer {
  /// Where the word ends that ``WordPattern/Rules/lines(longestNumber:)`` finds at `start`.
  func endOfWordOrLine(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int, longestNumber: Int
  ) -> Int {
    let contraction = contractionLengthInAnyCase(in: text, at: start, limit: limit)
    if contraction > 0 { return start + contraction }
    let (first, next) = classAndNext(text, start)
    let second = next < limit ? classAndNext(text, next).kind : nil
    switch first {
    case .letter: return endOfRun(of: .letter, in: text, from: next, limit: limit)
    case .number:
      return endOfRun(
        of: .number, in: text, from: next, limit: limit, longest: longestNumber - 1)
    case .other, .space:
      if second == .letter, !isLineBreak(text[start]) {
        return endOfRun(of: .letter, in: text, from: next, limit: limit)
      }
    }
    let isSpaceBeforeSign = text[start] == UInt8(ascii: " ") && second == .other
    guard first == .space, !isSpaceBeforeSign else {
      var end = endOfRun(of: .other, in: text, from: next, limit: limit)
      while end < limit, isLineBreak(text[end]) { end += 1 }
      return end
    }
    return endOfSpace(in: text, from: start, limit: limit)
  }

  /// White space ends behind its last line break; without one it leaves its last scalar to the word that follows,
  /// unless the text ends here or it is all there is.
  private func endOfSpace(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int
  ) -> Int {
    var (end, last) = (start, start)
    var endOfLine: Int?
    while end < limit {
      let (kind, following) = classAndNext(text, end)
      guard kind == .space else { break }
      if isLineBreak(text[end]) { endOfLine = following }
      (last, end) = (end, following)
    }
    if let endOfLine { return endOfLine }
    return end == limit || last == start ? end : last
  }

  private func endOfRun(
    of kind: CharacterClass, in text: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int,
    longest: Int = .max
  ) -> Int {
    var (end, count) = (start, 0)
    while end < limit, count < longest {
      let (found, following) = classAndNext(text, end)
      guard found == kind else { break }
      (end, count) = (following, count + 1)
    }
    return end
  }

  private func isLineBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private func contractionLengthInAnyCase(
    in text: UnsafeBufferPointer<UInt8>, at index: Int, limit: Int
  ) -> Int {
    guard text[index] == UInt8(ascii: "'"), index + 1 < limit else { return 0 }
    // Adding this bit makes capital letters small, and letters of nothing else.
    let small: UInt8 = 0x20
    let second = text[index + 1] | small
    switch second {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    default: break
    }
    guard index + 2 < limit else { return 0 }
    // The long s, U+017F, is an s in another case.
    if text[index + 1] == 0xC5, text[index + 2] == 0xBF { return 3 }
    switch (second, text[index + 2] | small) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 3
    default: return 0
    }
  }
}
