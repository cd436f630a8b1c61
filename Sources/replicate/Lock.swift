import ArgumentParser
import Files
import Provenance
import Replication

struct Lock: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fix a replication before it is run: manifest, expectations, scorer and items.",
    discussion: """
      Writes digests of all of them to NAME.lock.json beside the manifest. A run whose manifest, expectations, scorer or \
      documents are not the locked ones ends with 3 and names what was changed. With --intend the lock is anchored in \
      your git repository as well, signed where commit.gpgsign asks for that: from then on every run that begins under \
      it is counted, and `replicate audit` says how many there were. `replicate push` of the intent, or --timestamp, \
      shows others that it came first.
      """)

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions

  @Flag(help: "Replace a lock that says otherwise.")
  var renew = false

  @Flag(help: "Anchor the lock in git before the first run, so that runs under it are counted.")
  var intend = false

  @Option(
    help: ArgumentHelp(
      "Have a time stamp authority (RFC 3161) sign that the lock exists now; for --intend.",
      valueName: "url"))
  var timestamp: String?

  @OptionGroup var repository: RepositoryOption

  var json: Bool { execution.json }

  func validate() throws {
    if timestamp != nil, !intend {
      throw ValidationError("--timestamp says something of --intend only.")
    }
  }

  func run() async throws {
    let file = try manifest.read()
    var options = inputs.apply(to: execution.options)
    options.repository = repository.folder
    let report = TerminalReport(style: Console.style, write: Console.error)
    defer { report.finish() }
    let runner = Runner(file, options: options, report: report.show)
    let (lock, isUnchanged) = try await runner.lock(renewing: renew)
    let intent = intend ? try await runner.intend(lock, authority: timestamp) : nil
    report.finish()
    if let intent { Console.error("\(Intent.text(intent))\n") }
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
