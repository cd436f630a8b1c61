import ArgumentParser
import Records
import Replication

struct CollectGarbage: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove what nothing refers to, or verify all that is there.",
    discussion: """
      Records, and whatever a record mentions by its digest, are never removed. Remove the folder of a record, and what \
      only it referred to goes too once it is old enough. While a run is under way only what killed processes left is \
      removed. With --verify every stored file, finished step and sealed record is hashed, nothing is changed, and what is \
      wrong is listed; ends with 3 if anything is.
      """)

  @Option(
    help: ArgumentHelp(
      "Keep finished steps and unfinished work that no record mentions for so many days.",
      valueName: "days"))
  var keepDays = 30

  @Flag(help: "Also remove stored files that nothing refers to: downloads, which take time.")
  var inputs = false

  @Flag(
    help: "Also remove kept checkpoints: large files, without which audits replay longer parts.")
  var checkpoints = false

  @Flag(help: "Say what would be removed, and remove nothing.")
  var dryRun = false

  @Flag(help: "Remove nothing; verify all that runs left and list what is wrong.")
  var verify = false

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    if verify, keepDays != 30 || inputs || checkpoints || dryRun {
      throw ValidationError("--verify goes with --artifacts and --json alone.")
    }
    guard (0...36500).contains(keepDays) else {
      throw ValidationError("--keep-days is \(keepDays); it has to be from 0 to 36500.")
    }
  }

  func run() throws {
    let artifacts = try artifacts.existing()
    if verify { return try report(StoreVerification(artifacts: artifacts).run()) }
    var options = GarbageCollection.Options()
    (options.keepDays, options.removesInputs, options.isDryRun) = (keepDays, inputs, dryRun)
    options.removesCheckpoints = checkpoints
    try report(GarbageCollection(artifacts: artifacts, options: options).run())
  }
}
