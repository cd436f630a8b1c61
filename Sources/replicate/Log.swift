import ArgumentParser
import Records
import Replication

struct Log: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "List runs, newest first, one line each.",
    discussion: """
      Nothing is written without --rebuild: what the index lacks is read from the records. The index is made from the \
      records alone and is brought up to date by every run; --rebuild is for records that were received or removed, and \
      for whoever does not trust that. A run that a process is at is running, and it is told when the process last gave a \
      sign of life; one that no process is at is interrupted, and the command that began it goes on with it.
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

  @Flag(help: "First forget the index and read all records again.")
  var rebuild = false

  @OptionGroup var repository: RepositoryOption
  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

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
    let artifacts = try artifacts.existing()
    if rebuild { _ = try RunIndex(artifacts: artifacts, rebuilding: true) }
    let log = try RunLog(artifacts: artifacts, filter: filter, repository: repository.folder)
    if !printing.json {
      for notice in log.notices { Console.error("· \(notice)") }
    }
    try report(log)
  }
}
