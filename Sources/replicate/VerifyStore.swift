import ArgumentParser
import Replication

struct VerifyStore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Verify all that runs left: stored files, finished steps and sealed records.",
    discussion: """
      Hashes every file, changes nothing, and lists what is wrong. Ends with 3 if anything is.
      """)

  @OptionGroup var options: RecordOptions

  func run() throws {
    let outcome = try StoreVerification(artifacts: options.artifacts).run()
    if options.json {
      try Console.output(json: HousekeepingJSON.json(outcome))
    } else {
      Console.output(HousekeepingText.text(outcome))
    }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }
}
