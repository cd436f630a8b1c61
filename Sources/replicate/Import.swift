import ArgumentParser
import Records
import Replication

struct Import: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
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

  @Option(
    help: "What the model is called in the record, as in eaft or sft; `replicate check` goes by it."
  )
  var arm = HarnessImport.standardArm

  @OptionGroup var repository: RepositoryOption
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    guard arm.wholeMatch(of: /[a-z0-9][a-z0-9_-]{0,63}/) != nil else {
      throw ValidationError(
        "--arm is '\(arm)'; names are lower-case letters, digits, '-' and '_'.")
    }
  }

  func run() async throws {
    let outcome = try HarnessImport(
      folder, names: try TaskNames(taskMap), date: date, arm: arm, languageData: languageData,
      artifacts: artifacts.artifacts
    ).run()
    if let note = outcome.note { Console.error("· \(note)") }
    let note = await RecordAnchor.note(
      anchoring: outcome.record, in: repository.folder, artifacts: artifacts.artifacts)
    if let note { Console.error("\(note)") }
    try report(outcome)
  }
}
