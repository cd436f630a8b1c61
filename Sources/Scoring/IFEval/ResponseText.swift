import Files

/// A response, or one of the variants of it that the loose reading checks.
struct ResponseText: Sendable {
  /// Its code points, on which all rules work.
  let scalars: [Unicode.Scalar]

  /// Takes a response as it stands.
  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// Takes code points.
  init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

  /// The same as a string.
  var text: String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }

  /// Its code points after `str.lower()`.
  var lowercased: [Unicode.Scalar] { Array(PythonText.lowercased(text).unicodeScalars) }

  /// Whether there is nothing but whitespace; no instruction counts as followed then.
  var isBlank: Bool { scalars.allSatisfy(PythonText.isWhitespace) }

  /// The seven other texts of which one must follow the instruction in the loose reading, in the harness's order.
  ///
  /// They lack asterisks, the first line, the last line, or several of these; what lacks a line is stripped. The
  /// response itself is not among them.
  var looseVariants: [ResponseText] {
    let lineFeed: Unicode.Scalar = "\n"
    let firstEnd = scalars.firstIndex(of: lineFeed)
    let lastEnd = scalars.lastIndex(of: lineFeed)
    let start = firstEnd.map { $0 + 1 } ?? scalars.count
    let end = lastEnd ?? 0
    let withoutLines = [start..<scalars.count, 0..<end, start..<max(start, end)]
      .map { ResponseText(scalars[$0].stripped) }
    return [withoutAsterisks] + withoutLines + withoutLines.map(\.withoutAsterisks)
  }

  private var withoutAsterisks: ResponseText { ResponseText(scalars.filter { $0 != "*" }) }
}

extension ArraySlice<Unicode.Scalar> {
  /// `text.strip()`.
  var stripped: ArraySlice {
    let text = drop(while: PythonText.isWhitespace)
    let end = text.lastIndex { !PythonText.isWhitespace($0) }.map { $0 + 1 } ?? text.startIndex
    return text[..<end]
  }

  /// Whether there is nothing but whitespace.
  var isBlank: Bool { allSatisfy(PythonText.isWhitespace) }
}
