import ArgumentParser
import Replication

struct Push: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send the git anchors of records to another repository.",
    discussion: """
      Anchors are commits under refs/replicate that hold what was sealed, locks that were made public, and runs that \
      were begun under them. They are sent with your own git, its settings and keys, never forced, and no program that \
      a repository names is run. Ends with 3 if one is not what its name says or is not taken, which is named while the \
      rest is moved, and with 7 if the repository cannot be reached.
      """)

  @OptionGroup var exchange: ExchangeOptions

  func run() async throws {
    try exchange.finish(try await exchange.exchange.push())
  }
}
