/// One row of a benchmark as its task asks it: the question as it stands in the prompt, and the right answer.
///
/// The mapping functions of the tasks (``MMLU/document(question:choices:answer:)`` and its like) make documents from rows.
package struct Document: Sendable, Equatable {
  /// The right answer, and what it is chosen from.
  package enum Answer: Sendable {
    /// One of several texts whose likelihoods are compared.
    case choice(choices: [String], goldIndex: Int)
    /// A text against which a generated one is compared.
    case text(String)
  }

  /// The question block of the prompt, up to where the answer begins.
  package let question: String
  /// The right answer.
  package let answer: Answer
  /// What tells rows with the same question and answer apart; empty where the task has nothing of the kind.
  package let identity: String

  /// What a few-shot example shows as the answer.
  package var answerText: String {
    switch answer {
    case .choice(let choices, let goldIndex): choices[goldIndex]
    case .text(let text): text
    }
  }

  /// What responses are compared with: position of the right choice as text, or the target text.
  package var target: String {
    switch answer {
    case .choice(_, let goldIndex): String(goldIndex)
    case .text(let text): text
    }
  }

  /// Creates a document whose answer is one of several choices.
  ///
  /// - Throws: `invalidDocument` when `goldIndex` is not the position of a choice.
  init(question: String, choices: [String], goldIndex: Int, identity: String = "") throws {
    guard choices.indices.contains(goldIndex) else {
      throw EvaluationError(
        .invalidDocument,
        "The answer of \"\(question.prefix(60))\" is number \(goldIndex), but it has \(choices.count) choices (counted from 0)."
      )
    }
    self.question = question
    self.answer = .choice(choices: choices, goldIndex: goldIndex)
    self.identity = identity
  }

  /// Creates a document whose answer is a text.
  init(question: String, target: String) {
    self.question = question
    answer = .text(target)
    identity = ""
  }

  /// Whether both are the same row, code point by code point.
  package static func == (a: Document, b: Document) -> Bool {
    guard PythonText.areEqual(a.question, b.question), PythonText.areEqual(a.identity, b.identity)
    else { return false }
    switch (a.answer, b.answer) {
    case (.choice(let first, let firstGold), .choice(let second, let secondGold)):
      return firstGold == secondGold && first.elementsEqual(second, by: PythonText.areEqual)
    case (.text(let first), .text(let second)): return PythonText.areEqual(first, second)
    default: return false
    }
  }
}
