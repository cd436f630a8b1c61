package import Files

/// Some consecutive rows of a table, column by column: what the readers of columnar formats give.
package struct ColumnBatch: Sendable {
  /// How many rows there are.
  package let rowCount: Int
  /// The columns in the order that they were asked for in; each has `rowCount` values.
  package let columns: [NamedColumn]

  /// The column with a name, if it was asked for.
  package subscript(name: String) -> Column? {
    // Byte by byte, as members of objects are told apart.
    columns.first { JSON.string($0.name) == .string(name) }?.column
  }

  /// Bytes that the values take, of texts their UTF-8 and eight bytes each, and eight of any other.
  package var byteCount: Int { columns.reduce(0) { $0 + $1.column.byteCount } }

  /// A row as an object whose members are the columns, as ``RowTable`` has it.
  package func row(_ index: Int) -> JSON { NamedColumn.object(columns, index) }
}

/// A column of a table or a member of a struct.
package struct NamedColumn: Sendable {
  /// Its name.
  package let name: String
  /// Its values.
  package let column: Column

  /// The object that has one value of each column.
  static func object(_ columns: [NamedColumn], _ index: Int) -> JSON {
    var object = JSON.Object()
    for member in columns { object[member.name] = member.column.value(at: index) }
    return .object(object)
  }
}

/// Values of one type, each of which may be null.
package struct Column: Sendable {
  /// What the values are; where one is null, there is a zero, an empty text or an empty list in its place.
  package indirect enum Values: Sendable {
    /// Nothing but nulls.
    case null
    /// Booleans.
    case bool([Bool])
    /// Integers of any width.
    case integer([Int64])
    /// Floating-point numbers of any width.
    case number([Double])
    /// Texts.
    case string(StringValues)
    /// Lists: the one at index `i` has the elements `offsets[i]..<offsets[i + 1]`.
    case list(offsets: [Int], elements: Column)
    /// Objects: the one at index `i` has the value at `i` of each member.
    case structure([NamedColumn])
  }

  /// How many values there are, nulls included.
  package let count: Int
  /// Whether each value is there; nil if none is null.
  package let validity: [Bool]?
  /// The values.
  package let values: Values

  /// Whether the value at an index is null.
  package func isNull(at index: Int) -> Bool {
    if case .null = values { true } else { validity?[index] == false }
  }

  /// Bytes that the values take, as ``ColumnBatch`` counts them.
  var byteCount: Int {
    switch values {
    case .null, .bool, .integer, .number: 8 * count
    case .string(let values): 8 * count + values.utf8.count
    case .list(_, let elements): 8 * count + elements.byteCount
    case .structure(let members): members.reduce(8 * count) { $0 + $1.column.byteCount }
    }
  }

  /// The value at an index as JSON.
  package func value(at index: Int) -> JSON {
    guard !isNull(at: index) else { return .null }
    return switch values {
    case .null: .null
    case .bool(let values): .bool(values[index])
    case .integer(let values): .integer(values[index])
    case .number(let values): .number(values[index])
    case .string(let values): .string(values.text(at: index))
    case .list(let offsets, let elements):
      .array((offsets[index]..<offsets[index + 1]).map(elements.value(at:)))
    case .structure(let members): NamedColumn.object(members, index)
    }
  }
}

/// Texts one after the other in memory.
package struct StringValues: Sendable {
  /// The UTF-8 of all texts without anything between them; each text is valid by itself.
  package let utf8: [UInt8]
  /// Where each text begins in `utf8`, and where the last one ends: one more than there are texts.
  package let offsets: [Int]

  /// Hands the UTF-8 of one text to `body`, without a copy.
  package func withUTF8<Result>(
    at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try utf8.withUnsafeBufferPointer { bytes in
      try body(UnsafeBufferPointer(rebasing: bytes[offsets[index]..<offsets[index + 1]]))
    }
  }

  /// One text.
  package func text(at index: Int) -> String {
    withUTF8(at: index) { String(decoding: $0, as: UTF8.self) }
  }
}
