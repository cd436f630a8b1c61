import ArgumentParser
import Files
import Foundation
import Records
import Replication
import Reports

extension ModelComparison.FailureRule: ExpressibleByArgument {}

struct Compare: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say which of two or more models is better, on the same documents of any task.",
    discussion: """
      The first model is what the others are compared with. Documents are matched by their content, not by their \
      numbers; those that only one model was asked are left out, which is said. Each task has one test, of its main metric; \
      all of them are corrected by Holm's method. Records have to be as they were sealed; every arm of one is a model, and \
      RECORD:ARM means one of them. Ends with 0, with 1 if --fail-on applies, with 2 if nothing can be compared, with 3 if a \
      record was changed, with 5 if --fail-on is given and scores of the first model have nothing to be compared with.
      """)

  @Argument(
    help:
      "Folders of lm-evaluation-harness with samples, logs of inspect_ai (.eval, .json), or records.",
    completion: .file())
  var models: [String]

  @Option(help: "The difference of accuracies that does not matter, as in 0.01 for one point.")
  var margin: Double?

  @Option(help: "End with 1 if a model is worse than the first on a task, or different from it.")
  var failOn: ModelComparison.FailureRule?

  @Option(help: "File that gets the comparison as JUnit XML.", completion: .file())
  var junit: String?

  @Option(
    name: .customLong("task-map"), parsing: .upToNextOption,
    help: "What names of folders stand for, as in local_arc=arc_challenge.")
  var taskMap: [String] = []

  @Option(
    help: "Folder with punkt_tab/english and langdetect, which IFEval's checks read.",
    completion: .directory)
  var languageData: String?

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    if let margin, !(margin > 0 && margin < 1) {
      throw ValidationError(
        "--margin is \(margin); it is a difference of shares, above 0 and below 1.")
    }
  }

  func run() throws {
    let start = ContinuousClock.now
    let comparison = try ModelComparison(
      models, artifacts: artifacts.artifacts, names: try TaskNames(taskMap),
      languageData: languageData, margin: margin, failOn: failOn)
    if let junit {
      let text = ComparisonJUnit.text(
        comparison, seconds: (ContinuousClock.now - start) / .seconds(1),
        timestamp: Date.now.formatted(.iso8601))
      try AtomicFile.write(Array(text.utf8), to: junit)
    }
    let environment = ProcessInfo.processInfo.environment
    if environment["GITHUB_ACTIONS"] == "true" {
      Console.error(GitHubReport.annotations(comparison))
      if let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
        try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_APPEND)
          .write(Array(GitHubReport.summary(comparison).utf8))
      }
    }
    try report(comparison)
  }
}
