import ArgumentParser
import Records
import Replication

struct Export: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a sealed record in a format that other programs read.",
    discussion: """
      crate is a Process Run Crate (RO-Crate 1.1): the record's files with a description of what was trained and \
      evaluated, from what, and what came of it. in-toto are unsigned statements: SLSA provenance, and with expectations \
      a verification summary and a test result. every-eval-ever are metrics and scored documents of every arm in its schema \
      0.3.0. croissant are the pinned data as Croissant 1.1, and the replication with its results as Croissant Tasks. \
      hugging-face is, for every trained arm, the evaluation section of a model card with its model-index, and files of \
      .eval_results for benchmarks that the Hub registers, where all documents came from there. The same record gives the \
      same bytes. Ends with 2 if there is something in the folder, with 3 if the record is not as it was sealed.
      """)

  @OptionGroup var record: RecordArgument

  @Option(help: "What to write.") var format: RecordExport.Format

  @Option(help: "A folder that does not exist or is empty.", completion: .directory)
  var output: String

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try report(
      RecordExport(
        record.record, artifacts: artifacts.artifacts, format: format, output: output
      ).run())
  }
}

extension RecordExport.Format: ExpressibleByArgument {}
