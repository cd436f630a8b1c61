import ArgumentParser
import Provenance
import Replication

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a replication: train and evaluate every arm, and seal a record (the default).",
    discussion: "The name may stand alone: `replicate tiny` is `replicate run tiny`.")

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var execution: ExecutionOptions

  @Flag(name: .customLong("repeat"), help: "Run again although a finished run has the same inputs.")
  var isRepeating = false

  @Option(
    help: "Folder that gets every trained model as a Hugging Face folder.", completion: .directory)
  var saveModels: String?

  func run() async throws {
    var options = execution.options
    options.isRepeating = isRepeating
    options.modelFolder = saveModels
    let report = TerminalReport(style: Console.style, write: Console.error)
    let interruption = Interruption()
    let signals = StopSignals(interruption)
    defer { withExtendedLifetime(signals) { report.finish() } }
    let outcome = try await Runner(
      try manifest.read(), options: options, interruption: interruption, report: report.show
    ).run()
    report.finish()
    if execution.json {
      Console.output(try OutcomeJSON.text(OutcomeJSON.json(outcome)))
    } else {
      Console.output(OutcomeText.text(outcome) + "\n")
    }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }
}
