import ArgumentParser
import Replication

struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a run would do: downloads, what is reused and why, and the time.")

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var execution: ExecutionOptions

  func run() async throws {
    let plan = try await Runner(
      try manifest.read(), options: execution.options, report: { _ in }
    ).plan()
    if execution.json {
      Console.output(try OutcomeJSON.text(OutcomeJSON.json(plan)))
    } else {
      Console.output(PlanText.text(plan) + "\n")
    }
  }
}
