import Files

/// Splits English text into words, punctuation marks and the halves of contractions as nltk's `word_tokenize` does.
///
/// Source: `NLTKWordTokenizer` of nltk 3.9.1, a sequence of substitutions that put spaces into each sentence. Every
/// substitution is one scan from the left, so that time grows with the length of the text only.
package struct WordTokenizer: Sendable {
  /// What splits the text into sentences first; its release of nltk is that of the words, too.
  let sentences: SentenceSplitter

  /// `word_tokenize(text)`; double quotes come out as two backticks or two apostrophes.
  func words(in text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    return sentences.sentences(in: scalars).flatMap { range in
      Self.words(inSentence: Array(scalars[range]), release: sentences.release)
    }
  }

  /// `NLTKWordTokenizer().tokenize(sentence)`.
  static func words(inSentence sentence: [Unicode.Scalar], release: NLTKRelease) -> [String] {
    var text = SubstitutedText(sentence)
    substituteStartingQuotes(&text, release: release)
    substitutePunctuation(&text, release: release)
    text.pad(where: isBracket)
    text.replace("--", with: " -- ")
    text.encloseInSpaces()
    substituteEndingQuotes(&text, release: release)
    for contraction in Contraction.all { contraction.separate(in: &text) }
    return text.scalars.split(whereSeparator: PythonText.isWhitespace).map { word in
      String(String.UnicodeScalarView(word))
    }
  }

  /// `STARTING_QUOTES`, in their order.
  private static func substituteStartingQuotes(
    _ text: inout SubstitutedText, release: NLTKRelease
  ) {
    text.substitute { text, index, output in
      switch text[index] {
      case "`":
        let run = text[index...].prefix { $0 == "`" }
        output += [" "] + run + [" "]
        return run.count
      case "\u{AB}", "\u{201C}", "\u{2018}", "\u{201E}":
        output += [" ", text[index], " "]
        return 1
      default: return nil
      }
    }
    if text.scalars.first == "\"" { text.replace(0..<1, with: ["`", "`"]) }
    text.replace("``", with: " `` ")
    text.substitute { text, index, output in
      guard mayPrecedeQuotation(text[index]) else { return nil }
      let isStraight = text.has("\"", at: index + 1)
      guard isStraight || text.has("''", at: index + 1) else { return nil }
      output += [text[index], " ", "`", "`", " "]
      return isStraight ? 2 : 3
    }
    guard text.scalars.contains("'") else { return }
    text.substitute { text, index, output in
      guard text[index] == "'", startsQuotation(text, at: index, release: release) else {
        return nil
      }
      output += ["'", " "]
      return 1
    }
  }

  private static func isBracket(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "[", "]", "(", ")", "{", "}", "<", ">": true
    default: false
    }
  }

  private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ";", "@", "#", "$", "%", "&": true
    default: false
    }
  }

  private static func mayPrecedeQuotation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "(", "[", "{", "<": true
    default: false
    }
  }

  /// Whether an apostrophe is to be parted from the word that follows it.
  private static func startsQuotation(
    _ text: [Unicode.Scalar], at index: Int, release: NLTKRelease
  ) -> Bool {
    func hasWordCharacter(_ index: Int) -> Bool {
      text.indices.contains(index) && release.matchesWordCharacter(text[index])
    }
    guard hasWordCharacter(index + 1) else { return false }
    // A run of up to three word characters tells all that the two releases look at.
    var key = String.UnicodeScalarView()
    for next in index + 1...index + 3 where hasWordCharacter(next) {
      guard key.count == next - index - 1 else { break }
      key.append(PythonText.caseKey(text[next]))
    }
    let letters = ["M", "T", "S", "D", "N"]
    switch release {
    case .release39: return key.count == 1 && !letters.contains(String(key))
    case .release310:
      return !hasWordCharacter(index - 1)
        && !(letters + ["RE", "VE", "LL"]).contains(String(key))
    }
  }

  /// `PUNCTUATION`, in their order.
  private static func substitutePunctuation(_ text: inout SubstitutedText, release: NLTKRelease) {
    separateFinalPeriod(
      &text, closing: "])}>\"'\u{BB}\u{201D}\u{2019} ", separator: " ", release: release)
    text.substitute { text, index, output in
      guard text[index] == ":" || text[index] == ",",
        index + 1 < text.count,
        !PythonText.isDecimalDigit(text[index + 1])
      else { return nil }
      output += [" ", text[index], " ", text[index + 1]]
      return 2
    }
    text.substitute { text, index, output in
      guard text[index] == ":" || text[index] == "," else { return nil }
      let rest = text[(index + 1)...]
      guard rest.isEmpty || rest.elementsEqual(["\n"]) else { return nil }
      output += [" ", text[index], " "]
      return 1
    }
    text.substitute { text, index, output in
      guard text[index] == "." else { return nil }
      let run = text[index...].prefix { $0 == "." }
      guard run.count > 1 else { return nil }
      output += [" "] + run + [" "]
      return run.count
    }
    text.pad(where: isSymbol)
    if release == .release310 { text.pad { ("\u{2012}"..."\u{2015}").contains($0) } }
    separateFinalPeriod(&text, closing: "])}>\"'", separator: "", release: release)
    text.pad { $0 == "?" || $0 == "!" }
    text.substitute { text, index, output in
      guard index + 1 < text.count, text[index + 1] == "'", text[index] != "'",
        text.has(" ", at: index + 2)
      else { return nil }
      output += [text[index], " ", "'", " "]
      return 3
    }
    text.pad { $0 == "*" }
  }

  /// Puts spaces around the last period if only closing marks, and whitespace after them, follow.
  private static func separateFinalPeriod(
    _ text: inout SubstitutedText, closing: String, separator: String, release: NLTKRelease
  ) {
    let scalars = text.scalars
    guard let period = scalars.lastIndex(of: "."), period > 0, scalars[period - 1] != "." else {
      return
    }
    let marks = scalars[(period + 1)...].prefix { closing.unicodeScalars.contains($0) }
    guard scalars[marks.endIndex...].allSatisfy(release.matchesSpace) else { return }
    text.replace(
      period..<scalars.count, with: [" ", "."] + separator.unicodeScalars + marks + [" "])
  }

  /// `ENDING_QUOTES`, in their order.
  private static func substituteEndingQuotes(
    _ text: inout SubstitutedText, release: NLTKRelease
  ) {
    text.pad { $0 == "\u{BB}" || $0 == "\u{201D}" || $0 == "\u{2019}" }
    text.replace("''", with: " '' ")
    text.replace("\"", with: " '' ")
    text.substitute { text, index, output in
      let run = text[index...].prefix(while: release.matchesSpace)
      guard !run.isEmpty else { return nil }
      output.append(" ")
      return run.count
    }
    guard text.scalars.contains("'") else { return }
    separate(["'s", "'S", "'m", "'M", "'d", "'D", "'"], in: &text)
    separate(["'ll", "'LL", "'re", "'RE", "'ve", "'VE", "n't", "N'T"], in: &text)
  }

  /// Puts a space before each of the endings that a space follows and neither an apostrophe nor a space precedes.
  private static func separate(_ endings: [String], in text: inout SubstitutedText) {
    let patterns = endings.map { Array(($0 + " ").unicodeScalars) }
    text.substitute { text, index, output in
      guard text[index] != "'", text[index] != " " else { return nil }
      let rest = text[(index + 1)...]
      // What all endings begin with, for speed.
      guard rest.first == "'" || rest.first == "n" || rest.first == "N",
        let pattern = patterns.first(where: rest.starts(with:))
      else { return nil }
      output += [text[index], " "] + pattern
      return 1 + pattern.count
    }
  }
}
