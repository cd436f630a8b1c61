import Files

/// Python's operations on texts that templates use, on code points.
enum JinjaText {
  /// `part in text`.
  static func contains(_ part: String, in text: String) -> Bool {
    PythonText.contains(part, in: text)
  }

  /// Where the ends of a text lie without signs of a set, or without white space.
  static func stripped(
    _ text: String, of signs: String?, atStart: Bool = true, atEnd: Bool = true
  ) -> String {
    let set = signs.map { Set($0.unicodeScalars) }
    func isStripped(_ scalar: Unicode.Scalar) -> Bool {
      set?.contains(scalar) ?? PythonText.isWhitespace(scalar)
    }
    let scalars = text.unicodeScalars
    var (start, end) = (scalars.startIndex, scalars.endIndex)
    if atStart {
      while start < end, isStripped(scalars[start]) { start = scalars.index(after: start) }
    }
    if atEnd {
      while end > start {
        let before = scalars.index(before: end)
        guard isStripped(scalars[before]) else { break }
        end = before
      }
    }
    return String(scalars[start..<end])
  }

  /// `text.split(separator, limit)`, or `rsplit`; the separator must not be empty, a negative limit is none.
  static func split(
    _ text: String, by separator: String, limit: Int, fromEnd: Bool = false
  ) -> [String] {
    let (bytes, pattern) = (Array(text.utf8), Array(separator.utf8))
    let places = matches(of: pattern, in: bytes, limit: limit, fromEnd: fromEnd)
    var (parts, start): ([String], Int) = ([], 0)
    for place in places {
      parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place + pattern.count
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  /// Where a pattern occurs, none overlapping, from the end where that is asked, in rising order.
  static func matches(
    of pattern: [UInt8], in bytes: [UInt8], limit: Int = -1, fromEnd: Bool = false
  ) -> [Int] {
    var places: [Int] = []
    if !fromEnd {
      var position = 0
      while places.count != limit,
        let match = PythonText.firstIndex(of: pattern, in: bytes, from: position)
      {
        places.append(match)
        position = match + pattern.count
      }
      return places
    }
    var end = bytes.count
    while places.count != limit, end >= pattern.count {
      let start = end - pattern.count
      if bytes[start..<end].elementsEqual(pattern) {
        places.append(start)
        end = start
      } else {
        end -= 1
      }
    }
    return places.reversed()
  }

  /// `text.split(None, limit)`, or `rsplit`: the words between white space.
  static func words(of text: String, limit: Int, fromEnd: Bool = false) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var words: [String] = []
    var rest = scalars[...]
    func trim() {
      if fromEnd {
        while let last = rest.last, PythonText.isWhitespace(last) { rest.removeLast() }
      } else {
        rest = rest.drop(while: PythonText.isWhitespace)
      }
    }
    trim()
    while !rest.isEmpty, words.count != limit {
      if fromEnd {
        let start = rest.lastIndex(where: PythonText.isWhitespace).map { $0 + 1 } ?? rest.startIndex
        words.append(rest[start...].text)
        rest = rest[..<start]
      } else {
        let end = rest.firstIndex(where: PythonText.isWhitespace) ?? rest.endIndex
        words.append(rest[..<end].text)
        rest = rest[end...]
      }
      trim()
    }
    // What is left over loses no white space at its far end.
    if !rest.isEmpty { words.append(rest.text) }
    return fromEnd ? words.reversed() : words
  }

  /// `text.replace(old, new, limit)`; a negative limit is none.
  static func replacing(
    _ old: String, in text: String, with new: String, limit: Int
  ) -> String {
    if old.isEmpty {
      // Python puts it before each code point and at the end.
      var (result, left) = ("", limit)
      for scalar in text.unicodeScalars {
        if left != 0 { result += new }
        left -= left > 0 ? 1 : 0
        result.unicodeScalars.append(scalar)
      }
      return left != 0 ? result + new : result
    }
    return split(text, by: old, limit: limit).joined(separator: new)
  }

  /// `text.splitlines()`.
  static func lines(of text: String) -> [String] {
    var (lines, line): ([String], [Unicode.Scalar]) = ([], [])
    var (hasLine, wasReturn) = (false, false)
    for scalar in text.unicodeScalars {
      if scalar == "\n", wasReturn {
        wasReturn = false
        continue
      }
      wasReturn = scalar == "\r"
      switch scalar.value {
      case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        lines.append(line.text)
        (line, hasLine) = ([], false)
      default:
        line.append(scalar)
        hasLine = true
      }
    }
    return hasLine ? lines + [line.text] : lines
  }

  /// `text.upper()`.
  static func uppercased(_ text: String) -> String {
    text.unicodeScalars.map(\.properties.uppercaseMapping).joined()
  }

  /// Jinja's `title`: each word's first code point in upper case, all others in lower case.
  static func titled(_ text: String) -> String {
    var result = ""
    var word: [Unicode.Scalar] = []
    func endWord() {
      guard let first = word.first else { return }
      result += first.properties.uppercaseMapping + PythonText.lowercased(word.dropFirst().text)
      word = []
    }
    for scalar in text.unicodeScalars {
      if PythonText.isWhitespace(scalar) || "-({[<".unicodeScalars.contains(scalar) {
        endWord()
        result.unicodeScalars.append(scalar)
      } else {
        word.append(scalar)
      }
    }
    endWord()
    return result
  }
}
