import Files

/// The question of a task as a template over the columns of a row: the part of Jinja that the harness's tasks use.
///
/// `{{column}}` stands for a text, `{{column.strip()}}` for it without whitespace at its ends, `{{column[0]}}` for
/// one of several texts, `{{column|join("-")}}` for all of them with a text between. A template that is just the name of
/// a column is that column's text.
package struct PromptTemplate: Sendable, Equatable {
  private enum Piece: Sendable, Equatable {
    case literal(String)
    case column(String)
    case strippedColumn(String)
    case element(String, Int)
    case joined(String, separator: String)
  }

  /// The template as the harness's task has it.
  package let source: String
  private let pieces: [Piece]

  /// Reads a template, which is part of this program, over the columns of these names.
  init(_ source: String, columns: [String] = []) {
    self.source = source
    guard !columns.contains(source) else {
      pieces = [.column(source)]
      return
    }
    var pieces: [Piece] = []
    var rest = source[...]
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      pieces.append(.literal(String(rest[..<open.lowerBound])))
      pieces.append(Self.piece(String(rest[open.upperBound..<close.lowerBound])))
      rest = rest[close.upperBound...]
    }
    self.pieces = pieces + [.literal(String(rest))]
  }

  private static func piece(_ expression: String) -> Piece {
    if expression.hasSuffix(".strip()") {
      return .strippedColumn(String(expression.dropLast(".strip()".count)))
    }
    if let call = expression.wholeMatch(of: /(\w+)\|join\("(.*)"\)/.dotMatchesNewlines()) {
      return .joined(String(call.1), separator: String(call.2))
    }
    guard let bracket = expression.firstIndex(of: "["), expression.hasSuffix("]") else {
      return .column(expression)
    }
    guard let index = Int(expression[expression.index(after: bracket)...].dropLast()) else {
      preconditionFailure("The template expression '\(expression)' has no number in its brackets.")
    }
    return .element(String(expression[..<bracket]), index)
  }

  /// The question of a row.
  ///
  /// - Throws: `invalidDocument` when the row lacks a column or a text.
  func question(of row: TaskRow) throws -> String {
    try pieces.map { piece in
      switch piece {
      case .literal(let text): return text
      case .column(let column): return try row.text(column)
      case .strippedColumn(let column): return PythonText.stripped(try row.text(column))
      case .element(let column, let index):
        let texts = try row.texts(column)
        guard texts.indices.contains(index) else {
          throw EvaluationError(
            .invalidDocument,
            "The column \"\(column)\" of a row holds \(texts.count) texts, but number \(index) (counted from 0) is asked for."
          )
        }
        return texts[index]
      case .joined(let column, let separator):
        return try row.texts(column).joined(separator: separator)
      }
    }.joined()
  }
}
