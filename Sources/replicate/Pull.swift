import ArgumentParser
import Replication

struct Pull: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take the git anchors of records from another repository.",
    discussion: """
      Taken anchors keep the order in which they were made in their own store; the chain of this one does not change. Ends \
      with 3 if a record has another anchor there than here, which is named and left as it is, and with 7 if the \
      repository cannot be reached.
      """)

  @OptionGroup var exchange: ExchangeOptions

  func run() async throws {
    try exchange.finish(try await exchange.exchange.pull())
  }
}
