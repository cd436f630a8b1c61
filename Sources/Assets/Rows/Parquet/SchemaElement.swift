/// One element of a file's schema as it stands: the schema's tree in depth-first order.
struct SchemaElement {
  /// The most elements that a schema may have.
  static let most = 1 << 14

  /// How often a value comes, by parquet.thrift's numbers.
  enum Repetition: Int32 {
    case required, optional, repeated
  }

  /// What the values mean, as far as this reader has to know.
  enum Annotation: Equatable {
    case none, text, list, map, null, half
    case integer(bits: Int, isSigned: Bool)
    /// Something that has no counterpart in JSON, as an error names it.
    case other(String)
  }

  var name = ""
  /// The physical type, by parquet.thrift's number; nil for groups.
  var type: Int32?
  /// Bytes a value of type FIXED_LEN_BYTE_ARRAY.
  var length: Int32 = 0
  var repetition = Repetition.required
  /// How many of the elements that follow, with their own children, belong to this one.
  var children = 0
  var annotation = Annotation.none

  init(_ reader: inout ThriftReader) throws {
    var converted = Annotation.none
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: type = try reader.read(Int32.self, kind)
      case 2: length = try reader.read(Int32.self, kind)
      case 3:
        let code = try reader.read(Int32.self, kind)
        guard let known = Repetition(rawValue: code) else {
          throw ParquetDamage(
            "has a field with the unknown repetition \(code)", at: reader.position)
        }
        repetition = known
      case 4: name = try reader.readText(kind)
      case 5:
        let count = try reader.read(Int32.self, kind)
        guard 0...Int32(Self.most) ~= count else {
          throw ParquetDamage("has a field with \(count) parts", at: reader.position)
        }
        children = Int(count)
      case 6: converted = Self.converted(try reader.read(Int32.self, kind))
      case 10: annotation = try Self.logical(&reader, kind)
      default: try reader.skip(kind)
      }
    }
    // The newer annotation says more, where there is one.
    if annotation == .none { annotation = converted }
  }

  private static func converted(_ code: Int32) -> Annotation {
    switch code {
    case 0, 4, 19: .text
    case 1, 2: .map
    case 3: .list
    case 5: .other("decimals")
    case 6: .other("dates")
    case 7, 8: .other("times of day")
    case 9, 10: .other("timestamps")
    case 11...14: .integer(bits: 8 << Int(code - 11), isSigned: false)
    case 15...18: .integer(bits: 8 << Int(code - 15), isSigned: true)
    case 20: .other("BSON")
    case 21: .other("intervals")
    default: .other("converted type \(code)")
    }
  }

  /// Reads a union: a structure with one field, whose number says what it is.
  private static func logical(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws
    -> Annotation
  {
    guard kind == .structure else {
      throw ParquetDamage("has a field of metadata of the wrong type", at: reader.position)
    }
    var annotation = Annotation.none
    try reader.readStructure { reader, number, kind in
      if number == 10, kind == .structure {
        annotation = try integer(&reader)
      } else {
        annotation = logicalTypes[number] ?? .other("logical type \(number)")
        try reader.skip(kind)
      }
    }
    return annotation
  }

  private static func integer(_ reader: inout ThriftReader) throws -> Annotation {
    var (bits, isSigned) = (0, true)
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: bits = Int(try reader.read(Int8.self, kind))
      case 2: isSigned = try reader.readBool(kind)
      default: try reader.skip(kind)
      }
    }
    guard [8, 16, 32, 64].contains(bits) else { return .other("\(bits)-bit integers") }
    return .integer(bits: bits, isSigned: isSigned)
  }

  private static let logicalTypes: [Int: Annotation] = [
    1: .text, 2: .map, 3: .list, 4: .text, 5: .other("decimals"), 6: .other("dates"),
    7: .other("times of day"), 8: .other("timestamps"), 11: .null, 12: .text, 13: .other("BSON"),
    14: .other("UUIDs"), 15: .half, 16: .other("variants"), 17: .other("geometries"),
    18: .other("geographies"),
  ]
}
