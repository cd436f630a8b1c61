import Files

/// A token of a candidate's context, with what Punkt's two passes say of it.
///
/// Source: `PunktToken` of nltk 3.9.1.
struct PunktToken {
  /// The token.
  let text: ArraySlice<Unicode.Scalar>
  /// Whether it ends a sentence.
  var isSentenceBreak = false
  /// Whether its period marks an abbreviation.
  var isAbbreviation = false
  /// Whether it consists of two or more periods.
  var isEllipsis = false

  /// A token, with the first pass's verdict, which depends on nothing but the token (section 4 of the paper).
  init(_ text: ArraySlice<Unicode.Scalar>, data: PunktData) {
    self.text = text
    if text.count == 1, text.first == "." || text.first == "?" || text.first == "!" {
      isSentenceBreak = true
    } else if text.allSatisfy({ $0 == "." }) {
      isEllipsis = true
    } else if endsInPeriod, text.dropLast().last != "." {
      let type = Self.lowercased(text.dropLast())
      let part = type.lastIndex(of: UInt8(ascii: "-")).map { Array(type[($0 + 1)...]) } ?? type
      isAbbreviation =
        data.abbreviationTypes.contains(type) || data.abbreviationTypes.contains(part)
      isSentenceBreak = !isAbbreviation
    }
  }

  /// Whether the last code point is a period.
  var endsInPeriod: Bool { text.last == "." }

  /// Whether the token is one letter and a period.
  func isInitial(_ release: NLTKRelease) -> Bool {
    guard text.count == 2, let first = text.first else { return false }
    return endsInPeriod && release.matchesWordCharacter(first)
      && !PythonText.isDecimalDigit(first)
  }

  /// Whether the first code point is in upper case.
  var startsUppercase: Bool { text.first?.properties.isUppercase ?? false }

  /// Whether the first code point is in lower case.
  var startsLowercase: Bool { text.first?.properties.isLowercase ?? false }

  /// Whether the token is one of the marks that start no sentence.
  var isPunctuation: Bool {
    guard text.count == 1, let first = text.first else { return false }
    return [";", ":", ",", ".", "!", "?"].contains(first)
  }

  /// The token in lower case, or `##number##`, in UTF-8.
  var type: [UInt8] { isNumeric ? Self.number : Self.lowercased(text) }

  /// The type without a final period.
  var typeWithoutPeriod: [UInt8] {
    let type = type
    return type.count > 1 && type.last == UInt8(ascii: ".") ? type.dropLast() : type
  }

  /// The type, without a final period if that ends a sentence.
  var typeWithoutSentencePeriod: [UInt8] { isSentenceBreak ? typeWithoutPeriod : type }

  /// The type of all numbers.
  static let number = Array("##number##".utf8)

  /// Whether `-?[.,]?\d[\d,.-]*` matches all of it.
  private var isNumeric: Bool {
    var rest = text
    if rest.first == "-" { rest.removeFirst() }
    if rest.first == "." || rest.first == "," { rest.removeFirst() }
    guard let digit = rest.popFirst(), PythonText.isDecimalDigit(digit) else { return false }
    return rest.allSatisfy {
      $0 == "," || $0 == "." || $0 == "-" || PythonText.isDecimalDigit($0)
    }
  }

  private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> [UInt8] {
    guard text.allSatisfy(\.isASCII) else {
      var string = ""
      string.unicodeScalars.append(contentsOf: text)
      return Array(PythonText.lowercased(string).utf8)
    }
    return text.map { scalar in
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      return scalar >= "A" && scalar <= "Z" ? byte | 0x20 : byte
    }
  }
}
