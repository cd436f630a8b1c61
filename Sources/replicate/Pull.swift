import ArgumentParser
import Replication

struct Pull: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take the git anchors of records from another repository.",
    discussion: """
      Taken anchors keep the order in which they were made in their own store; the chain of this one does not change. At \
      most 10000 are taken at once, of at most 1 GiB together and 64 MiB a file. Ends with 3 if something there is not \
      what its name says, which is named while the rest is taken, and with 7 if the repository cannot be reached.
      """)

  @OptionGroup var exchange: ExchangeOptions

  func run() async throws {
    try exchange.finish(try await exchange.exchange.pull())
  }
}
