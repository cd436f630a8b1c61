/// A column of an Arrow table, or a part of one: its name, type and parts.
struct ArrowField: Equatable, Sendable {
  /// Name of the column or struct member.
  let name: String
  /// Type of the values.
  let type: ArrowType
  /// The element of a list, the members of a struct.
  let children: [ArrowField]
}

/// The types that `datasets` caches of text and numbers are made of.
enum ArrowType: Equatable, Sendable {
  /// Nothing but nulls, without any bytes.
  case null
  /// One bit a value.
  case bool
  /// Integers of 8, 16, 32 or 64 bits.
  case integer(bits: Int, isSigned: Bool)
  /// IEEE numbers of 16, 32 or 64 bits.
  case floatingPoint(bits: Int)
  /// UTF-8 texts with 32-bit or 64-bit (`isLarge`) offsets.
  case string(isLarge: Bool)
  /// Lists of any length with 32-bit or 64-bit (`isLarge`) offsets.
  case list(isLarge: Bool)
  /// Lists that all have the same length.
  case fixedSizeList(length: Int)
  /// Named members.
  case structure
}

extension ArrowField {
  /// Limits that keep hostile metadata from growing beyond its own size.
  private struct Budget {
    var fields: Int
    static let deepest = 32
    /// Objects look up their members one by one, so that many columns would take quadratic time.
    static let widest = 1024
  }

  /// Reads the fields of a schema.
  ///
  /// - Throws: ``FlatBuffer/Damage`` for damage and for types that this reader does not know.
  static func fields(ofSchema schema: FlatBuffer.Table) throws -> [ArrowField] {
    guard try schema.scalar(0, default: Int16(0)) == 0 else {
      throw FlatBuffer.Damage(
        problem: "is big-endian, which is not supported", offset: schema.position)
    }
    // A field takes at least 16 bytes; tables that are reused would otherwise multiply without end.
    var budget = Budget(fields: schema.buffer.count / 16)
    return try fields(schema, 1, depth: 0, &budget)
  }

  private static func fields(
    _ table: FlatBuffer.Table, _ number: Int, depth: Int, _ budget: inout Budget
  ) throws -> [ArrowField] {
    guard depth < Budget.deepest else {
      throw FlatBuffer.Damage(
        problem: "has types nested deeper than \(Budget.deepest) levels", offset: table.position)
    }
    let tables = try table.tables(number)
    guard tables.count <= Budget.widest else {
      throw FlatBuffer.Damage(
        problem: "has \(tables.count) columns side by side, more than \(Budget.widest)",
        offset: table.position)
    }
    budget.fields -= tables.count
    guard budget.fields >= 0 else {
      throw FlatBuffer.Damage(problem: "uses one field's metadata twice", offset: table.position)
    }
    var names: Set<[UInt8]> = []
    var result: [ArrowField] = []
    for table in tables {
      let name = try table.string(0) ?? ""
      let children = try fields(table, 5, depth: depth + 1, &budget)
      let type = try type(of: table, name: name, childCount: children.count)
      // Only names that become keys of one object have to differ.
      guard names.insert(Array(name.utf8)).inserted else {
        throw FlatBuffer.Damage(problem: "has two fields named '\(name)'", offset: table.position)
      }
      result.append(ArrowField(name: name, type: type, children: children))
    }
    return result
  }

  private static func type(of field: FlatBuffer.Table, name: String, childCount: Int) throws
    -> ArrowType
  {
    func unsupported(_ kind: String) -> FlatBuffer.Damage {
      FlatBuffer.Damage(
        problem: "has a field '\(name)' of \(kind), which this reader does not know",
        offset: field.position)
    }
    guard try field.table(4) == nil else { throw unsupported("a dictionary-encoded type") }
    let code = try field.scalar(2, default: UInt8(0))
    guard let description = try field.table(3) else { throw unsupported("no type") }
    let type: ArrowType
    switch code {
    case 1: type = .null
    case 2:
      let bits = Int(try description.scalar(0, default: Int32(0)))
      guard [8, 16, 32, 64].contains(bits) else { throw unsupported("\(bits)-bit integers") }
      type = .integer(bits: bits, isSigned: try description.scalar(1, default: UInt8(0)) != 0)
    case 3:
      let precision = Int(try description.scalar(0, default: Int16(0)))
      guard 0...2 ~= precision else { throw unsupported("floating-point precision \(precision)") }
      type = .floatingPoint(bits: 16 << precision)
    case 5: type = .string(isLarge: false)
    case 6: type = .bool
    case 12: type = .list(isLarge: false)
    case 13: type = .structure
    case 16:
      let length = Int(try description.scalar(0, default: Int32(0)))
      guard length >= 0 else { throw unsupported("lists of \(length) elements") }
      type = .fixedSizeList(length: length)
    case 20: type = .string(isLarge: true)
    case 21: type = .list(isLarge: true)
    default: throw unsupported(typeNames[code] ?? "type code \(code)")
    }
    let expected: Int? =
      switch type {
      case .structure: nil
      case .list, .fixedSizeList: 1
      default: 0
      }
    if let expected, childCount != expected {
      throw FlatBuffer.Damage(
        problem: "has a field '\(name)' with \(childCount) parts instead of \(expected)",
        offset: field.position)
    }
    return type
  }

  private static let typeNames: [UInt8: String] = [
    4: "binary data", 7: "decimals", 8: "dates", 9: "times of day", 10: "timestamps",
    11: "intervals", 14: "unions", 15: "fixed-size binary data", 17: "maps", 18: "durations",
    19: "large binary data", 22: "run-end-encoded values", 23: "binary views",
    24: "string views", 25: "list views", 26: "large list views",
  ]
}
