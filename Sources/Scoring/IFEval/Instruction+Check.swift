import Files

extension Instruction {
  /// Whether a text that is not blank follows the instruction.
  func isFollowed(by response: ResponseText, tools: LanguageTools) -> Bool {
    let text = response.scalars
    return switch rule {
    case .keywords(let keywords): keywords.allSatisfy { KeywordRules.contains($0, in: text) }
    case .keywordFrequency(let keyword, let threshold):
      threshold.holds(for: KeywordRules.occurrences(of: keyword, in: text))
    case .forbiddenWords(let words):
      !words.contains { KeywordRules.containsWord($0, in: text) }
    case .letterFrequency(let letter, let threshold):
      KeywordRules.letterVerdict(letter: letter, threshold, in: response.lowercased)
    case .responseLanguage(let code): isLanguage(code, of: response, tools)
    case .sentences(let threshold):
      threshold.holds(for: tools.sentences.sentenceCount(in: response.text))
    case .dividedParagraphs(let count): PartRules.dividedParagraphs(in: text) == count
    case .words(let threshold): threshold.holds(for: PartRules.words(in: text))
    case .paragraphFirstWord(let paragraphs, let paragraph, let word):
      PartRules.hasParagraph(paragraph, of: paragraphs, startingWith: word, in: text)
    case .placeholders(let count): MarkupRules.placeholders(in: text) >= count
    case .postscript(let marker): PostscriptRule.holds(marker: marker, in: response.lowercased)
    case .bullets(let count): MarkupRules.bullets(in: text) == count
    case .constrainedResponse: WholeTextRules.isConstrained(text)
    case .highlights(let count): MarkupRules.highlights(in: text) >= count
    case .sections(let splitter, let count):
      MarkupRules.sections(markedBy: splitter, in: text) >= count
    case .json: WholeTextRules.isJSON(text)
    case .title: MarkupRules.hasTitle(text)
    case .twoResponses: PartRules.areTwoResponses(text)
    case .repeatedPrompt(let prompt): WholeTextRules.starts(with: prompt, text)
    case .endPhrase(let phrase): WholeTextRules.ends(with: phrase, text)
    case .quotation: WholeTextRules.isQuoted(text)
    case .capitalWords(let threshold):
      threshold.holds(
        for: tools.words.words(in: response.text).count {
          PythonText.isUppercase($0.unicodeScalars)
        })
    case .englishCapitals: PythonText.isUppercase(text) && isLanguage("en", of: response, tools)
    case .englishLowercase: PythonText.isLowercase(text) && isLanguage("en", of: response, tools)
    case .noComma: !text.contains(",")
    }
  }

  /// Whether a text is in a language; a text that shows no language at all counts as being in each.
  private func isLanguage(_ code: String, of response: ResponseText, _ tools: LanguageTools) -> Bool
  {
    let language = tools.languages.language(of: response.text)
    return language == nil || language == code
  }
}
