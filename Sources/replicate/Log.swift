import ArgumentParser
import Foundation
import Replication

/// The folder that a command on records reads, and how it prints.
struct RecordOptions: ParsableArguments {
  @Option(help: "Folder for downloads, unfinished work and records.", completion: .directory)
  var artifacts = "artifacts"

  @Flag(help: "Print one JSON object on standard output.")
  var json = false
}

struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List runs, newest first, one line each.",
    discussion: """
      Nothing is written: what the index lacks is read from the records. A run that a process is at is running, and it is told when the process last gave a sign of life; one that no \
      process is at is interrupted, and the command that began it goes on with it.
      """)

  /// Where a run can stand.
  enum Status: String, ExpressibleByArgument, CaseIterable {
    case sealed, running, interrupted, damaged
  }

  @Option(help: "Only runs of the replication with this name.")
  var name: String?

  @Option(help: "Only runs that are sealed, running, interrupted or damaged.")
  var status: Status?

  @Option(help: ArgumentHelp("Only runs that began on this day (UTC) or later.", valueName: "date"))
  var since: String?

  @Option(help: "At most so many runs.")
  var limit: Int?

  @OptionGroup var repository: RepositoryOption
  @OptionGroup var options: RecordOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it has to be from 1.") }
    if let since, since.wholeMatch(of: /\d{4}-[01]\d-[0-3]\d/) == nil {
      throw ValidationError("--since is '\(since)'; it has to be a day like 2025-06-01.")
    }
  }

  func run() throws {
    var filter = RunLog.Filter()
    (filter.name, filter.status, filter.since, filter.limit) = (
      name, status?.rawValue, since, limit
    )
    let log = try RunLog(
      artifacts: options.artifacts, filter: filter, repository: repository.folder)
    if options.json {
      try Console.output(json: RunLogJSON.json(log))
    } else {
      for notice in log.notices { Console.error("· \(notice)") }
      Console.output(RunLogText.text(log))
    }
  }
}
