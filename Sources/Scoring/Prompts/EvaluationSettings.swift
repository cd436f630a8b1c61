package import Tokenizers

/// What changes the prompts and scores of an evaluation besides model, task and data.
package struct EvaluationSettings: Sendable, Equatable {
  /// Template of chat prompts, few-shot examples as turns of their own; nil for plain text.
  package var chatTemplate: ChatTemplate?
  /// Number of few-shot examples; nil for the task's own.
  package var fewShotCount: Int?
  /// Seed of the draws of few-shot examples.
  package var fewShotSeed: UInt32 = 1234
  /// Longest input in tokens; nil for the longest that the model was made for.
  package var maximumLength: Int?
  /// Most tokens that are generated; nil for the task's own number.
  package var maximumNewTokens: Int?
  /// Whether an answer to a chat prompt ends with its turn, even if the checkpoint's configuration does not say so.
  ///
  /// The harness goes on with such a checkpoint, up to the last token that is allowed.
  package var stopsAtEndOfTurn = false

  /// The harness's defaults: plain prompts, each task's own number of examples.
  package init() {}
}
