import Files

/// One row of a benchmark as its task asks it: the question as it stands in the prompt, and the right answer.
///
/// ``EvaluationTask/document(of:)`` makes documents from rows.
package struct Document: Sendable, Equatable {
  /// The right answer, and what it is chosen from.
  package enum Answer: Sendable {
    /// One of several texts whose likelihoods are compared.
    case choice(choices: [String], goldIndex: Int)
    /// One of several texts up to the end of a blank, each with its choice in it; the likelihoods of the same rest after
    /// them are compared.
    case blank(choices: [String], goldIndex: Int, rest: String)
    /// A text against which a generated one is compared.
    case text(String)
    /// A text whose likelihood is wanted.
    case passage(String)
    /// What a generated text has to obey.
    case instructions([Instruction])
  }

  /// The question block of the prompt, up to where the answer begins, or the blank.
  package let question: String
  /// The right answer.
  package let answer: Answer
  /// What tells rows with the same question and answer apart; empty where the task has nothing of the kind.
  package let identity: String
  /// What the document was made from, if several were made from the same; their scores are not independent.
  package let source: String?

  /// What a few-shot example shows before the answer.
  package var exampleQuestion: String {
    if case .blank(let choices, let goldIndex, _) = answer { choices[goldIndex] } else { question }
  }

  /// What a few-shot example shows as the answer.
  package var answerText: String {
    switch answer {
    case .choice(let choices, let goldIndex): choices[goldIndex]
    case .blank(_, _, let rest): rest
    case .text(let text), .passage(let text): text
    case .instructions: ""
    }
  }

  /// What responses are compared with, as samples record it.
  ///
  /// The position of the right choice, the target text, or the instructions as JSON.
  package var target: String {
    switch answer {
    case .choice(_, let goldIndex), .blank(_, let goldIndex, _): String(goldIndex)
    case .text(let text), .passage(let text): text
    case .instructions(let instructions): Instruction.json(instructions)
    }
  }

  /// Creates a document.
  ///
  /// - Throws: `invalidDocument` when the right choice is not one of the choices.
  init(question: String, answer: Answer, identity: String = "", source: String? = nil) throws {
    switch answer {
    case .choice(let choices, let goldIndex), .blank(let choices, let goldIndex, _):
      guard choices.indices.contains(goldIndex) else {
        throw EvaluationError(
          .invalidDocument,
          "The answer of \"\(question.prefix(60))\" is number \(goldIndex), but it has \(choices.count) choices (counted from 0)."
        )
      }
    case .text, .passage, .instructions: break
    }
    self.question = question
    self.answer = answer
    self.identity = identity
    self.source = source
  }

  /// Whether both are the same row, code point by code point.
  package static func == (a: Document, b: Document) -> Bool {
    guard PythonText.areEqual(a.question, b.question), PythonText.areEqual(a.identity, b.identity)
    else { return false }
    switch (a.answer, b.answer) {
    case (.choice(let first, let firstGold), .choice(let second, let secondGold)):
      return firstGold == secondGold && first.elementsEqual(second, by: PythonText.areEqual)
    case (.blank(let first, let firstGold, let rest), .blank(let second, let secondGold, let other)):
      return firstGold == secondGold && PythonText.areEqual(rest, other)
        && first.elementsEqual(second, by: PythonText.areEqual)
    case (.text(let first), .text(let second)), (.passage(let first), .passage(let second)):
      return PythonText.areEqual(first, second)
    case (.instructions(let first), .instructions(let second)): return first == second
    default: return false
    }
  }
}
