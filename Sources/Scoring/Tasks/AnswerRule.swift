import Files

/// Where a row holds the right answer, and what it is chosen from.
package enum AnswerRule: Sendable, Equatable {
  /// What the model is asked for.
  package enum Kind: Sendable {
    /// The likeliest of several texts after one prompt.
    case choice
    /// The choice after which the rest of the text is likeliest.
    case blank
    /// A text.
    case text
    /// Nothing: the likelihood of a given text is wanted.
    case passage
    /// A text that obeys instructions.
    case instructions
  }

  /// Fixed texts; a column is the position of the right one, from 0. Another one, if named, holds as many texts, which
  /// the fixed ones stand for.
  case letters([String], of: String? = nil, position: String)
  /// Fixed texts, of which a column holds the right one.
  case words([String], right: String)
  /// The texts of a column; another column is the position of the right one, from 0, as text.
  case choices(String, position: String)
  /// The texts of a column, of which the one is right whose label is the key; or the one at `position`, where a row
  /// has that.
  case labelledChoices(String, labels: String, key: String, position: String)
  /// The texts of a column, each with its choice in the blank; other columns are the position of the right one, from 0,
  /// and what stands behind the blank.
  case blank(String, position: String, rest: String)
  /// The text of a column.
  case text(String)
  /// The text of a column, whose likelihood is wanted.
  case passage(String)
  /// The instructions that a column names, with the arguments in another.
  case instructions(identifiers: String, arguments: String)

  /// What the model is asked for.
  package var kind: Kind {
    switch self {
    case .letters, .words, .choices, .labelledChoices: .choice
    case .blank: .blank
    case .text: .text
    case .passage: .passage
    case .instructions: .instructions
    }
  }

  /// The answer of a row.
  ///
  /// - Throws: `invalidDocument` when a column is missing or the right answer is not one of the choices.
  func answer(of row: TaskRow) throws -> Document.Answer {
    switch self {
    case .letters(let letters, let column, let position):
      let count = try column.map { try row.texts($0).count } ?? letters.count
      guard count == letters.count else {
        throw EvaluationError(
          .invalidDocument, "A row has \(count) answers instead of \(letters.count).")
      }
      return .choice(choices: letters, goldIndex: try row.integer(position))
    case .words(let words, let column):
      let right = try row.text(column)
      guard let goldIndex = words.firstIndex(where: { PythonText.areEqual($0, right) }) else {
        throw EvaluationError(
          .invalidDocument,
          "The \(column) \"\(right)\" of a row is not one of \(words.joined(separator: ", ")).")
      }
      return .choice(choices: words, goldIndex: goldIndex)
    case .choices(let column, let position):
      let label = try row.text(position)
      guard let goldIndex = Int(label) else {
        throw EvaluationError(
          .invalidDocument, "The \(position) \"\(label)\" of a row is not a number.")
      }
      return .choice(choices: try row.texts(column), goldIndex: goldIndex)
    case .labelledChoices(let column, let labels, let key, let position):
      let choices = try row.texts(column)
      return .choice(
        choices: choices,
        goldIndex: row[position] == nil
          ? try Self.position(of: row.text(key), among: row.texts(labels), of: choices)
          : try row.integer(position))
    case .blank(let column, let position, let rest):
      return .blank(
        choices: try row.texts(column), goldIndex: try row.integer(position),
        rest: try row.text(rest))
    case .text(let column): return .text(try row.text(column))
    case .passage(let column): return .passage(try row.text(column))
    case .instructions(let identifiers, let arguments):
      var ids = JSONLine()
      ids.array(try row.texts(identifiers)) { line, id in line.string(id) }
      let columns = "{\"instruction_id_list\":\(ids.text),\"kwargs\":\(try row.json(arguments))}"
      return .instructions(try Instruction.instructions(row: columns.utf8))
    }
  }

  /// The position of the choice whose label is the key.
  private static func position(
    of key: String, among labels: [String], of choices: [String]
  ) throws -> Int {
    guard choices.count == labels.count else {
      throw EvaluationError(
        .invalidDocument, "A row has \(choices.count) answers but \(labels.count) labels.")
    }
    guard let position = labels.firstIndex(where: { PythonText.areEqual($0, key) }) else {
      throw EvaluationError(
        .invalidDocument,
        "The answer key \"\(key)\" of a row is not one of its labels (\(labels.joined(separator: ", ")))."
      )
    }
    return position
  }
}
