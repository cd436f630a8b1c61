import Files

/// A column of a data set's rows that a task reads.
package struct TaskColumn: Sendable, Equatable {
  /// What a column holds.
  package enum Kind: Sendable {
    /// A text.
    case text
    /// A text, or a whole number that stands for its digits.
    case textOrInteger
    /// An array of texts.
    case texts
    /// A whole number.
    case integer
    /// Anything, handed on as JSON text.
    case json
  }

  /// Name by which templates and manifests call it.
  package let name: String
  /// Where the rows of the original data set hold it, keys joined by dots; nil if they do not.
  package let place: String?
  /// What it holds.
  package let kind: Kind
  /// Whether a row may do without it.
  package let isOptional: Bool

  init(_ name: String, _ kind: Kind, at place: String? = nil, isOptional: Bool = false) {
    self.name = name
    self.place = place ?? name
    self.kind = kind
    self.isOptional = isOptional
  }

  /// A column that original rows do not hold, but others may.
  init(added name: String, _ kind: Kind) {
    self.name = name
    place = nil
    self.kind = kind
    isOptional = true
  }
}

/// The columns of one row that its task reads, by their names.
package struct TaskRow: Sendable {
  /// What a column holds.
  package enum Value: Sendable, Equatable {
    case text(String)
    case texts([String])
    case integer(Int)
    case json(String)
  }

  private var values: [String: Value]
  /// What tells the row from others that give the same document; empty if nothing does.
  ///
  /// A row is only excluded from its own few-shot examples when every column of the data set is equal.
  package let identity: String

  /// A row with these columns.
  package init(_ values: [String: Value], identity: String = "") {
    self.values = values
    self.identity = identity
  }

  /// Sets or reads a column; nil if the row does without it.
  package subscript(column: String) -> Value? {
    get { values[column] }
    set { values[column] = newValue }
  }

  /// The text of a column.
  ///
  /// - Throws: `invalidDocument` when it is missing or holds something else, as the other readers do.
  func text(_ column: String) throws -> String {
    guard case .text(let text) = values[column] else { throw wrongColumn(column, "a text") }
    return text
  }

  /// The texts of a column.
  func texts(_ column: String) throws -> [String] {
    guard case .texts(let texts) = values[column] else {
      throw wrongColumn(column, "an array of texts")
    }
    return texts
  }

  /// The whole number of a column.
  func integer(_ column: String) throws -> Int {
    guard case .integer(let number) = values[column] else {
      throw wrongColumn(column, "a whole number")
    }
    return number
  }

  /// The JSON text of a column.
  func json(_ column: String) throws -> String {
    guard case .json(let text) = values[column] else { throw wrongColumn(column, "JSON") }
    return text
  }

  private func wrongColumn(_ column: String, _ expected: String) -> EvaluationError {
    let found = values[column] == nil ? "is missing" : "holds something else"
    return EvaluationError(
      .invalidDocument, "The column \"\(column)\" of a row has to be \(expected), but it \(found).")
  }
}
