import ArgumentParser
import Replication

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Examine this machine: what is there, and whether it computes correctly.",
    discussion: """
      The self-test computes known answers with every instruction set of this CPU; its digests are part of every \
      record, so that two runs that differ tell whether the platform changed. Ends with 7 if runs cannot be made or \
      trusted here.
      """)

  @Option(help: "Folder for downloads, unfinished work and records.", completion: .directory)
  var artifacts = "artifacts"

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() async throws {
    let report = await Examination(artifacts: artifacts).report()
    if json {
      try Console.output(json: DoctorJSON.json(report))
    } else {
      Console.output(DoctorText.text(report))
    }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }
}
