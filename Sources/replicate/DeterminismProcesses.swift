import ArgumentParser
import Replication

/// What `determinism` runs in processes of their own.
struct DeterminismTrace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "determinism-trace",
    abstract: "One execution of the ladder, for `determinism`.", shouldDisplay: false)

  @OptionGroup var manifest: ManifestArgument
  @Argument(help: "What is executed and how.") var request: String
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @Option(help: "File that gets the trace.") var output: String

  func run() async throws {
    try ParentProcess.follow()
    try await TracedChild(
      try manifest.read(), options: inputs.apply(to: execution.options), request: request
    ).run(output: output)
  }
}

/// A run that `determinism` kills and resumes.
struct DeterminismRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "determinism-run",
    abstract: "One run of the ladder that may kill itself, for `determinism`.",
    shouldDisplay: false)

  @OptionGroup var manifest: ManifestArgument
  @Argument(help: "What is run, and where it is killed.") var request: String
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions

  func run() async throws {
    try ParentProcess.follow()
    try await KillableRun(
      try manifest.read(), options: inputs.apply(to: execution.options), request: request
    ).run()
  }
}
