import Assets
import Files
import Manifests
import Provenance
import Tokenizers

/// Reads conversations from the rows of data files, as the manifest maps them.
enum TrainingConversations {
  /// One conversation a row, in order.
  ///
  /// Throws ``AssetError`` with the row that has no such fields.
  static func read(_ table: RowTable, fields: Manifest.ConversationFields) throws
    -> [[ChatMessage]]
  {
    try table.rows.indices.map { row in
      switch fields {
      case .turns(let user, let assistant):
        return [
          ChatMessage(role: "user", content: try text(table, user, row: row)),
          ChatMessage(role: "assistant", content: try text(table, assistant, row: row)),
        ]
      case .messages(let path):
        return try messages(table, path, row: row)
      }
    }
  }

  private static func text(_ table: RowTable, _ rule: TextRule, row: Int) throws -> String {
    try rule.text(of: try table.string(rule.path, row: row), at: table.place(ofRow: row))
  }

  private static func messages(_ table: RowTable, _ path: FieldPath, row: Int) throws
    -> [ChatMessage]
  {
    guard let elements = try table.value(path, row: row).arrayValue else {
      throw wrong(table, path, row)
    }
    return try elements.map { element in
      guard let role = element["role"]?.stringValue, let content = element["content"]?.stringValue
      else { throw wrong(table, path, row) }
      return ChatMessage(role: role, content: content)
    }
  }

  private static func wrong(_ table: RowTable, _ path: FieldPath, _ row: Int) -> AssetError {
    AssetError(
      code: .wrongField,
      message:
        "The field '\(path)' in \(table.place(ofRow: row)) has to be an array of objects with the strings role and content."
    )
  }
}
