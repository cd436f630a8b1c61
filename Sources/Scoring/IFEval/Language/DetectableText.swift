/// A text as langdetect looks at it: without addresses, marks composed, cut to a length, in one script.
///
/// Source: `Detector.append` and `cleaning_text` of langdetect 1.0.9.
struct DetectableText {
  /// At most 10,000 code points.
  private(set) var scalars: [Unicode.Scalar]

  /// Prepares a text.
  init(_ text: String, tables: NormalizationTables) {
    var substituted = SubstitutedText(Array(text.unicodeScalars))
    Self.removeWebAddresses(from: &substituted)
    substituted = SubstitutedText(Self.removingMailAddresses(from: substituted.scalars))
    Self.composeLetters(in: &substituted, tables: tables)
    scalars = Self.collapsingSpaces(in: substituted.scalars.prefix(10_000))
    removeMinorLatin()
  }

  /// `https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}`.
  private static func removeWebAddresses(from text: inout SubstitutedText) {
    text.substitute { text, index, output in
      guard text[index] == "h", text.has("http", at: index) else { return nil }
      let scheme = text.has("https", at: index) ? 5 : 4
      guard text.has("://", at: index + scheme) else { return nil }
      let start = index + scheme + 3
      let rest = text[start...].prefix(2_076).prefix { isWebAddressCharacter($0) }
      guard !rest.isEmpty else { return nil }
      output.append(" ")
      return rest.endIndex - index
    }
  }

  /// `[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}`, found by its at sign.
  private static func removingMailAddresses(from text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    var copied = 0
    var nameStart = 0
    var index = 0
    while index < text.count {
      if isMailCharacter(text[index]) {
        index += 1
        continue
      }
      if text[index] == "@", index > nameStart,
        let end = mailAddressEnd(text[(index + 1)...])
      {
        output += text[copied..<max(nameStart, index - 64)]
        output.append(" ")
        copied = end
        index = end
      } else {
        index += 1
      }
      nameStart = index
    }
    return output + text[copied...]
  }

  /// Where the address ends whose domain begins the rest: two code points in, at least, and the first no period.
  private static func mailAddressEnd(_ rest: ArraySlice<Unicode.Scalar>) -> Int? {
    let host = rest.prefix(255).prefix { $0 != "." && isMailCharacter($0) }
    guard !host.isEmpty else { return nil }
    let domain = rest[host.endIndex...].prefix(255).prefix { isMailCharacter($0) }
    // The second part can take the last code point of the first.
    return domain.isEmpty && host.count == 1 ? nil : domain.endIndex
  }

  /// A Vietnamese letter and the mark that follows it become one code point.
  private static func composeLetters(
    in text: inout SubstitutedText, tables: NormalizationTables
  ) {
    guard text.scalars.contains(where: { tables.composedLetters[$0] != nil }) else { return }
    text.substitute { text, index, output in
      guard index + 1 < text.count,
        let letters = tables.composedLetters[text[index + 1]],
        let composed = letters[text[index]]
      else { return nil }
      output.append(composed)
      return 2
    }
  }

  private static func collapsingSpaces(
    in text: ArraySlice<Unicode.Scalar>
  ) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    output.reserveCapacity(text.count)
    for scalar in text where scalar != " " || output.last != " " { output.append(scalar) }
    return output
  }

  /// Drops Latin letters where there are more than twice as many code points of other scripts.
  ///
  /// langdetect means to leave Vietnamese letters out of the latter, but compares the number of a Unicode block to a
  /// name, which never agree; so they count, as do all marks from U+0300 on.
  private mutating func removeMinorLatin() {
    let latin = scalars.count(where: Self.isLatin)
    let other = scalars.count { $0 >= "\u{300}" }
    if latin * 2 < other { scalars.removeAll(where: Self.isLatin) }
  }

  /// From `A` to `z`, with what lies between the two alphabets.
  private static func isLatin(_ scalar: Unicode.Scalar) -> Bool { scalar >= "A" && scalar <= "z" }

  private static func isMailCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
    default: false
    }
  }

  private static func isWebAddressCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "?", "&", "~", ";", "+", "=", "/", "#": true
    default: isMailCharacter(scalar)
    }
  }
}
