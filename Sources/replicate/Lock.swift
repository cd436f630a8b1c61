import ArgumentParser
import Files
import Provenance
import Records
import Replication
import Reports

struct Lock: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fix a replication before it is run: manifest, expectations, scorer and items.",
    discussion: """
      Writes digests of all of them to NAME.lock.json beside the manifest. A run whose manifest, expectations, scorer or \
      documents are not the locked ones ends with 3 and names what was changed. With --intend the lock is anchored in \
      your git repository as well, signed where commit.gpgsign asks for that: from then on every run that begins under \
      it is counted, and `replicate audit` says how many there were. `replicate anchors push` of the intent, or --timestamp, \
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
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    if timestamp != nil, !intend {
      throw ValidationError("--timestamp says something of --intend only.")
    }
  }

  func run() async throws {
    let file = try manifest.read()
    var options = inputs.apply(to: execution.options)
    options.repository = repository.folder
    let terminal = TerminalReport(style: Console.style, write: Console.error)
    defer { terminal.finish() }
    let runner = Runner(file, options: options, report: terminal.show)
    let (lock, isUnchanged) = try await runner.lock(renewing: renew)
    let intent = intend ? try await runner.intend(lock, authority: timestamp) : nil
    terminal.finish()
    if let intent { Console.error("\(Intent.text(intent))") }
    try report(LockOutcome(lock, of: file, isUnchanged: isUnchanged))
  }
}
