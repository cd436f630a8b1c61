import ArgumentParser
import Replication

struct CollectGarbage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove what no record and no finished step refers to.",
    discussion: """
      Records, and whatever a record mentions by its digest, are never removed. Remove the folder of a record, and what \
      only it referred to goes too once it is old enough. While a run is under way only what killed processes left is \
      removed.
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

  @OptionGroup var options: RecordOptions

  func validate() throws {
    guard (0...36500).contains(keepDays) else {
      throw ValidationError("--keep-days is \(keepDays); it has to be from 0 to 36500.")
    }
  }

  func run() throws {
    var options = GarbageCollection.Options()
    (options.keepDays, options.removesInputs, options.isDryRun) = (keepDays, inputs, dryRun)
    options.removesCheckpoints = checkpoints
    let outcome = try GarbageCollection(artifacts: self.options.artifacts, options: options).run()
    if self.options.json {
      try Console.output(json: HousekeepingJSON.json(outcome))
    } else {
      Console.output(HousekeepingText.text(outcome))
    }
  }
}
