import ArgumentParser
import Foundation
import Manifests
import Records
import Reports

struct Report: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a report of records: one HTML file that opens from disk, or Markdown.",
    discussion: """
      It tells the verdict and its evidence, draws what can be drawn, and carries the record's numbers, so that a browser \
      recomputes digests, metrics and verdicts and notices an edited digit. Several records are judged together, as check \
      does it. The same record gives the same bytes. Without --html and --md the page gets the name of the first record. Ends \
      with 3 if a record is not as it was sealed; its report says so and nothing else.
      """)

  @Argument(
    help: "First digits of records' ids, or paths of records' folders.", completion: .directory)
  var records: [String]

  @Option(help: "File that gets the page.", completion: .file(extensions: ["html"]))
  var html: String?

  @Option(
    name: .customLong("md"), help: "File that gets the Markdown text.",
    completion: .file(extensions: ["md"]))
  var markdown: String?

  @Flag(help: "Open the page in the browser.") var open = false

  @Option(
    help: "What to judge by: the name of an experiment, its folder, or a YAML file.",
    completion: .file(extensions: ["yaml"]))
  var against: String?

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    if open && html == nil && markdown != nil {
      throw ValidationError("--open opens the page, which --html has to name beside --md.")
    }
  }

  func run() throws {
    let evidence = try ReportEvidence(
      records, artifacts: artifacts.artifacts,
      expectations: try against.map { try ExperimentCatalog.standard.experiment($0) })
    let page = html ?? (markdown == nil ? evidence.records.first.map { "\($0.id).html" } : nil)
    let written = try WrittenReport(evidence, html: page, markdown: markdown)
    if open, let page {
      let browser = Process()
      browser.executableURL = URL(filePath: "/usr/bin/env")
      browser.arguments = ["xdg-open", URL(filePath: page).absoluteURL.path]
      try browser.run()
    }
    try report(written)
  }
}
