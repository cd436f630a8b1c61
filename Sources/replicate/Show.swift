import ArgumentParser
import Records
import Replication
import Reports

struct Show: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show one record whole: who computed what, from which inputs, to which digests.",
    discussion: """
      A run that is not finished is shown as far as its log goes. With --prove the samples of one document are printed as an \
      object that shows, by their place in the tree over all samples, that they are of this record, without showing any \
      other: `replicate audit --proof FILE` checks it. Ends with 3 if a record is not as it was sealed.
      """)

  @OptionGroup var record: RecordArgument
  @Option(
    help: ArgumentHelp(
      "Print the samples of this document with a proof that they are the record's.",
      valueName: "task:document"))
  var prove: String?

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    if let prove {
      return try report(
        SampleProof(
          of: prove, in: SealedRecord(named: record.record, artifacts: artifacts.artifacts)))
    }
    try report(RecordOverview(record.record, artifacts: artifacts.artifacts))
  }
}
