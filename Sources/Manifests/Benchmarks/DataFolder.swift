import Assets
import Files
import Foundation
package import Scoring

/// A folder with the rows of benchmarks: `<task>/<split>.jsonl`, `.jsonl.gz` or `.arrow`, with the original columns.
package struct DataFolder: Sendable {
  /// Path of the folder.
  let path: String

  /// Creates a data folder.
  package init(path: String) {
    self.path = path
  }

  /// Endings of the files, and what they stand for.
  private static let formats: [(ending: String, format: DataFormat)] = [
    (".jsonl", .jsonLines), (".jsonl.gz", .jsonLines), (".arrow", .arrowStream),
  ]

  /// The files of a benchmark.
  ///
  /// - Throws: ``EvaluationCommandError`` `missingData` with the layout when one is missing.
  package func files(of benchmark: Benchmark, needsExamples: Bool) throws -> BenchmarkFiles {
    let dataSet = benchmark.tasks[0].dataSet
    return BenchmarkFiles(
      benchmark: benchmark, documents: try split(dataSet.evaluationSplit, of: benchmark),
      examples: needsExamples ? try dataSet.fewShotSplit.map { try split($0, of: benchmark) } : nil,
      columns: benchmark.originalColumns, oneRowPer: nil)
  }

  private func split(_ split: String, of benchmark: Benchmark) throws -> BenchmarkFiles.Split {
    let stem = "\(benchmark.name)/\(split)"
    let found = Self.formats.filter {
      FileManager.default.fileExists(atPath: "\(path)/\(stem)\($0.ending)")
    }
    guard let file = found.first, found.count == 1 else {
      throw EvaluationCommandError(
        .missingData,
        found.isEmpty
          ? "There is no file \(stem).jsonl, .jsonl.gz or .arrow in \(path): \(Self.layout(of: benchmark, split))."
          : "There are both \(stem)\(found[0].ending) and \(stem)\(found[1].ending) in \(path); remove one of them."
      )
    }
    let name = "\(stem)\(file.ending)"
    return BenchmarkFiles.Split(
      assets: [Asset(name: name, source: .file("\(path)/\(name)"), sha256: nil)],
      format: file.format)
  }

  /// What a data folder has to hold for a split, as the end of a sentence.
  static func layout(of benchmark: Benchmark, _ split: String) -> String {
    let columns = benchmark.originalColumns.filter { !$0.column.isOptional }.map(
      \.rule.path.description)
    return
      "the folder of --data holds the split '\(split)' of \(benchmark.tasks[0].dataSet.path) as \(benchmark.name)/\(split).jsonl, one row a line with its fields \(columns.joined(separator: ", "))"
  }
}
