import Files

/// One instruction of an IFEval prompt, which a response follows or not.
///
/// Source: `lm_eval/tasks/ifeval/instructions.py` of lm-evaluation-harness 0.4.13.
package struct Instruction: Sendable {
  /// A count that a response must reach, or stay below.
  struct Threshold: Sendable {
    /// How a count is compared with the threshold.
    enum Relation: String, Sendable {
      /// Fewer than the threshold.
      case lessThan = "less than"
      /// As many as the threshold, or more.
      case atLeast = "at least"
    }

    /// Which side of the threshold counts.
    let relation: Relation
    /// The threshold.
    let count: Int

    /// Whether a response with this count follows the instruction.
    func holds(for found: Int) -> Bool {
      switch relation {
      case .lessThan: found < count
      case .atLeast: found >= count
      }
    }
  }

  /// What is asked, with everything that the check needs.
  enum Rule: Sendable {
    /// Each of the keywords occurs, in words or as words.
    case keywords([String])
    /// A keyword is so frequent.
    case keywordFrequency(keyword: String, Threshold)
    /// None of the words occurs as a word.
    case forbiddenWords([String])
    /// A letter is so frequent, in any case.
    case letterFrequency(letter: String, Threshold)
    /// All is in one language.
    case responseLanguage(code: String)
    /// There are so many sentences.
    case sentences(Threshold)
    /// There are exactly so many paragraphs, with `***` between them.
    case dividedParagraphs(Int)
    /// There are so many words.
    case words(Threshold)
    /// There are exactly so many paragraphs, with a blank line between them, and one starts with a word.
    case paragraphFirstWord(paragraphs: Int, paragraph: Int, word: String)
    /// There are so many `[placeholders]` or more.
    case placeholders(Int)
    /// There is a postscript that starts with a marker.
    case postscript(marker: String)
    /// There are exactly so many bullets.
    case bullets(Int)
    /// One of three answers is given.
    case constrainedResponse
    /// There are so many `*highlights*` or more.
    case highlights(Int)
    /// There are so many numbered sections or more.
    case sections(splitter: String, Int)
    /// All is one JSON value.
    case json
    /// There is a `<<title>>`.
    case title
    /// There are two different responses, with `******` between them.
    case twoResponses
    /// The prompt comes first.
    case repeatedPrompt(String)
    /// A phrase comes last.
    case endPhrase(String)
    /// All stands between double quotes.
    case quotation
    /// There are so many words in capitals.
    case capitalWords(Threshold)
    /// All is English and in capitals.
    case englishCapitals
    /// All is English and in lower case.
    case englishLowercase
    /// There is no comma.
    case noComma
  }

  /// What is asked.
  let rule: Rule

  /// Name of the instruction in the data set, such as "keywords:existence".
  package var id: String { description.id }
}

extension Instruction: Equatable {
  /// Whether both ask the same, code point by code point.
  package static func == (a: Instruction, b: Instruction) -> Bool {
    PythonText.areEqual(json([a]), json([b]))
  }
}
