package import Assets
import Files
package import Scoring

/// The files that hold the rows of a benchmark, and how they are read.
package struct BenchmarkFiles: Sendable {
  /// Files of one split with their format.
  package struct Split: Sendable {
    package let assets: [Asset]
    let format: DataFormat
  }

  /// Whose rows they are.
  package let benchmark: Benchmark
  /// The documents.
  package let documents: Split
  /// Where few-shot examples come from; nil if none are shown.
  package let examples: Split?
  /// Where a row holds what the task reads.
  let columns: [Manifest.ColumnMapping]
  /// Only the first row of each value of this field is a document; nil if every row is.
  let oneRowPer: FieldPath?

  /// The tasks with their documents, the rows of these, and the examples.
  ///
  /// Throws ``AssetError`` or ``EvaluationError`` with the file or the row that is not what it should be.
  package func tasks(
    documents: [ResolvedAsset], examples: [ResolvedAsset], limit: Int?
  ) throws -> [EvaluationInputs.AskedTask] {
    func tables(_ files: [ResolvedAsset], _ format: DataFormat) throws -> [RowTable] {
      try files.map { try RowTable.read(path: $0.path, format: format, name: $0.asset.name) }
    }
    return try EvaluationInputs(
      benchmark: benchmark, columns: columns, oneRowPer: oneRowPer, limit: limit
    ).asked(
      documents: try tables(documents, self.documents.format),
      examples: try tables(examples, self.examples?.format ?? .jsonLines))
  }
}
