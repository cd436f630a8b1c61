import Files

/// The releases of nltk whose results differ.
package enum NLTKRelease: String, Sendable, CaseIterable {
  /// 3.9.1 and 3.9.2.
  case release39 = "3.9"
  /// 3.10.4: typographic quotes end sentences as straight ones do, dashes part words, and another engine matches.
  case release310 = "3.10"

  /// Whether `\s` matches in its regular expressions: in those of the package `regex` that 3.10 uses, four fewer.
  func matchesSpace(_ scalar: Unicode.Scalar) -> Bool {
    PythonText.isWhitespace(scalar)
      && !(self == .release310 && scalar >= "\u{1C}" && scalar <= "\u{1F}")
  }

  /// Whether `\w` matches in its regular expressions: for `regex`, that is with marks and joiners, without fractions.
  func matchesWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    guard self == .release310, !scalar.isASCII else { return PythonText.isWordCharacter(scalar) }
    return switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
    default: scalar.properties.isAlphabetic || scalar.properties.isJoinControl
    }
  }

  /// Whether the release takes a typographic quotation mark for what a straight one is at the end of a sentence.
  func isQuotationMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{AB}", "\u{BB}": self == .release310
    default: false
    }
  }
}
