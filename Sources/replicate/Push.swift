import ArgumentParser
import Replication

struct Push: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send the git anchors of records to another repository.",
    discussion: """
      Anchors are commits under refs/replicate/records that hold what was sealed. They are sent with your own git, never \
      forced: ends with 3 if a record has another anchor there, which is named and left as it is, and with 7 if the \
      repository cannot be reached.
      """)

  @OptionGroup var exchange: ExchangeOptions

  func run() async throws {
    try exchange.finish(try await exchange.exchange.push())
  }
}
