import Assets
import Files
import Foundation
import Recipes
import Tokenizers
import Training

/// Prepares the conversations of a Parquet file as a run does, and prints one line of JSON for each round.
///
///     preparation-benchmark THREADS ROUNDS TOKENIZER_FOLDER TEMPLATE FILE
///
/// Rows, with the columns `user` and `assistant`, are read, rendered, tokenised and labelled, and written as a table in
/// memory. Seconds are those of the processor, over all threads, and of the clock; the digest is that of all ids in a
/// row, 32 bits each.
@main enum PreparationBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst().map(\.self)
    guard arguments.count == 5, let threads = Int(arguments[0]), let rounds = Int(arguments[1]),
      threads > 0,
      let template = ChatTemplate.allCases.first(where: { $0.rawValue == arguments[3] })
    else {
      FileHandle.standardError.write(
        Data(
          "usage: preparation-benchmark THREADS ROUNDS TOKENIZER_FOLDER TEMPLATE FILE\n".utf8))
      exit(64)
    }
    let builder = ExampleBuilder(tokenizer: try tokenizer(in: arguments[2]), template: template)
    for _ in 0..<rounds {
      let (processor, clock) = (seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
      let table = try prepare(arguments[4], builder, threads: threads)
      let (used, taken) = (
        seconds(CLOCK_PROCESS_CPUTIME_ID) - processor, seconds(CLOCK_MONOTONIC) - clock
      )
      let examples = PreparedExamples(table, shuffleSeed: nil, lengths: Self.lengths)
      var hash = SHA256()
      var tokens = 0
      for index in 0..<examples.count {
        let ids = try examples.example(index).inputIDs
        ids.withUnsafeBytes { hash.update($0) }
        tokens += ids.count
      }
      print(
        "{\"rows\": \(examples.count), \"tokens\": \(tokens), \"seconds\": \(used),"
          + " \"clock\": \(taken), \"sha256\": \"\(hash.finalize())\"}")
    }
  }

  /// Long enough for every row.
  private static let lengths = LengthRule(maximumLength: 1 << 20, overlong: .error)

  private static func tokenizer(in folder: String) throws -> Tokenizer {
    func bytes(_ name: String) throws -> [UInt8] {
      try OpenFile.contents(of: "\(folder)/\(name)")
    }
    return try Tokenizer(
      tokenizerJSON: bytes("tokenizer.json"),
      tokenizerConfigJSON: bytes("tokenizer_config.json"))
  }

  private static func prepare(_ path: String, _ builder: ExampleBuilder, threads: Int) throws
    -> TokenTable
  {
    guard let user = FieldPath("user"), let assistant = FieldPath("assistant") else {
      preconditionFailure("Both are names.")
    }
    var (writer, count, bytes) = (TokenTableWriter(), 0, [UInt8]())
    try RowTable.forEachPart(
      path: path, format: .parquet, name: path, columns: ["user", "assistant"]
    ) { part in
      let conversations = try part.rows.indices.map { row in
        [
          ChatMessage(role: "user", content: try part.string(user, row: row)),
          ChatMessage(role: "assistant", content: try part.string(assistant, row: row)),
        ]
      }
      for example in try builder.examples(conversations, from: count, threads: threads) {
        writer.append(try lengths.kept(example, at: count), fullCount: example.inputIDs.count)
        count += 1
      }
      bytes += writer.takeBytes()
    }
    writer.finish()
    bytes += writer.takeBytes()
    return try TokenTable(bytes: bytes)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
