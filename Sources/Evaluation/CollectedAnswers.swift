import LanguageModels
import Scoring

/// The answers to prompted documents, which may finish in any order, until all of a document are there.
struct CollectedAnswers {
  /// An answer.
  struct Text {
    let text: String
    /// Whether it ran into the most tokens before anything ended it.
    let isCutOff: Bool
  }

  private let documents: [PreparedDocument]
  private let sampling: AnswerSampling?
  /// The answers of documents that lack some, by the document's place.
  private var unfinished: [Int: [Text?]] = [:]

  init(to documents: [PreparedDocument], _ sampling: AnswerSampling?) {
    self.documents = documents
    self.sampling = sampling
  }

  private var answerCount: Int { sampling?.count ?? 1 }

  /// The prompt of each answer: those of a document one after the other.
  var prompts: [[Int32]] {
    documents.flatMap { [[Int32]](repeating: $0.promptTokens, count: answerCount) }
  }

  /// How each answer is drawn; nil where the likeliest tokens are taken.
  var draws: [TokenDraw]? {
    guard let sampling, !sampling.isGreedy else { return nil }
    return documents.flatMap { document in
      let question = document.question
      let seed = sampling.key(task: question.task, document: question.documentIndex)
      return (0..<answerCount).map {
        TokenDraw(
          temperature: sampling.temperature, topP: sampling.topP, seed: seed, answer: UInt64($0))
      }
    }
  }

  /// Adds the answer to the prompt of this place; gives the document with all answers, in their order, if it was the last one.
  mutating func add(_ text: Text, at place: Int) -> (document: PreparedDocument, texts: [Text])? {
    let (document, answer) = place.quotientAndRemainder(dividingBy: answerCount)
    var texts =
      unfinished.removeValue(forKey: document) ?? [Text?](repeating: nil, count: answerCount)
    texts[answer] = text
    guard !texts.contains(where: { $0 == nil }) else {
      unfinished[document] = texts
      return nil
    }
    return (documents[document], texts.compactMap(\.self))
  }
}
