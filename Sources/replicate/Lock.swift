import ArgumentParser
import Provenance
import Replication

struct Lock: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fix a replication before it is run: manifest, expectations, scorer and items.",
    discussion: """
      Writes digests of all of them to NAME.lock.json beside the manifest. A run whose manifest, expectations, scorer or \
      documents are not the locked ones ends with 3 and names what was changed.
      """)

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions

  @Flag(help: "Replace a lock that says otherwise.")
  var renew = false

  var json: Bool { execution.json }

  func run() async throws {
    let file = try manifest.read()
    let options = inputs.apply(to: execution.options)
    let report = TerminalReport(style: Console.style, write: Console.error)
    defer { report.finish() }
    let (lock, isUnchanged) = try await Runner(
      file, options: options, report: report.show
    ).lock(renewing: renew)
    report.finish()
    if json {
      try Console.output(
        json: JSONParser.parse(lock.encoded(), source: ManifestLock.path(of: file)))
    } else {
      let path = ManifestLock.path(of: file)
      let counts = lock.items.map { "\($0.count) of \($0.evaluation)" }.joined(separator: ", ")
      Console.output(
        "\(path) \(isUnchanged ? "holds already" : "fixes") the manifest \(lock.manifest.hex.prefix(12)), \(lock.expectations.map { "the expectations \($0.hex.prefix(12))" } ?? "no expectations"), the scorer (\(lock.scorer)) and the items (\(counts))."
      )
    }
  }
}
