extension Manifest {
  /// A benchmark as every arm is evaluated on it.
  package struct Evaluation: Sendable, Equatable {
    /// Name in tables and expectations; the task's unless declared.
    package let name: String
    /// What is asked.
    package let task: Task
    /// Files with the documents, read one after the other.
    package let documents: [String]
    /// Files with the few-shot examples; empty if none are shown.
    package let examples: [String]
    /// How all of them are written.
    package let format: DataFormat
    /// Where a row holds what the task reads, in the order of ``Task/columns``.
    let columns: [ColumnMapping]
    /// Only the first row of each value of this field is a document; nil if every row is.
    let oneRowPer: FieldPath?
    /// How many documents are asked, the first ones; of each subject for MMLU; nil asks all.
    package let limit: Int?
    /// Number of few-shot examples.
    package let fewShotCount: Int
    /// Whether prompts are written as conversations.
    package let usesChatTemplate: Bool
    /// Longest answer in tokens; nil unless the task generates.
    package let maximumNewTokens: Int?

    /// Where a row holds one of the task's columns; nil if it is not declared.
    func column(_ column: Column) -> ColumnMapping? { columns.first { $0.column == column } }
  }

  /// Where a row holds a column, and what is cut off the text there.
  struct ColumnMapping: Sendable, Equatable {
    /// The task's column.
    let column: Column
    /// The place in the row.
    let path: FieldPath
    /// What the text has to begin with, and is cut off.
    var prefix = ""
    /// What the text has to end with, and is cut off.
    var suffix = ""
  }

  /// The benchmarks, by their names in lm-evaluation-harness.
  package enum Task: String, Sendable, CaseIterable {
    case mmlu
    case hellaswag
    case arcChallenge = "arc_challenge"
    case gsm8k

    /// Whether the model writes its answer.
    package var isGenerative: Bool { self == .gsm8k }

    /// What expectations may name.
    var metrics: [String] {
      switch self {
      case .mmlu: ["acc"]
      case .hellaswag, .arcChallenge: ["acc", "acc_norm"]
      case .gsm8k: ["exact_match,strict-match", "exact_match,flexible-extract"]
      }
    }

    /// Names that expectations may use for parts of the benchmark, besides its own.
    var groups: [String] {
      self == .mmlu
        ? ["mmlu_stem", "mmlu_humanities", "mmlu_social_sciences", "mmlu_other"] : []
    }

    /// What the task reads of a row, and where the original data sets hold it.
    var columns: [ColumnMapping] {
      let places: [(Column, String)] =
        switch self {
        case .mmlu:
          [
            (.question, "question"), (.choices, "choices"), (.answer, "answer"),
            (.subject, "subject"),
          ]
        case .hellaswag:
          [
            (.activityLabel, "activity_label"), (.ctxA, "ctx_a"), (.ctxB, "ctx_b"),
            (.endings, "endings"), (.label, "label"),
          ]
        case .arcChallenge:
          [
            (.question, "question"), (.choices, "choices.text"), (.labels, "choices.label"),
            (.answerKey, "answerKey"),
          ]
        case .gsm8k: [(.question, "question"), (.answer, "answer")]
        }
      return places.compactMap { column, place in
        FieldPath(place).map { ColumnMapping(column: column, path: $0) }
      }
    }
  }

  /// What tasks read of a row.
  package enum Column: String, Sendable, CaseIterable {
    /// The question's text.
    case question
    /// MMLU: the subject, such as "college_physics".
    case subject
    /// MMLU, ARC: the answers' texts.
    case choices
    /// MMLU: position of the right answer, from 0. GSM8K: the worked solution.
    case answer
    /// HellaSwag: what the scene is about.
    case activityLabel = "activity_label"
    /// HellaSwag: the scene.
    case ctxA = "ctx_a"
    /// HellaSwag: the beginning of the sentence to be continued.
    case ctxB = "ctx_b"
    /// HellaSwag: the continuations.
    case endings
    /// HellaSwag: position of the right continuation, from 0, as text.
    case label
    /// ARC: the answers' labels, such as "A".
    case labels
    /// ARC: label of the right answer.
    case answerKey = "answer_key"
    /// ARC: position of the right answer, from 0; in place of labels and answer key.
    case answerIndex = "answer_index"
  }
}

// MARK: - Expectations

extension Manifest {
  /// A documented result.
  package struct Expectation: Sendable, Equatable {
    /// Name of an evaluation, or of a group of MMLU.
    package let task: String
    /// Name of the metric.
    package let metric: String
    /// Name of the arm.
    package let arm: String
    /// The documented value, as it was printed.
    package let expected: String
    /// How far a replication may be off, as a decimal number.
    package let tolerance: String
    /// Where it is documented.
    package let source: String
  }
}
