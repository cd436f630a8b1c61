import ArgumentParser
import Manifests
import Records
import Reports

struct Paper: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a paper about a record: LaTeX with its tables and charts, and Markdown.",
    discussion: """
      An article with introduction, method, setup, results, the audit of the published table, determinism, limits and \
      related work. Every number is a macro with the digest of what it is from, and a sentence that only holds for some \
      verdicts is chosen by the verdict. The folder gets a Makefile that makes paper.pdf with Debian's TeX. The same record \
      gives the same bytes; a file that this command did not write is not replaced. Ends with 3 if the record is not as it \
      was sealed; its paper says so and nothing else.
      """)

  @Argument(
    help: ArgumentHelp(
      "Name of a replication, whose newest run it is about, or first digits of a record's id, or the path of its folder.",
      valueName: "name|record"),
    completion: .directory)
  var record: String

  @Option(help: "Folder that gets the files.", completion: .directory)
  var output = "paper"

  @Option(
    help: "What to judge by: the name of an experiment, its folder, or a YAML file.",
    completion: .file(extensions: ["yaml"]))
  var against: String?

  @Option(
    help:
      "Experiment whose published table is audited beside; without it what the record is judged by, if that was published, or the table that EAFT was published with.",
    completion: .file(extensions: ["yaml"]))
  var table: String?

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    let catalog = ExperimentCatalog.standard
    let name = try RunIndex.newestRecord(named: record, artifacts: artifacts.artifacts)
    let evidence = try ReportEvidence(
      [name], artifacts: artifacts.artifacts,
      expectations: try against.map { try catalog.experiment($0) })
    try report(WrittenPaper(evidence, table: table, catalog: catalog, folder: output))
  }
}
