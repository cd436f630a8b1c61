import ArgumentParser
import Records
import Replication

struct Anchors: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send the git anchors of records to another repository, or take them from it.",
    subcommands: [Push.self, Pull.self])

  struct Push: AsyncParsableCommand, ReportingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send the git anchors of records to another repository.",
      discussion: """
        Anchors are commits under refs/replicate that hold what was sealed, locks that were made public, and runs that \
        were begun under them. They are sent with your own git, its settings and keys, never forced, and no program that \
        a repository names is run. Ends with 3 if one is not what its name says or is not taken, which is named while the \
        rest is moved, and with 7 if the repository cannot be reached.
        """)

    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var printing: PrintingOptions

    func run() async throws { try report(await exchange.exchange.push()) }
  }

  struct Pull: AsyncParsableCommand, ReportingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the git anchors of records from another repository.",
      discussion: """
        Taken anchors keep the order in which they were made in their own store; the chain of this one does not change. \
        At most 10000 are taken at once, of at most 1 GiB together and 64 MiB a file. Ends with 3 if something there is \
        not what its name says, which is named while the rest is taken, and with 7 if the repository cannot be reached.
        """)

    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var printing: PrintingOptions

    func run() async throws { try report(await exchange.exchange.pull()) }
  }
}

/// With whom anchors are exchanged.
struct ExchangeOptions: ParsableArguments {
  @Argument(help: "The other repository: the name of a remote, a URL or a path.")
  var remote: String

  @OptionGroup var repository: RepositoryOption

  /// The exchange that was asked for.
  var exchange: AnchorExchange {
    AnchorExchange(with: remote, repository: repository.folder)
  }
}
