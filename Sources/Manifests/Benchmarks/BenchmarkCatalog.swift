package import Assets
import Files
import Foundation
package import Scoring

/// The pinned sources of benchmarks that this program ships with, in the notation of manifests.
package struct BenchmarkCatalog: Sendable {
  /// Name of the catalog's file among the manifests, none of which it is.
  static let fileName = "benchmarks.yaml"

  /// Where the rows of a benchmark come from.
  struct Source: Sendable, Equatable {
    let benchmark: Benchmark
    /// Names of assets with the documents.
    let documents: [String]
    /// Names of assets with the few-shot examples; empty if there are none to be had.
    let examples: [String]
    let format: DataFormat
    let columns: [Manifest.ColumnMapping]
    let oneRowPer: FieldPath?
  }

  /// Path of the file; what it names begins at its folder.
  package let path: String
  /// Pinned files.
  let assets: [Manifest.AssetDeclaration]
  /// One entry a benchmark that can be had.
  let sources: [Source]
  /// What tells sentences and languages, if that can be had.
  package let languageData: Manifest.LanguageDataAssets?

  /// Reads the first catalog in `folders`, which are those of the manifests.
  ///
  /// - Throws: ``ManifestError`` if it is damaged, ``EvaluationCommandError`` `missingData` if there is none.
  package static func read(in folders: [String]) throws -> BenchmarkCatalog {
    let paths = folders.map { "\($0)/\(fileName)" }
    guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw EvaluationCommandError(
        .missingData,
        "There is no folder 'manifests' with \(fileName) here, above or in the installation; pass the rows with --data DIR."
      )
    }
    return try ManifestDecoder.decodeCatalog(
      try ManifestFile.contents(
        of: path, limit: ManifestSource.largestSize, kind: "a list of benchmarks"), path: path)
  }

  /// The files of a benchmark.
  ///
  /// - Throws: ``EvaluationCommandError`` `missingData` when no pinned source has them.
  package func files(of benchmark: Benchmark, needsExamples: Bool) throws -> BenchmarkFiles {
    let dataSet = benchmark.tasks[0].dataSet
    guard let source = sources.first(where: { $0.benchmark == benchmark }) else {
      throw EvaluationCommandError(
        .missingData,
        "No pinned source has the documents of \(benchmark.name), so pass them with --data DIR: \(DataFolder.layout(of: benchmark, dataSet.evaluationSplit))."
      )
    }
    var examples: BenchmarkFiles.Split?
    if needsExamples {
      guard !source.examples.isEmpty else {
        throw EvaluationCommandError(
          .missingData,
          "No pinned source has the few-shot examples of \(benchmark.name), so pass all its rows with --data DIR, or --num-fewshot 0: \(DataFolder.layout(of: benchmark, dataSet.fewShotSplit ?? ""))."
        )
      }
      examples = BenchmarkFiles.Split(assets: try files(source.examples), format: source.format)
    }
    return BenchmarkFiles(
      benchmark: benchmark,
      documents: BenchmarkFiles.Split(assets: try files(source.documents), format: source.format),
      examples: examples, columns: source.columns, oneRowPer: source.oneRowPer)
  }

  /// The files that assets stand for, in order.
  package func files(_ names: [String]) throws -> [Asset] {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    return try names.flatMap { name in
      guard let asset = assets.first(where: { $0.name == name }) else {
        preconditionFailure("The catalog declares every asset that it refers to.")
      }
      return try asset.files(relativeTo: String(path[..<slash]))
    }
  }
}
