import Evaluation
import Provenance

/// Turns the rows of data files into what the evaluator asks.
struct EvaluationInputs {
  private let evaluation: Manifest.Evaluation

  init(_ evaluation: Manifest.Evaluation) { self.evaluation = evaluation }

  /// The tasks of the evaluation's benchmark with their documents and few-shot examples.
  ///
  /// Throws ``AssetError`` or ``EvaluationError`` with the row that is not what the task reads.
  func inputs(documents: [RowTable], examples: [RowTable]) throws -> [TaskInput] {
    let benchmark = try Benchmark.named(evaluation.task.rawValue)
    let asked = try entries(of: documents)
    let shown = try entries(of: examples)
    return try benchmark.tasks.compactMap { task in
      var own = asked.filter { $0.task == task.name }
      if let limit = evaluation.limit { own = Array(own.prefix(limit)) }
      guard !own.isEmpty else { return nil }
      let pool = shown.filter { $0.task == task.name }.map(\.document)
      guard evaluation.fewShotCount <= pool.count else {
        throw AssetError(
          code: .wrongField,
          message:
            "\(task.name) shows \(evaluation.fewShotCount) examples, but its files hold \(pool.count)."
        )
      }
      return TaskInput(
        task: task, documents: own.map(\.document), documentIndices: own.map(\.index),
        fewShotPool: pool)
    }
  }

  /// A document, the task that it belongs to and its position among that task's documents.
  private struct Entry {
    let task: String
    let index: Int
    let document: Document
  }

  private func entries(of tables: [RowTable]) throws -> [Entry] {
    var entries: [Entry] = []
    var counts: [String: Int] = [:]
    for table in tables {
      var seen: Set<[UInt8]> = []
      for row in table.rows.indices {
        if let field = evaluation.oneRowPer {
          let value = try CanonicalJSON.encode(try table.value(field, row: row))
          guard seen.insert(value).inserted else { continue }
        }
        let reader = RowReader(evaluation: evaluation, table: table, row: row)
        let task = try reader.taskName()
        entries.append(
          Entry(task: task, index: counts[task, default: 0], document: try reader.document()))
        counts[task, default: 0] += 1
      }
    }
    return entries
  }
}

/// Reads the columns of a task from one row.
private struct RowReader {
  let evaluation: Manifest.Evaluation
  let table: RowTable
  let row: Int

  func taskName() throws -> String {
    guard evaluation.task == .mmlu else { return evaluation.task.rawValue }
    let subject = try text(.subject)
    guard let known = MMLU.subjects.first(where: { $0.name == subject }) else {
      throw AssetError(
        code: .wrongField,
        message: "'\(subject)' in \(table.place(ofRow: row)) is not one of MMLU's 57 subjects.")
    }
    return known.taskName
  }

  func document() throws -> Document {
    switch evaluation.task {
    case .mmlu:
      return try MMLU.document(
        question: text(.question), choices: texts(.choices), answer: integer(.answer))
    case .hellaswag:
      return try HellaSwag.document(
        activityLabel: text(.activityLabel), contextA: text(.ctxA), contextB: text(.ctxB),
        endings: texts(.endings), label: text(.label))
    case .arcChallenge:
      let choices = try texts(.choices)
      if evaluation.column(.answerIndex) != nil {
        return try ARCChallenge.document(
          question: text(.question), choices: choices, labels: choices.indices.map(String.init),
          answerKey: String(integer(.answerIndex)))
      }
      return try ARCChallenge.document(
        question: text(.question), choices: choices, labels: texts(.labels),
        answerKey: text(.answerKey))
    case .gsm8k:
      return GSM8K.document(question: try text(.question), answer: try text(.answer))
    }
  }

  private func mapping(_ column: Manifest.Column) -> Manifest.ColumnMapping {
    guard let mapping = evaluation.column(column) else {
      preconditionFailure("The manifest maps every column that its task reads.")
    }
    return mapping
  }

  private func integer(_ column: Manifest.Column) throws -> Int {
    try table.integer(mapping(column).path, row: row)
  }

  private func text(_ column: Manifest.Column) throws -> String {
    let mapping = mapping(column)
    return try trimmed(try table.string(mapping.path, row: row), mapping)
  }

  private func texts(_ column: Manifest.Column) throws -> [String] {
    let mapping = mapping(column)
    return try table.strings(mapping.path, row: row).map { try trimmed($0, mapping) }
  }

  /// The text without what the manifest says to cut off, byte for byte.
  private func trimmed(_ text: String, _ mapping: Manifest.ColumnMapping) throws -> String {
    let bytes = Array(text.utf8)
    let (prefix, suffix) = (Array(mapping.prefix.utf8), Array(mapping.suffix.utf8))
    guard bytes.count >= prefix.count + suffix.count, bytes.starts(with: prefix),
      bytes.suffix(suffix.count).elementsEqual(suffix)
    else {
      throw AssetError(
        code: .wrongField,
        message:
          "The field '\(mapping.path)' in \(table.place(ofRow: row)) does not begin with \"\(mapping.prefix)\" and end with \"\(mapping.suffix)\", as the manifest says."
      )
    }
    return String(
      decoding: bytes.dropFirst(prefix.count).dropLast(suffix.count), as: UTF8.self)
  }
}
