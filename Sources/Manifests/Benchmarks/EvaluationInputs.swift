package import Assets
package import Files
package import Scoring

/// Turns the rows of data files into what the evaluator asks.
package struct EvaluationInputs {
  /// Whose rows they are.
  let benchmark: Benchmark
  /// Where a row holds what the task reads.
  let columns: [Manifest.ColumnMapping]
  /// Only a file's first row of each value of this field is a document; nil if every row is.
  let oneRowPer: FieldPath?
  /// How many documents are asked, the first ones, of each subject where there are some; nil asks all.
  let limit: Int?

  /// Creates an evaluation inputs.
  package init(
    benchmark: Benchmark, columns: [Manifest.ColumnMapping], oneRowPer: FieldPath?, limit: Int?
  ) {
    self.benchmark = benchmark
    self.columns = columns
    self.oneRowPer = oneRowPer
    self.limit = limit
  }

  /// The tasks of the evaluation's benchmark with their documents and few-shot examples.
  ///
  /// Throws ``AssetError`` or ``EvaluationError`` with the row that is not what the task reads.
  package func inputs(documents: [RowTable], examples: [RowTable]) throws -> [TaskInput] {
    try asked(documents: documents, examples: examples).map(\.input)
  }

  /// A task with its documents and the rows of its split.
  package struct AskedTask: Sendable {
    /// The task with its documents and few-shot examples.
    package let input: TaskInput
    /// All rows of the split with the fields of the original data set, also those beyond the limit.
    package var rows: [JSON] { content.asked }
    /// These, and those that few-shot examples come from.
    package let content: Rows
  }

  /// Rows with the fields of the original data set.
  package struct Rows: Sendable {
    /// Those that documents are made from, in order, also beyond the limit.
    package let asked: [JSON]
    /// Those that few-shot examples come from.
    package let shown: [JSON]
  }

  /// As ``inputs(documents:examples:)``, with the rows.
  package func asked(documents: [RowTable], examples: [RowTable]) throws -> [AskedTask] {
    let asked = try entries(of: documents)
    let shown = try entries(of: examples)
    return benchmark.tasks.compactMap { task in
      var own = asked.filter { $0.task == task.name }
      let rows = own.map(\.row)
      if let limit { own = Array(own.prefix(limit)) }
      guard !own.isEmpty else { return nil }
      let pool = shown.filter { $0.task == task.name }
      return AskedTask(
        input: TaskInput(
          task: task, documents: own.map(\.document), documentIndices: own.map(\.index),
          fewShotPool: pool.map(\.document)),
        content: Rows(asked: rows, shown: pool.map(\.row)))
    }
  }

  /// A document, the task that it belongs to and its position among that task's documents.
  private struct Entry {
    let task: String
    let index: Int
    let document: Document
    let row: JSON
  }

  private func entries(of tables: [RowTable]) throws -> [Entry] {
    var entries: [Entry] = []
    var counts: [String: Int] = [:]
    for table in tables {
      var seen: Set<[UInt8]> = []
      for row in table.rows.indices {
        if let field = oneRowPer {
          let value = try CanonicalJSON.encode(try table.value(field, row: row))
          guard seen.insert(value).inserted else { continue }
        }
        let reader = RowReader(benchmark: benchmark, columns: columns, table: table, row: row)
        let task = try reader.task()
        let index = counts[task.name, default: 0]
        counts[task.name] = index + 1
        let (document, original) = try reader.document(task)
        entries.append(Entry(task: task.name, index: index, document: document, row: original))
      }
    }
    return entries
  }
}

/// Reads the columns of a task from one row.
private struct RowReader {
  /// Whose rows they are.
  let benchmark: Benchmark
  let columns: [Manifest.ColumnMapping]
  let table: RowTable
  let row: Int

  /// The task that the row belongs to.
  func task() throws -> EvaluationTask {
    guard let column = benchmark.subjectColumn,
      let mapping = columns.first(where: { $0.column == column })
    else { return benchmark.tasks[0] }
    let subject = try trimmed(try table.string(mapping.rule.path, row: row), mapping)
    guard let known = benchmark.task(ofSubject: subject) else {
      throw AssetError(
        code: .wrongField,
        message:
          "'\(subject)' in \(table.place(ofRow: row)) is not one of the \(benchmark.tasks.count) subjects of \(benchmark.name)."
      )
    }
    return known
  }

  /// The document that the task makes of the row, and the row with the fields of the original data set.
  func document(_ task: EvaluationTask) throws -> (Document, original: JSON) {
    var values: [String: TaskRow.Value] = [:]
    for mapping in columns where task.columns.contains(mapping.column) {
      let isMissing = table.rows[row].value(at: mapping.rule.path) == nil
      if isMissing, mapping.column.isOptional { continue }
      values[mapping.column.name] = try value(mapping)
    }
    do {
      // Only this rule compares rows.
      let needsIdentity = task.fewShotRule == .sampleExcludingDocument
      let taskRow = TaskRow(
        values, identity: needsIdentity ? try CanonicalJSON.digest(of: table.rows[row]).hex : "")
      let isOriginal = columns == benchmark.originalColumns
      return (
        try task.document(of: taskRow),
        isOriginal ? table.rows[row] : task.originalRow(of: taskRow)
      )
    } catch let error as EvaluationError where error.code == .invalidDocument {
      throw EvaluationError(
        .invalidDocument,
        "The document in \(table.place(ofRow: row)) cannot be asked: \(error.message)")
    }
  }

  private func value(_ mapping: Manifest.ColumnMapping) throws -> TaskRow.Value {
    switch mapping.column.kind {
    case .text: return .text(try trimmed(try table.string(mapping.rule.path, row: row), mapping))
    case .texts:
      return .texts(
        try table.strings(mapping.rule.path, row: row).map { try trimmed($0, mapping) })
    case .integer: return .integer(try table.integer(mapping.rule.path, row: row))
    case .textOrInteger:
      if case .integer(let number) = try table.value(mapping.rule.path, row: row) {
        return .text(String(number))
      }
      return .text(try trimmed(try table.string(mapping.rule.path, row: row), mapping))
    case .json:
      let bytes = try CanonicalJSON.encode(try table.value(mapping.rule.path, row: row))
      return .json(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// What the manifest makes of the text.
  private func trimmed(_ text: String, _ mapping: Manifest.ColumnMapping) throws -> String {
    try mapping.rule.text(of: text, at: table.place(ofRow: row))
  }
}
