import ArgumentParser
import Manifests
import Replication

struct Plan: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a run would do: downloads, what is reused and why, and the time.",
    discussion:
      "Ends with 7 if inputs are missing that cannot be downloaded, and says how to get them.")

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    let options = inputs.apply(to: execution.options)
    try report(
      await Runner(selection.read(manifest), options: options, report: { _ in }).plan())
  }
}
