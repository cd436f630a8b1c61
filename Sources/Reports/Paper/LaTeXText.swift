import Files

/// Text as LaTeX prints it: whatever stands in it is printed, nothing of it is obeyed.
enum LaTeXText {
  /// What a character is written as that means something to TeX, or that its fonts have under a name.
  private static let names: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#",
    "%": "\\%",
    "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}",
    ">": "\\textgreater{}", "|": "\\textbar{}", "\"": "\\textquotedbl{}",
    "`": "\\textasciigrave{}", "–": "\\textendash{}",
    "—": "\\textemdash{}", "‘": "\\textquoteleft{}", "’": "\\textquoteright{}",
    "“": "\\textquotedblleft{}", "”": "\\textquotedblright{}", "…": "\\dots{}", "\u{A0}": "\\ ",
    "†": "\\dag{}", "§": "\\S{}", "−": "\\ensuremath{-}", "±": "\\ensuremath{\\pm}",
    "×": "\\ensuremath{\\times}", "·": "\\ensuremath{\\cdot}", "≤": "\\ensuremath{\\le}",
    "≥": "\\ensuremath{\\ge}", "≈": "\\ensuremath{\\approx}", "→": "\\ensuremath{\\to}",
    "°": "\\ensuremath{{}^\\circ}", "µ": "\\ensuremath{\\mu}", "√": "\\ensuremath{\\surd}",
    "Σ": "\\ensuremath{\\Sigma}", "∂": "\\ensuremath{\\partial}", "‖": "\\ensuremath{\\|}",
    "α": "\\ensuremath{\\alpha}", "β": "\\ensuremath{\\beta}", "λ": "\\ensuremath{\\lambda}",
  ]

  /// The letters of Latin-1 and Latin Extended-A that are not in the fonts.
  private static let missing: Set<Unicode.Scalar> = ["Ħ", "ħ", "ĸ", "Ŀ", "ŀ", "ŉ", "Ŧ", "ŧ"]

  /// So many characters may follow each other without a place where a line can be broken.
  private static let longestWord = 24
  /// So many follow each other before a line is broken behind a slash or the like.
  private static let shortestPart = 8

  /// The text for any place in a paragraph, a table or a caption.
  ///
  /// Letters that the usual fonts of TeX do not have are written as escapes like `\u{645}`.
  static func escaped(_ text: String) -> String {
    var result = ""
    var (last, wordLength) = (Unicode.Scalar(" "), 0)
    for scalar in Printable.text(text).unicodeScalars {
      wordLength = scalar == " " ? 0 : wordLength + 1
      if wordLength > longestWord
        || wordLength > shortestPart && "/-_.".unicodeScalars.contains(last)
      {
        (result, wordLength) = (result + "\\allowbreak{}", 1)
      }
      // Two hyphens become a dash, two commas or apostrophes a quotation mark; two colons begin commands of GitHub.
      if scalar == last, "-,':".unicodeScalars.contains(scalar) { result += "{}" }
      result += written(scalar)
      last = scalar
    }
    return result
  }

  /// The same with what stands between backquotes as it is typed.
  static func typed(_ text: String) -> String {
    ReportDocument.parts(text).enumerated().map { place, part in
      place % 2 == 0 ? escaped(part) : "\\texttt{\(escaped(part))}"
    }.joined()
  }

  private static func written(_ scalar: Unicode.Scalar) -> String {
    if let name = names[scalar] { return name }
    if scalar.isASCII || "\u{C0}"..."\u{17E}" ~= scalar && !missing.contains(scalar) {
      return String(Character(scalar))
    }
    return "\\textbackslash{}u\\{\(String(scalar.value, radix: 16))\\}"
  }
}
