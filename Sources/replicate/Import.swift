import ArgumentParser
import Records
import Replication

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep what other programs computed as a record, with what cannot be known of it.",
    discussion: """
      Records of imports are marked as such wherever they are shown and judged, and hold the original files. \
      `replicate import DIR` is `replicate import lm-eval DIR`.
      """,
    subcommands: [ImportHarness.self, ImportAxolotl.self], defaultSubcommand: ImportHarness.self)
}

/// What the model is called that an import brings.
struct ImportedArmOption: ParsableArguments {
  @Option(
    help: "What the model is called in the record, as in eaft or sft; `replicate check` goes by it."
  )
  var arm = Imported.standardArm

  func validate() throws {
    guard arm.wholeMatch(of: /[a-z0-9][a-z0-9_-]{0,63}/) != nil else {
      throw ValidationError(
        "--arm is '\(arm)'; names are lower-case letters, digits, '-' and '_'.")
    }
  }
}

/// How the output of lm-evaluation-harness is read.
struct HarnessOptions: ParsableArguments {
  @Option(
    help: "Folder with punkt_tab/english and langdetect, which IFEval's checks read.",
    completion: .directory)
  var languageData: String?

  @Option(
    name: .customLong("task-map"), parsing: .upToNextOption,
    help: "What names of the folder stand for, as in local_arc=arc_challenge.")
  var taskMap: [String] = []

  @Option(
    help: "Which run of several in the folder: the beginning of its date, as in 2026-01-31T23-59.")
  var date: String?
}

struct ImportHarness: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "lm-eval",
    abstract:
      "Check the output of lm-evaluation-harness by scoring it anew, and keep it as a record.",
    discussion: """
      Every sample is scored from its recorded response, and every score of a document, a task and a group is \
      compared. Of a task that this program does not know, the recorded scores of documents are aggregated and compared \
      with the results. Folders of the harness 0.4.0 to 0.4.13 are read; of several runs in one folder, the newest with \
      results and samples. Ends with 1 if a score differs or documents are missing, with 3 if a hash is not that of its \
      text, with 4 if there was nothing to compare, with 7 if IFEval's samples need --language-data.
      """)

  @Argument(
    help: "Folder with results and samples of lm-evaluation-harness, or the one above.",
    completion: .directory)
  var folder: String

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var harness: HarnessOptions
  @OptionGroup var name: ImportedArmOption
  @OptionGroup var repository: RepositoryOption
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    let outcome = try HarnessImport(
      folder, names: try TaskNames(harness.taskMap), date: harness.date, arm: name.arm,
      languageData: harness.languageData, artifacts: artifacts.artifacts
    ).run()
    if let note = outcome.note { Console.error("· \(note)") }
    await repository.anchor(outcome.record, artifacts: artifacts.artifacts)
    try report(outcome)
  }
}

struct ImportAxolotl: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "axolotl",
    abstract: "Keep what a training with Axolotl left as a record.",
    discussion: """
      Reads the loss, gradient norm and learning rate of every logged step, digests the final weights, keeps the log, the \
      configuration of the model and what Axolotl was told, and says what none of them tells: what was learned from, in \
      which order, from which weights on. No link in the folder is followed. `replicate diff` holds the steps against those of \
      another record as far as both tell. With --results, what lm-evaluation-harness wrote of the same model is scored anew \
      and part of the record; the command then ends as `replicate import lm-eval` does, and else with 0.
      """)

  @Argument(
    help: "The output_dir of the training, with trainer_state.json in it or in its checkpoints.",
    completion: .directory)
  var folder: String

  @Option(
    help: "What Axolotl was told (default: what README.md in the folder says of it).",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    help:
      "What the plugin of this program wrote, if it was used (default: events.jsonl in the folder).",
    completion: .file(extensions: ["jsonl"]))
  var events: String?

  @Option(help: "The seed of the training (default: the one that Axolotl was told).")
  var seed: Int?

  @Option(
    help: "Folder with results and samples of lm-evaluation-harness for the trained model.",
    completion: .directory)
  var results: String?

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var harness: HarnessOptions
  @OptionGroup var name: ImportedArmOption
  @OptionGroup var repository: RepositoryOption
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    if let seed, seed < 0 { throw ValidationError("--seed is \(seed); seeds count from 0.") }
    if results == nil,
      harness.languageData != nil || !harness.taskMap.isEmpty || harness.date != nil
    {
      throw ValidationError("--language-data, --task-map and --date say how --results is read.")
    }
  }

  func run() async throws {
    let names = try TaskNames(harness.taskMap)
    let outcome = try AxolotlImport(
      folder, settings: config, events: events,
      results: results.map {
        AxolotlImport.Results(
          $0, names: names, date: harness.date, languageData: harness.languageData)
      }, arm: name.arm, seed: seed, artifacts: artifacts.artifacts
    ).run()
    if let note = outcome.note { Console.error("· \(note)") }
    await repository.anchor(outcome.record, artifacts: artifacts.artifacts)
    try report(outcome)
  }
}
