/// Python's `str` operations, on code points, for text that must come out as the reference tools make it.
///
/// Swift's own operations work on grapheme clusters and canonical equivalence: `"\r\n"` is one `Character`, and `==`
/// equates composed and decomposed letters.
package enum PythonText {
  /// Whether `str.isspace()` holds; the set that `strip`, `split` and the regular expression `\s` use.
  package static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// `text.strip()`.
  package static func stripped(_ text: String) -> String {
    let scalars = text.unicodeScalars.drop(while: isWhitespace)
    return String(scalars.prefix(upTo: endWithoutTrailingWhitespace(scalars)))
  }

  /// The words of a text, which white space separates, as `str.split()` finds them.
  package static func words(of text: String) -> [Range<String.Index>] {
    let scalars = text.unicodeScalars
    var words: [Range<String.Index>] = []
    var start: String.Index?
    for index in scalars.indices {
      if isWhitespace(scalars[index]) {
        if let begin = start { words.append(begin..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let start { words.append(start..<scalars.endIndex) }
    return words
  }

  /// `text.rstrip()` and the whitespace that it drops.
  package static func splitTrailingWhitespace(_ text: String) -> (text: String, whitespace: String)
  {
    let end = endWithoutTrailingWhitespace(text.unicodeScalars)
    return (String(text.unicodeScalars[..<end]), String(text.unicodeScalars[end...]))
  }

  /// `text.replace(old, new)`: occurrences from the left, none overlapping; `old` must not be empty.
  package static func replacing(_ old: String, in text: String, with new: String) -> String {
    let bytes = Array(text.utf8)
    let pattern = Array(old.utf8)
    let replacement = Array(new.utf8)
    precondition(!pattern.isEmpty, "The text to replace must not be empty.")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while let match = firstIndex(of: pattern, in: bytes, from: position) {
      result += bytes[position..<match]
      result += replacement
      position = match + pattern.count
    }
    result += bytes[position...]
    return String(decoding: result, as: UTF8.self)
  }

  /// `text.split(separator)[0]`: what precedes the first occurrence, or all of it.
  package static func prefix(of text: String, before separator: String) -> String {
    let bytes = Array(text.utf8)
    guard let end = firstIndex(of: Array(separator.utf8), in: bytes, from: 0) else { return text }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// `text.split(separator)`; `separator` must not be empty.
  package static func components(of text: String, separatedBy separator: String) -> [String] {
    let bytes = Array(text.utf8)
    let pattern = Array(separator.utf8)
    precondition(!pattern.isEmpty, "The separator must not be empty.")
    var result: [String] = []
    var start = 0
    while let match = firstIndex(of: pattern, in: bytes, from: start) {
      result.append(String(decoding: bytes[start..<match], as: UTF8.self))
      start = match + pattern.count
    }
    return result + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  /// Whether `int(text)` succeeds: digits of any script, single underscores between them, a sign, whitespace around.
  package static func isInteger(_ text: String) -> Bool {
    var scalars = stripped(text).unicodeScalars[...]
    if let sign = scalars.first, sign == "-" || sign == "+" { scalars = scalars.dropFirst() }
    var digits = 0
    var wasDigit = false
    for scalar in scalars {
      if scalar.properties.generalCategory == .decimalNumber {
        digits += 1
        wasDigit = true
      } else {
        guard scalar == "_", wasDigit else { return false }
        wasDigit = false
      }
    }
    // More digits than these are refused, so that conversions take no quadratic time.
    return wasDigit && digits <= 4300
  }

  /// `part in text`.
  package static func contains(_ part: String, in text: String) -> Bool {
    firstIndex(of: Array(part.utf8), in: Array(text.utf8), from: 0) != nil
  }

  /// `text.startswith(prefix)`.
  package static func hasPrefix(_ prefix: String, in text: String) -> Bool {
    text.utf8.starts(with: prefix.utf8)
  }

  /// `a == b`: the same code points.
  package static func areEqual(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

  /// `text.lower()`, with the rule for the final sigma.
  package static func lowercased(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    return lowercased(scalars, from: 0)
  }

  /// `text.capitalize()`: the first code point in title case, all others in lower case.
  package static func capitalized(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first else { return "" }
    return first.properties.titlecaseMapping + lowercased(scalars, from: 1)
  }

  /// Index of the first occurrence of `pattern` at or after `start`.
  ///
  /// UTF-8 is self-synchronising, so that bytes match exactly where code points do.
  package static func firstIndex(of pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = pattern.first else { return start }
    var position = start
    while position + pattern.count <= bytes.count {
      if bytes[position] == first,
        bytes[position..<position + pattern.count].elementsEqual(pattern)
      {
        return position
      }
      position += 1
    }
    return nil
  }

  private static func endWithoutTrailingWhitespace<Scalars: BidirectionalCollection>(
    _ scalars: Scalars
  ) -> Scalars.Index where Scalars.Element == Unicode.Scalar {
    var end = scalars.endIndex
    while end > scalars.startIndex {
      let before = scalars.index(before: end)
      guard isWhitespace(scalars[before]) else { break }
      end = before
    }
    return end
  }

  private static func lowercased(_ scalars: [Unicode.Scalar], from start: Int) -> String {
    var result = ""
    for index in scalars.indices.dropFirst(start) {
      if scalars[index] == "\u{3A3}" {
        result.unicodeScalars.append(isFinalSigma(scalars, at: index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result += scalars[index].properties.lowercaseMapping
      }
    }
    return result
  }

  /// Whether a capital sigma ends a word: a cased letter before it and none after it, case-ignorable ones skipped.
  private static func isFinalSigma(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
    guard let before = scalars[..<index].last(where: { !$0.properties.isCaseIgnorable }),
      before.properties.isCased
    else { return false }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return after.map { !$0.properties.isCased } ?? true
  }
}
