/// Code points that a sequence of substitutions rewrites, as `re.sub` would: from the left, no match within another.
struct SubstitutedText {
  /// The text so far.
  private(set) var scalars: [Unicode.Scalar]

  /// Begins with a text as it is.
  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  /// Puts in place of each match what `rule` appends to the output.
  ///
  /// The rule gets the text before the substitution and the index to match at; it returns how many code points it took,
  /// one at least, or nil, with nothing appended, where it does not match.
  mutating func substitute(
    _ rule: (_ text: [Unicode.Scalar], _ index: Int, _ output: inout [Unicode.Scalar]) -> Int?
  ) {
    let scalars = scalars
    var output: [Unicode.Scalar] = []
    var replacement: [Unicode.Scalar] = []
    var copied = 0
    var index = 0
    while index < scalars.count {
      guard let length = rule(scalars, index, &replacement) else {
        index += 1
        continue
      }
      output += scalars[copied..<index]
      output += replacement
      replacement.removeAll(keepingCapacity: true)
      index += length
      copied = index
    }
    if copied > 0 { self.scalars = output + scalars[copied...] }
  }

  /// Puts a space before and after each code point for which the condition holds.
  mutating func pad(where condition: (Unicode.Scalar) -> Bool) {
    guard scalars.contains(where: condition) else { return }
    substitute { text, index, output in
      guard condition(text[index]) else { return nil }
      output += [" ", text[index], " "]
      return 1
    }
  }

  /// Replaces each occurrence of a text that is not empty.
  mutating func replace(_ old: String, with new: String) {
    guard let first = old.unicodeScalars.first, scalars.contains(first) else { return }
    substitute { text, index, output in
      guard text[index] == first, text.has(old, at: index) else { return nil }
      output += new.unicodeScalars
      return old.unicodeScalars.count
    }
  }

  /// Puts a space before the first and after the last code point.
  mutating func encloseInSpaces() { scalars = [" "] + scalars + [" "] }

  /// Replaces what stands at a range.
  mutating func replace(_ range: Range<Int>, with new: [Unicode.Scalar]) {
    scalars.replaceSubrange(range, with: new)
  }
}

extension [Unicode.Scalar] {
  /// Whether a text stands at an index, which may be that of the end.
  func has(_ text: String, at index: Int) -> Bool {
    self[index...].starts(with: text.unicodeScalars)
  }
}
