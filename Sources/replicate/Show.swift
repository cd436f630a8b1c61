import ArgumentParser
import Replication

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show one record whole: who computed what, from which inputs, to which digests.",
    discussion: """
      A run that is not finished is shown as far as its log goes. Ends with 3 if a record is not as it was sealed.
      """)

  @Argument(
    help: "First digits of a record's id, or the path of a record's folder.",
    completion: .directory)
  var record: String

  @OptionGroup var options: RecordOptions

  func run() throws {
    let overview = try RecordOverview(record, artifacts: options.artifacts)
    if options.json {
      try Console.output(json: RecordJSON.json(overview))
    } else {
      Console.output(RecordText.text(overview))
    }
    if overview.exitCode != 0 { throw ExitCode(overview.exitCode) }
  }
}
