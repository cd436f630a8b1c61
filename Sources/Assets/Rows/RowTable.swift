package import Files

/// How the rows of a data file are written.
package enum DataFormat: String, Sendable, CaseIterable {
  /// One JSON object a line, in UTF-8, optionally compressed with gzip.
  case jsonLines = "jsonl"
  /// An Arrow IPC stream, as the `datasets` library caches its tables.
  case arrowStream = "arrow"
  /// A Parquet file.
  case parquet
}

/// The place of a value in a row: keys and array indices joined by dots, such as "choices.text" or "messages.0.content".
package struct FieldPath: Sendable, Hashable, CustomStringConvertible {
  /// The keys and indices in order.
  package let components: [String]

  /// Splits a text at its dots; nil if a part is empty.
  ///
  /// Keys that contain dots cannot be named.
  package init?(_ text: String) {
    components = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard components.allSatisfy({ !$0.isEmpty }) else { return nil }
  }

  /// The text that the path was made from.
  package var description: String { components.joined(separator: ".") }
}

extension JSON {
  /// The value at a path, if every step of it exists; a number steps into an array.
  package func value(at path: FieldPath) -> JSON? {
    var value = self
    for component in path.components {
      switch value {
      case .object(let object):
        guard let member = object[component] else { return nil }
        value = member
      case .array(let elements):
        guard let index = Int(component), elements.indices.contains(index) else { return nil }
        value = elements[index]
      default: return nil
      }
    }
    return value
  }
}

/// Rows of a data file that follow one another, with what is needed to say where a row came from.
package struct RowTable: Sendable, Equatable {
  /// What error messages call the file.
  let name: String
  /// One object a row.
  package private(set) var rows: [JSON]
  /// Position in the file of the first of the rows, from 0.
  private(set) var firstRow = 0
  /// The line of each row, from 1; nil for formats without lines.
  private(set) var lineNumbers: [Int]?

  /// Gathers rows of a file that error messages call `name`.
  init(name: String, rows: [JSON], firstRow: Int = 0, lineNumbers: [Int]? = nil) {
    (self.name, self.rows, self.firstRow, self.lineNumbers) = (name, rows, firstRow, lineNumbers)
  }

  /// Reads a data file, one part after the other, so that memory does not grow with it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - format: How it is written.
  ///   - name: What error messages call it.
  ///   - columns: The columns that are needed; all if nil. Only formats that keep columns apart can leave others out.
  ///   - body: Takes some thousand rows at a time, or fewer long ones, in order.
  /// - Throws: ``AssetError`` `damagedData` or `file`; what `body` throws.
  package static func forEachPart(
    path: String, format: DataFormat, name: String, columns: [String]? = nil,
    _ body: (RowTable) throws -> Void
  ) throws {
    switch format {
    case .jsonLines: try JSONLinesReader.forEachPart(ofFileAt: path, name: name, body)
    case .arrowStream: try ArrowStreamReader.forEachPart(ofFileAt: path, name: name, body)
    case .parquet:
      try ParquetFile.forEachPart(ofFileAt: path, name: name, columns: columns, body)
    }
  }

  /// Reads all rows of a data file that is known to be small, as benchmarks are.
  ///
  /// - Throws: As ``forEachPart(path:format:name:columns:_:)``.
  package static func read(path: String, format: DataFormat, name: String) throws -> RowTable {
    var table = RowTable(name: name, rows: [], lineNumbers: format == .jsonLines ? [] : nil)
    try forEachPart(path: path, format: format, name: name) { part in
      table.rows += part.rows
      if let numbers = part.lineNumbers { table.lineNumbers? += numbers }
    }
    return table
  }

  /// Where a row came from, for error messages: "line 3 of train.jsonl", "row 2 of test.arrow" (rows count from 0).
  package func place(ofRow row: Int) -> String {
    if let lineNumbers {
      "line \(lineNumbers[row]) of \(name)"
    } else {
      "row \(firstRow + row) of \(name)"
    }
  }
}

// MARK: - Typed access

extension RowTable {
  /// The value of a field.
  ///
  /// - Throws: ``AssetError`` `wrongField` that names row, field and the fields that there are.
  package func value(_ path: FieldPath, row: Int) throws(AssetError) -> JSON {
    if let value = rows[row].value(at: path) { return value }
    let keys = rows[row].objectValue?.keys.joined(separator: ", ") ?? ""
    throw AssetError(
      code: .wrongField,
      message: "There is no field '\(path)' in \(place(ofRow: row)); its fields are: \(keys).")
  }

  /// The text of a field.
  package func string(_ path: FieldPath, row: Int) throws(AssetError) -> String {
    let value = try value(path, row: row)
    guard let text = value.stringValue else { throw wrongKind(path, row, "a string", value) }
    return text
  }

  /// The whole number of a field.
  package func integer(_ path: FieldPath, row: Int) throws(AssetError) -> Int {
    let value = try value(path, row: row)
    guard let number = value.integerValue else {
      throw wrongKind(path, row, "a whole number", value)
    }
    return number
  }

  /// The texts of a field that is an array of strings.
  package func strings(_ path: FieldPath, row: Int) throws(AssetError) -> [String] {
    let value = try value(path, row: row)
    guard let elements = value.arrayValue else {
      throw wrongKind(path, row, "an array of strings", value)
    }
    var texts: [String] = []
    for element in elements {
      guard let text = element.stringValue else {
        throw wrongKind(path, row, "an array of strings", element)
      }
      texts.append(text)
    }
    return texts
  }

  private func wrongKind(_ path: FieldPath, _ row: Int, _ expected: String, _ found: JSON)
    -> AssetError
  {
    AssetError(
      code: .wrongField,
      message:
        "The field '\(path)' in \(place(ofRow: row)) has to be \(expected), but there is \(found.kind)."
    )
  }
}
