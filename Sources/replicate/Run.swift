import ArgumentParser
import Manifests
import Provenance
import Records
import Replication
import Reports

struct Run: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a replication: train and evaluate every arm, and seal a record (the default).",
    discussion: "The name may stand alone: `replicate tiny` is `replicate run tiny`.")

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var launch: LaunchOptions
  @OptionGroup var judging: JudgingOptions
  @OptionGroup var repository: RepositoryOption

  @Option(
    help: ArgumentHelp(
      "Do only what this arm with this seed needs, and seal nothing: one of several jobs, on one machine or several; may be repeated.",
      valueName: "arm:seed"))
  var only: [String] = []

  @Flag(name: .customLong("repeat"), help: "Run again although a finished run has the same inputs.")
  var isRepeating = false

  @Option(
    help: "Folder that gets every trained model as a Hugging Face folder.", completion: .directory)
  var saveModels: String?

  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    var options = inputs.apply(to: execution.options)
    options.isRepeating = isRepeating
    options.axolotlLaunch = launch.launch
    options.repository = repository.folder
    options.modelFolder = saveModels
    let terminal = TerminalReport(style: Console.style, write: Console.error)
    defer { terminal.finish() }
    let file = try selection.read(manifest)
    let start = ContinuousClock.now
    let runner = Runner(
      file, options: options, interruption: StopSignals.shared.interruption, report: terminal.show)
    if !only.isEmpty {
      let outcome = try await runner.run(only: only)
      terminal.finish()
      return try report(outcome)
    }
    var outcome = try await runner.run()
    terminal.finish()
    if var judgement = outcome.judgement {
      judgement.allowsInconclusive = judging.allowInconclusive
      outcome.judgement = judgement
      try judging.write(
        judgement, of: [outcome.record], by: try file.expectationsPath.map(ExperimentFile.read),
        seconds: (ContinuousClock.now - start) / .seconds(1))
    } else if judging.junit != nil {
      Console.error(
        "replicate: \(file.path) names no expectations, so --junit has nothing to say.")
    }
    try report(outcome)
  }
}
