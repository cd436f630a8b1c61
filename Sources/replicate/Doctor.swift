import ArgumentParser
import Replication

struct Doctor: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Examine this machine: what is there, and whether it computes correctly.",
    discussion: """
      The self-test computes known answers with every instruction set of this CPU; its digests are part of every \
      record, so that two runs that differ tell whether the platform changed. Ends with 7 if runs cannot be made or \
      trusted here.
      """)

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    try report(await Examination(artifacts: artifacts.artifacts).report())
  }
}
