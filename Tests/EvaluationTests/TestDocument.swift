@testable import Evaluation
@testable import Scoring

/// Documents as tasks make them of rows.
enum TestDocument {
  static func mmlu(question: String, choices: [String], answer: Int) throws -> Document {
    try MMLU.task(of: MMLU.subjects[0]).document(
      of: TaskRow([
        "question": .text(question), "choices": .texts(choices), "answer": .integer(answer),
      ]))
  }

  static func arc(
    question: String, choices: [String], labels: [String], answerKey: String
  ) throws -> Document {
    try ARCChallenge.task.document(
      of: TaskRow([
        "question": .text(question), "choices": .texts(choices), "labels": .texts(labels),
        "answer_key": .text(answerKey),
      ]))
  }

  static func hellaSwag(
    activityLabel: String, contextA: String, contextB: String, endings: [String], label: String,
    identity: String = ""
  ) throws -> Document {
    try HellaSwag.task.document(
      of: TaskRow(
        [
          "activity_label": .text(activityLabel), "ctx_a": .text(contextA),
          "ctx_b": .text(contextB), "endings": .texts(endings), "label": .text(label),
        ], identity: identity))
  }

  static func gsm8k(question: String, answer: String) throws -> Document {
    try GSM8K.task.document(
      of: TaskRow(["question": .text(question), "answer": .text(answer)]))
  }
}

extension SampleResult.Score {
  /// The value of a metric that has one for the whole document.
  var value: Double { values[0] }
}
