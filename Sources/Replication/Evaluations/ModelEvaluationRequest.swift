import Provenance
import Scoring

/// What `replicate evaluate` is asked for: everything that changes its results.
package struct ModelEvaluationRequest: Sendable {
  /// A Hugging Face folder or a GGUF file.
  package var model: String
  /// The model that it was trained from, a folder or file likewise, for tasks that compare with that one; nil without
  /// such tasks.
  package var base: String?
  /// Names of benchmarks, groups or tasks.
  package var tasks: [String]
  /// The folder that gets the results.
  package var output: String
  /// Only the first documents of each task; nil asks all.
  package var limit: Int?
  /// Number of few-shot examples; nil for each task's own.
  package var fewShotCount: Int?
  /// Seed of the draws of few-shot examples.
  package var fewShotSeed: UInt32 = 1234
  /// Whether prompts are written as conversations.
  package var appliesChatTemplate = false
  /// Name of a chat template to use in place of the checkpoint's.
  package var chatTemplateName: String?
  /// Whether few-shot examples are turns of a conversation.
  package var asksExamplesAsTurns = true
  /// What is said before each task's own introduction.
  package var systemInstruction: String?
  /// Whether prompts get the begin-of-sequence token; nil leaves it to the tokenizer.
  package var addsSpecialTokens: Bool?
  /// Most tokens that are generated; nil for each task's own number.
  package var maximumNewTokens: Int?
  /// Longest input in tokens; nil for the longest that the model was made for.
  package var maximumLength: Int?
  /// Folder with the rows of benchmarks; nil takes the pinned sources.
  package var dataFolder: String?
  /// Folder with what instructions are checked with; nil takes the pinned sources.
  package var languageDataFolder: String?
  /// Folders in which the list of pinned sources is searched.
  package var manifestFolders: [String] = []

  /// A request with everything else at its default.
  package init(model: String, tasks: [String], output: String) {
    self.model = model
    self.tasks = tasks
    self.output = output
  }

  /// The evaluator's settings but for the chat template, which depends on the checkpoint.
  var settings: EvaluationSettings {
    var settings = EvaluationSettings()
    settings.fewShotCount = fewShotCount
    settings.asksExamplesAsTurns = asksExamplesAsTurns
    settings.systemInstruction = systemInstruction
    settings.addsSpecialTokens = addsSpecialTokens
    settings.fewShotSeed = fewShotSeed
    settings.maximumLength = maximumLength
    settings.maximumNewTokens = maximumNewTokens
    return settings
  }
}
