/// What the rules of IFEval need to know of natural language: sentences, words and the language of a text.
package struct LanguageTools: Sendable {
  /// Splits text into sentences.
  let sentences: SentenceSplitter
  /// Splits text into words and punctuation marks.
  let words: WordTokenizer
  /// Tells the language of a text.
  let languages: LanguageDetector

  /// Puts the tools together; sentences and words are those of one release of nltk.
  package init(
    punkt: PunktData, languages: LanguageDetector, release: NLTKRelease = .release39
  ) {
    sentences = SentenceSplitter(data: punkt, release: release)
    words = WordTokenizer(sentences: sentences)
    self.languages = languages
  }
}
