import ArgumentParser
import Files
import Reports
import Serving

struct Serve: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Show all records in the browser: a list with a search, each report, any two compared.",
    discussion: """
      Only this machine can fetch the pages, nothing can be changed by them, and they fetch nothing from anywhere. They are \
      made of the records when they are asked for, and are those of log, show, report and diff. Serves until Ctrl-C, which \
      ends it with 130 as every command.
      """)

  @Option(help: "The port on 127.0.0.1; 0 takes a free one.") var port: UInt16 = 8642

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    let site = try RecordSite(artifacts: artifacts.artifacts)
    let (count, isJSON) = (try site.count(), printing.json)
    try await RecordServer(site, port: port).run { port in
      let outcome = ServedSite(port: port, recordCount: count)
      if isJSON {
        try Console.output(json: outcome.json)
      } else {
        Console.output(outcome.text)
      }
    }
  }
}
