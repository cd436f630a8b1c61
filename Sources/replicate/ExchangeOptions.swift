import ArgumentParser
import Replication

/// With whom anchors are exchanged, and how the end is told.
struct ExchangeOptions: ParsableArguments {
  @Argument(help: "The other repository: the name of a remote, a URL or a path.")
  var remote: String

  @OptionGroup var repository: RepositoryOption

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  /// The exchange that was asked for.
  var exchange: AnchorExchange {
    AnchorExchange(with: remote, repository: repository.folder)
  }

  /// Prints an outcome and ends the command as it says.
  func finish(_ outcome: AnchorExchange.Outcome) throws {
    if json { try Console.output(json: outcome.json) } else { Console.output(outcome.text) }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }
}
