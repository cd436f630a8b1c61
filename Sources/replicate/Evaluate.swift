import ArgumentParser
import Foundation
import Manifests
import Provenance
import Replication
import Reports

struct Evaluate: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score a model on benchmarks, document by document as lm-evaluation-harness does.",
    discussion: """
      Rows come from pinned files that are downloaded once, or from --data DIR, which holds \
      TASK/SPLIT.jsonl, .jsonl.gz or .arrow with the columns of the original data sets. Results \
      are written as the harness writes them. A command that was stopped or killed goes on where \
      it was when it is given again.
      """)

  @Option(help: "A Hugging Face folder or a GGUF file.", completion: .file())
  var model: String

  @Option(
    help: "The model that it was trained from, for general_text and target_text.",
    completion: .file())
  var base: String?

  @Option(help: "Benchmarks, groups or tasks, joined by commas, as in mmlu,gsm8k or mmlu_anatomy.")
  var tasks: String

  @Option(help: "Folder that gets the results.", completion: .directory)
  var output: String

  @Option(help: "Ask only the first documents of each task (of each subject of MMLU).")
  var limit: Int?

  @Option(
    help: "Number of few-shot examples (default: the task's own); never for IFEval and AIME.")
  var numFewshot: Int?

  @Option(help: "Seed of the draws of few-shot examples.")
  var fewshotSeed: UInt32 = 1234

  @Flag(
    help: "Write prompts as conversations, with the model's template.")
  var applyChatTemplate = false

  @Option(
    help: "The same with this template in place of the model's: \(KnownChatTemplate.names).")
  var chatTemplate: String?

  @Flag(
    inversion: .prefixedNo,
    help: "With a template: few-shot examples as turns, or all in the user's one turn.")
  var fewshotAsMultiturn = true

  @Option(help: "Text that is said before each task's own introduction.")
  var systemInstruction: String?

  @Option(
    help:
      "true begins each prompt with the begin-of-sequence token, false adds no special token (default: as the tokenizer does)."
  )
  var addBosToken: Bool?

  @Option(help: "Folder with the rows of the benchmarks.", completion: .directory)
  var data: String?

  @Option(
    help:
      "Folder with punkt_tab/english and langdetect, which IFEval needs (default: pinned sources).",
    completion: .directory)
  var languageData: String?

  @Option(help: "Most tokens that are generated (default: the task's own number).")
  var maxNewTokens: Int?

  @Option(help: "Longest input in tokens (default: the longest that the model was made for).")
  var maxLength: Int?

  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    let ranges = [
      ("--limit", limit, 1...1_000_000_000), ("--num-fewshot", numFewshot, 0...64),
      ("--max-new-tokens", maxNewTokens, 1...1_000_000),
      ("--max-length", maxLength, 1...10_000_000),
    ]
    for (name, value, range) in ranges {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError(
        "\(name) is \(value); it has to be from \(range.lowerBound) to \(range.upperBound).")
    }
    for name in names where name.isEmpty {
      throw ValidationError("--tasks names tasks joined by single commas, without spaces.")
    }
  }

  private var names: [String] {
    tasks.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private var request: ModelEvaluationRequest {
    var request = ModelEvaluationRequest(
      model: Self.trimmed(model), tasks: names, output: Self.trimmed(output))
    request.base = base.map(Self.trimmed)
    request.limit = limit
    request.fewShotCount = numFewshot
    request.fewShotSeed = fewshotSeed
    request.appliesChatTemplate = applyChatTemplate
    request.chatTemplateName = chatTemplate
    request.asksExamplesAsTurns = fewshotAsMultiturn
    request.systemInstruction = systemInstruction
    request.addsSpecialTokens = addBosToken
    request.maximumNewTokens = maxNewTokens
    request.maximumLength = maxLength
    request.dataFolder = data.map(Self.trimmed)
    request.languageDataFolder = languageData.map(Self.trimmed)
    request.manifestFolders = ManifestCatalog.standard.folders
    return request
  }

  /// A path without slashes at its end.
  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  func run() async throws {
    let terminal = TerminalReport(style: Console.style, write: Console.error)
    defer { terminal.finish() }
    let outcome = try await ModelEvaluation(
      request, options: execution.options, interruption: StopSignals.shared.interruption,
      report: terminal.show
    ).run()
    terminal.finish()
    try report(outcome)
  }
}
