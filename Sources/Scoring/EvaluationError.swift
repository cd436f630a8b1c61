package import Files

/// Why a document, a recorded sample or a request cannot be evaluated.
package typealias EvaluationError = CodedError<EvaluationErrorCode>

/// The kinds of failure that callers tell apart.
package enum EvaluationErrorCode: String, Sendable {
  /// A row of a benchmark lacks what its task needs, or contradicts itself.
  case invalidDocument
  /// There are fewer few-shot rows than the prompt asks for.
  case tooFewExamples
  /// A request does not fit into the model's context, or has nothing to score.
  case invalidRequest
  /// The model returned a log-likelihood that is not a finite number.
  case nonFiniteScore
  /// A recorded sample cannot be read, or does not belong to the task.
  case invalidSample
  /// A file of language data (Punkt's or langdetect's) is not in its format.
  case invalidLanguageData
  /// Instructions are to be checked without the data that tells sentences and languages.
  case missingLanguageData
  /// No benchmark or task has this name.
  case unknownTask
}
