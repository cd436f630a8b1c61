import ArgumentParser
import Assets
import Files
import Replication
import Reports

/// How a command prints what it came to.
struct PrintingOptions: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output.")
  var json = false
}

/// A command that tells what it came to: as text or, when it is asked to, as exactly one JSON object.
///
/// What keeps it from that is printed by ``ExitStatus``, as one object as well.
protocol ReportingCommand: ParsableCommand {
  /// How it prints.
  var printing: PrintingOptions { get }
}

extension ReportingCommand {
  /// Prints what the command came to, and ends it as that says.
  func report(_ outcome: some CommandOutcome) throws {
    if printing.json {
      try Console.output(json: outcome.json)
    } else {
      Console.output(outcome.text)
    }
    if outcome.exitCode != ExitStatus.success { throw ExitCode(outcome.exitCode) }
  }
}

/// Where a command finds what there is.
struct ArtifactsOption: ParsableArguments {
  @Option(help: "Folder for downloads, unfinished work and records.", completion: .directory)
  var artifacts = "artifacts"

  /// The folder, which has to be there.
  func existing() throws -> String {
    _ = try ArtifactsFolder(existing: artifacts)
    return artifacts
  }
}

/// Which record a command is about.
struct RecordArgument: ParsableArguments {
  @Argument(
    help: "First digits of a record's id, or the path of a record's folder.",
    completion: .directory)
  var record: String
}
