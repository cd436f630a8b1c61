/// What Python's `str` methods and its module `re` say of single code points.
extension PythonText {
  /// Whether the regular expression `\w` matches: an underscore, or what `str.isalnum()` holds for.
  ///
  /// Combining marks and joiners are no word characters, unlike in other engines.
  package static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": true
      default: false
      }
    }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber:
      true
    default: scalar.properties.numericType != nil
    }
  }

  /// Whether the regular expression `\d` matches: a decimal digit of any script.
  package static func isDecimalDigit(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar >= "0" && scalar <= "9" }
    return scalar.properties.generalCategory == .decimalNumber
  }

  /// `text.isupper()`: an upper-case code point, and none in lower or title case.
  package static func isUppercase(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    var found = false
    for scalar in text {
      let properties = scalar.properties
      if properties.isLowercase || properties.generalCategory == .titlecaseLetter { return false }
      if properties.isUppercase { found = true }
    }
    return found
  }

  /// `text.islower()`: a lower-case code point, and none in upper or title case.
  package static func isLowercase(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    var found = false
    for scalar in text {
      let properties = scalar.properties
      if properties.isUppercase || properties.generalCategory == .titlecaseLetter { return false }
      if properties.isLowercase { found = true }
    }
    return found
  }

  /// What code points have in common that match each other under `re.IGNORECASE`.
  ///
  /// `re` compares simple lower-case mappings, and takes for equal those that share their upper-case mapping: `s` and
  /// `ſ`, `i` and `ı`, `ΐ` and its copy in Greek Extended (`re/_casefix.py`).
  package static func caseKey(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      guard scalar >= "a", scalar <= "z" else { return scalar }
      return Unicode.Scalar(UInt8(scalar.value) - 0x20)
    }
    // Only U+0130 has a lower-case mapping of two code points; its simple one is the first of them.
    let lower = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
    let upper = lower.properties.uppercaseMapping.unicodeScalars
    if upper.count == 1, let only = upper.first { return only }
    return switch lower {
    case "\u{1FD3}": "\u{390}"
    case "\u{1FE3}": "\u{3B0}"
    case "\u{FB06}": "\u{FB05}"
    default: lower
    }
  }
}
