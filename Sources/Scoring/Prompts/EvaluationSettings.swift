package import Tokenizers

/// What changes the prompts and scores of an evaluation besides model, task and data.
package struct EvaluationSettings: Sendable, Equatable {
  /// Template of chat prompts; nil for plain text.
  package var chatTemplate: ChatTemplate?
  /// Whether the few-shot examples of a chat prompt are turns of their own; else they stand in the user's one turn, as
  /// they would without a template (the harness's `fewshot_as_multiturn`).
  package var asksExamplesAsTurns = true
  /// What is said before a task's own introduction (the harness's `system_instruction`).
  package var systemInstruction: String?
  /// Whether a prompt that does not begin with a special token gets the begin-of-sequence token, and what else the
  /// tokenizer puts around a text, or nothing; nil leaves it to the tokenizer (the harness's `add_bos_token`).
  package var addsSpecialTokens: Bool?
  /// Number of few-shot examples; nil for the task's own.
  package var fewShotCount: Int?
  /// Seed of the draws of few-shot examples.
  package var fewShotSeed: UInt32 = 1234
  /// Longest input in tokens; nil for the longest that the model was made for.
  package var maximumLength: Int?
  /// Most tokens that are generated; nil for the task's own number.
  package var maximumNewTokens: Int?
  /// How answers are chosen, and that it is recorded; nil for one answer of the likeliest tokens.
  package var sampling: AnswerSampling?
  /// Whether an answer to a chat prompt ends with its turn, even if the checkpoint's configuration does not say so.
  ///
  /// The harness goes on with such a checkpoint, up to the last token that is allowed.
  package var stopsAtEndOfTurn = false

  /// The harness's defaults: plain prompts, each task's own number of examples.
  package init() {}
}
