/// Cuts text into words by a pattern, written out as a scanner; merges never cross from one word into the next.
struct Pretokenizer: Sendable {
  /// Whether each digit is first cut out of the text on its own (SmolLM2: `Digits` with
  /// `individual_digits`).
  let splitsDigits: Bool
  /// The pattern of the words.
  var pattern = WordPattern.gpt2

  /// Calls `body` with the byte range of each word, in order; the ranges cover the whole text.
  func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    guard splitsDigits else { return scan(text, 0..<text.count, body) }
    var start = 0
    var index = 0
    while index < text.count {
      let (scalar, length) = UTF8Scalars.decode(text, at: index)
      if CharacterClass.isDigit(scalar) {
        scan(text, start..<index, body)
        body(index..<(index + length))
        start = index + length
      }
      index += length
    }
    scan(text, start..<text.count, body)
  }

  private func scan(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    let limit = range.upperBound
    var index = range.lowerBound
    while index < limit {
      let end =
        switch pattern.rules {
        case .spaces: endOfWord(in: text, from: index, limit: limit)
        case .lines(let longestNumber):
          endOfWordOrLine(in: text, from: index, limit: limit, longestNumber: longestNumber)
        }
      body(index..<end)
      index = end
    }
  }

  /// Where the word ends that ``WordPattern/Rules/spaces`` finds at `start`.
  private func endOfWord(in text: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int) -> Int {
    let contraction = contractionLength(in: text, at: start, limit: limit)
    if contraction > 0 { return start + contraction }
    var (first, next) = classAndNext(text, start)
    var runStart = start
    if text[start] == 0x20 && next < limit {
      let (second, _) = classAndNext(text, next)
      if second != .space {
        runStart = next
        first = second
        next = classAndNext(text, next).next
      }
    }
    guard first == .space else {
      var end = runStart
      while end < limit {
        let (kind, following) = classAndNext(text, end)
        guard kind == first else { break }
        end = following
      }
      return end
    }
    // A run of space leaves its last scalar to the word that follows, unless the text ends here or
    // it is all there is.
    var end = start
    var last = start
    while end < limit {
      let (kind, following) = classAndNext(text, end)
      guard kind == .space else { break }
      last = end
      end = following
    }
    return end == limit || last == start ? end : last
  }

  private func contractionLength(
    in text: UnsafeBufferPointer<UInt8>, at index: Int, limit: Int
  ) -> Int {
    guard text[index] == UInt8(ascii: "'"), index + 1 < limit else { return 0 }
    let second = text[index + 1]
    switch second {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    default: break
    }
    guard index + 2 < limit else { return 0 }
    switch (second, text[index + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 3
    default: return 0
    }
  }

  /// The class of the scalar at an index, and where the next one begins.
  func classAndNext(_ text: UnsafeBufferPointer<UInt8>, _ index: Int)
    -> (kind: CharacterClass, next: Int)
  {
    let byte = text[index]
    if byte < 0x80 { return (CharacterClass.ascii[Int(byte)], index + 1) }
    let (scalar, length) = UTF8Scalars.decode(text, at: index)
    return (CharacterClass(scalar), index + length)
  }
}

/// What the pattern distinguishes: `\p{L}`, `\p{N}`, `\s` and all else.
enum CharacterClass: UInt8, Sendable {
  case letter
  case number
  case space
  case other

  /// Classes of the ASCII characters.
  static let ascii: [CharacterClass] = (0..<128).map { CharacterClass(Unicode.Scalar(UInt8($0))) }

  /// The class of a scalar, by Unicode 16.
  ///
  /// The tokenizers library 0.23 matches the pattern with tables of Unicode 16, where later letters
  /// and digits are unassigned; Swift's own tables may be newer.
  init(_ scalar: Unicode.Scalar) {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = Self.isAssigned(scalar, by: 16) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      self = Self.isAssigned(scalar, by: 16) ? .number : .other
    default: self = scalar.properties.isWhitespace ? .space : .other
    }
  }

  /// Whether `Digits` cuts the scalar out: any of Nd, Nl and No, by Unicode 17 (that library's
  /// other table).
  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x30...0x39).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return isAssigned(scalar, by: 17)
    default: return false
    }
  }

  /// Whether a letter, digit, mark or joiner (`\w`), by Unicode 16.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return ascii[Int(scalar.value)] == .letter || ascii[Int(scalar.value)] == .number
        || scalar == "_"
    }
    guard isAssigned(scalar, by: 16) else { return false }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark:
      return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }

  private static func isAssigned(_ scalar: Unicode.Scalar, by version: Int) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major <= version
  }
}
