import ArgumentParser
import Assets
import Files
import Manifests
import Replication
import Reports

struct Plan: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a run would do: downloads, what is reused and why, and the time.",
    discussion:
      "Ends with 7 if inputs are missing that cannot be downloaded, and says how to get them.")

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @Option(
    help: ArgumentHelp(
      "Print a script that does the run as one job for each arm and seed: shell or slurm.",
      valueName: "scheduler"))
  var jobs: JobScript.Scheduler?

  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    if let jobs { return try report(script(jobs)) }
    let options = inputs.apply(to: execution.options)
    try report(
      await Runner(selection.read(manifest), options: options, report: { _ in }).plan())
  }

  /// The run's command with the options that were given here, for a script.
  private func script(_ scheduler: JobScript.Scheduler) throws -> JobScript {
    let file = try selection.read(manifest)
    var arguments = ["replicate", "run", manifest.name]
    arguments += selection.arm.flatMap { ["--arm", $0] }
    arguments += selection.overrides.flatMap { ["--set", $0] }
    arguments += inputs.asset.flatMap { ["--asset", "\($0.asset)=\($0.path)"] }
    arguments += ["--artifacts", execution.options.folder.place.path]
    arguments += execution.threads.map { ["--threads", String($0)] } ?? []
    arguments += execution.mirror.flatMap { ["--mirror", $0] }
    arguments += execution.offline ? ["--offline"] : []
    return JobScript(
      name: file.manifest.name, jobs: file.manifest.jobs.map(\.description), arguments: arguments,
      scheduler: scheduler)
  }
}

extension JobScript.Scheduler: ExpressibleByArgument {}
