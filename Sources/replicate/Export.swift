import ArgumentParser
import Replication

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a sealed record in a format that other programs read.",
    discussion: """
      crate is a Process Run Crate (RO-Crate 1.1): the record's files with a description of what was trained and \
      evaluated, from what, and what came of it. in-toto are unsigned statements: SLSA provenance, and with expectations \
      a verification summary and a test result. The same record gives the same bytes. Ends with 2 if there is something \
      in the folder, with 3 if the record is not as it was sealed.
      """)

  @Argument(
    help: "First digits of a record's id, or the path of a record's folder.",
    completion: .directory)
  var record: String

  @Option(help: "What to write.") var format: RecordExport.Format

  @Option(help: "A folder that does not exist or is empty.", completion: .directory)
  var output: String

  @Option(help: "Folder for downloads, unfinished work and records.", completion: .directory)
  var artifacts = "artifacts"

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    let outcome = try RecordExport(
      record, artifacts: artifacts, format: format, output: output
    ).run()
    if json { try Console.output(json: outcome.json) } else { Console.output(outcome.text) }
  }
}

extension RecordExport.Format: ExpressibleByArgument {}
