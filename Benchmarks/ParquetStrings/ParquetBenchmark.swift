import Assets
import Files
import Foundation

/// Reads all rows of Parquet files, batch by batch, and prints one line of JSON for each round.
///
///     parquet-benchmark ROUNDS FILE...
///
/// Seconds are those of the processor, which other programs hardly change.
@main enum ParquetBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let rounds = arguments.first.flatMap(Int.init), rounds > 0, arguments.count > 1 else {
      FileHandle.standardError.write(Data("usage: parquet-benchmark ROUNDS FILE...\n".utf8))
      exit(64)
    }
    for path in arguments.dropFirst() {
      for _ in 0..<rounds {
        let start = processorSeconds()
        let (rows, bytes) = try read(path)
        let seconds = processorSeconds() - start
        print("{\"rows\": \(rows), \"bytes\": \(bytes), \"seconds\": \(seconds)}")
      }
    }
  }

  /// What this process has used so far.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// How many rows a file has, and how many bytes of text.
  private static func read(_ path: String) throws -> (rows: Int, bytes: Int) {
    var (rows, bytes) = (0, 0)
    try ParquetFile(InputFile(path: path)).forEachBatch { batch in
      rows += batch.rowCount
      for column in batch.columns {
        if case .string(let texts) = column.column.values { bytes += texts.utf8.count }
      }
    }
    return (rows, bytes)
  }
}
