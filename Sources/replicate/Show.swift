import ArgumentParser
import Records
import Replication

struct Show: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show one record whole: who computed what, from which inputs, to which digests.",
    discussion: """
      A run that is not finished is shown as far as its log goes. Ends with 3 if a record is not as it was sealed.
      """)

  @OptionGroup var record: RecordArgument
  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try report(RecordOverview(record.record, artifacts: artifacts.artifacts))
  }
}
