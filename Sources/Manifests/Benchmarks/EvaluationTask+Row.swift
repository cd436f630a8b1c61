import Assets
package import Files
package import Scoring

extension EvaluationTask {
  /// The document that the task makes of a row of the original data set, or of what the harness made of one.
  ///
  /// - Throws: ``EvaluationError`` `invalidDocument` when a column is missing or holds something else.
  package func document(ofOriginalRow row: JSON) throws -> Document {
    try document(of: taskRow(ofOriginalRow: row))
  }

  /// The columns that the task's preparation adds to a row of the original data set, in their order.
  ///
  /// - Throws: As ``document(ofOriginalRow:)``.
  package func addedColumns(ofOriginalRow row: JSON) throws -> [(name: String, value: JSON)] {
    let prepared = try prepared(taskRow(ofOriginalRow: row))
    return (preparation?.addedColumns ?? []).compactMap { name in
      prepared[name].map { (name, $0.json) }
    }
  }

  private func taskRow(ofOriginalRow row: JSON) throws -> TaskRow {
    var values: [String: TaskRow.Value] = [:]
    for column in columns {
      guard let path = column.place.flatMap({ FieldPath($0) }), let value = row.value(at: path)
      else { continue }
      values[column.name] = try column.value(of: value)
    }
    return TaskRow(values)
  }

  /// A row with the data set's original columns, as far as the task reads them; the inverse of reading such a row.
  ///
  /// Rows of other files, which a manifest maps to the task's columns, become what the harness's tools expect. Choices
  /// without labels get the letters from A on.
  package func originalRow(of row: TaskRow) -> JSON {
    var row = row
    if case .labelledChoices(let choices, let labels, let key, let position) = answer,
      case .texts(let texts) = row[choices], case .integer(let goldIndex) = row[position],
      row[labels] == nil, texts.indices.contains(goldIndex), texts.count <= 26
    {
      let letters = (0..<texts.count).map { String(UnicodeScalar(UInt8(ascii: "A") + UInt8($0))) }
      row[labels] = .texts(letters)
      row[key] = .text(letters[goldIndex])
    }
    var result = JSON.Object()
    for column in columns {
      guard let place = column.place.flatMap({ FieldPath($0) }), let value = row[column.name]
      else { continue }
      result.set(value.json, at: place.components[...])
    }
    return .object(result)
  }
}

extension JSON.Object {
  /// Sets a member at a path of keys, with objects above it that are made if need be.
  fileprivate mutating func set(_ value: JSON, at path: ArraySlice<String>) {
    guard let key = path.first else { return }
    guard path.count > 1 else {
      self[key] = value
      return
    }
    var inner = self[key]?.objectValue ?? JSON.Object()
    inner.set(value, at: path.dropFirst())
    self[key] = .object(inner)
  }
}

extension TaskRow.Value {
  /// The value as a field of a row.
  fileprivate var json: JSON {
    switch self {
    case .text(let text): .string(text)
    case .texts(let texts): .array(texts.map(JSON.string))
    case .integer(let number): JSON(number)
    case .json(let text): (try? JSONParser.parse(Array(text.utf8), dialect: .python)) ?? .null
    }
  }
}

extension TaskColumn {
  /// What a field of a row holds; nil if it is something else than the column's kind.
  fileprivate func value(of field: JSON) throws -> TaskRow.Value? {
    switch (kind, field) {
    case (.text, .string(let text)), (.textOrInteger, .string(let text)): .text(text)
    case (.textOrInteger, _): field.integerValue.map { .text(String($0)) }
    case (.texts, .array(let elements)):
      elements.contains { $0.stringValue == nil } ? nil : .texts(elements.compactMap(\.stringValue))
    case (.integer, _): field.integerValue.map(TaskRow.Value.integer)
    case (.json, _): .json(PythonJSON.line(field))
    case (.text, _), (.texts, _): nil
    }
  }
}
