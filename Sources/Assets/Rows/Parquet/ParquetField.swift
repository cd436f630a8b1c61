/// A column of a Parquet file, or a part of one: its name, type, parts, and the levels that say where it has values.
///
/// Every value of a leaf is written with two levels: the repetition level says which list it continues (0: a new row), the
/// definition level how much of the path to it is there (section "Nested Encoding" of the format's documentation).
struct ParquetField: Sendable {
  /// What the values are.
  indirect enum Kind: Sendable {
    case leaf(ParquetLeaf)
    case structure([ParquetField])
    case list(ParquetField)
    /// What this reader does not know, as errors name it; it matters only to who asks for it.
    case unreadable(String)
  }

  /// Name of the column or struct member.
  let name: String
  /// What the values are.
  let kind: Kind
  /// The least definition level at which there is a place for a value: an element of the list that it is in.
  let placeLevel: UInt8
  /// The least definition level at which the value is not null.
  let presentLevel: UInt8
  /// How many lists the value is in; a greater repetition level continues a list inside the value.
  let repetition: UInt8

  /// The leaves below, in the file's order.
  var leaves: [ParquetLeaf] {
    switch kind {
    case .leaf(let leaf): [leaf]
    case .structure(let members): members.flatMap(\.leaves)
    case .list(let element): element.leaves
    case .unreadable: []
    }
  }
}

/// A part of a column that has values of its own.
struct ParquetLeaf: Sendable {
  /// Which of the file's leaves it is.
  let index: Int
  /// Names from the column's to its own, for error messages.
  let path: FieldNames
  /// The physical type, by parquet.thrift's number.
  let type: Int32
  /// What the values are.
  let form: ValueForm
  /// The definition level of a value that is there.
  let maxDefinition: UInt8
  /// The repetition level of a value that continues the innermost list.
  let maxRepetition: UInt8
}

/// The names that lead to a part of a column; joined only where an error needs it, for names may be long and many.
struct FieldNames: Sendable, CustomStringConvertible {
  var names: [String] = []

  /// The names, joined by dots.
  var description: String { names.joined(separator: ".") }
}

/// What the values of a leaf are, in the file and in memory.
enum ValueForm: Sendable, Equatable {
  /// Nothing but nulls.
  case null
  /// BOOLEAN.
  case bool
  /// INT32 or INT64 (`isWide`) of which only these values are meant.
  case integer(isWide: Bool, bits: Int, isSigned: Bool)
  /// FLOAT.
  case single
  /// DOUBLE.
  case double
  /// FIXED_LEN_BYTE_ARRAY of two bytes.
  case half
  /// BYTE_ARRAY with UTF-8.
  case text

  /// Bytes a value in the file where all have the same size and more than a bit.
  var width: Int? {
    switch self {
    case .null, .bool, .text: nil
    case .integer(let isWide, _, _): isWide ? 8 : 4
    case .single: 4
    case .double: 8
    case .half: 2
    }
  }
}

// MARK: - Schema

extension ParquetField {
  private static let deepest = 32
  /// Objects look up their members one by one, so that many columns would take quadratic time.
  private static let widest = 1024

  /// Makes the columns from a schema, whose first element is the table itself.
  ///
  /// Lists are recognised as Arrow does it (the rules for backward compatibility of the format's LogicalTypes.md).
  static func fields(of schema: [SchemaElement]) throws -> [ParquetField] {
    var elements = schema[...]
    var leafCount = 0
    let root = try Node(&elements, depth: 0, path: FieldNames(), &leafCount)
    guard elements.isEmpty, root.element.type == nil else {
      throw ParquetDamage("has a schema that is no single tree", at: 0)
    }
    return try members(of: root, Place(level: 0, parentLevel: 0, repetition: 0))
  }

  /// An element of the schema with its children.
  private struct Node {
    let element: SchemaElement
    var children: [Node] = []
    let path: FieldNames
    /// Which of the leaves it is, if it is one.
    let leaf: Int

    init(
      _ elements: inout ArraySlice<SchemaElement>, depth: Int, path: FieldNames,
      _ leafCount: inout Int
    ) throws {
      guard let first = elements.popFirst() else {
        throw ParquetDamage("has a schema that lacks fields", at: 0)
      }
      guard depth <= ParquetField.deepest else {
        throw ParquetDamage("has types nested deeper than \(ParquetField.deepest) levels", at: 0)
      }
      element = first
      self.path = path
      leaf = leafCount
      guard (first.type == nil) == (first.children > 0) || depth == 0 else {
        throw ParquetDamage("has a field '\(path)' that is neither a value nor a group", at: 0)
      }
      guard first.children <= ParquetField.widest else {
        throw ParquetDamage(
          "has \(first.children) columns side by side, more than \(ParquetField.widest)", at: 0)
      }
      if first.type != nil { leafCount += 1 }
      for _ in 0..<first.children {
        let path = FieldNames(names: path.names + [elements.first?.name ?? ""])
        children.append(try Node(&elements, depth: depth + 1, path: path, &leafCount))
      }
    }
  }

  /// Where a field stands among the levels.
  private struct Place {
    /// The field's ``placeLevel``.
    var level: UInt8
    /// The definition level of a place whose parent is not null.
    var parentLevel: UInt8
    /// The field's ``repetition``.
    var repetition: UInt8

    /// The place of elements of a list that is here, and not null at this level.
    func elements(presentLevel: UInt8) -> Place {
      Place(level: presentLevel + 1, parentLevel: presentLevel + 1, repetition: repetition + 1)
    }
  }

  private static func members(of group: Node, _ place: Place) throws -> [ParquetField] {
    var names: Set<[UInt8]> = []
    return try group.children.map { node in
      guard names.insert(Array(node.element.name.utf8)).inserted else {
        throw ParquetDamage("has two fields named '\(node.path)'", at: 0)
      }
      return try ParquetField(node, place)
    }
  }

  /// Makes a field; the element of a list `isElement` although its node is the one that is repeated.
  private init(_ node: Node, _ place: Place, isElement: Bool = false) throws {
    name = node.element.name
    placeLevel = place.level
    repetition = place.repetition
    if node.element.repetition == .repeated, !isElement {
      presentLevel = place.parentLevel
      kind = .list(
        try ParquetField(node, place.elements(presentLevel: presentLevel), isElement: true))
      return
    }
    presentLevel = place.parentLevel + (node.element.repetition == .optional ? 1 : 0)
    kind =
      node.children.isEmpty
      ? Self.leaf(node, maxDefinition: presentLevel, maxRepetition: repetition)
      : try Self.group(node, place, presentLevel: presentLevel)
  }

  private static func group(_ node: Node, _ place: Place, presentLevel: UInt8) throws -> Kind {
    switch node.element.annotation {
    case .list:
      guard node.children.count == 1, node.children[0].element.repetition == .repeated else {
        throw ParquetDamage("has a list '\(node.path)' without one repeated part", at: 0)
      }
      let repeated = node.children[0]
      let isWrapper = isWrapper(repeated)
      return .list(
        try ParquetField(
          isWrapper ? repeated.children[0] : repeated, place.elements(presentLevel: presentLevel),
          isElement: !isWrapper))
    case .none:
      var place = place
      place.parentLevel = presentLevel
      return .structure(try members(of: node, place))
    case .map: return .unreadable("maps")
    case .other(let name): return .unreadable(name)
    default: throw ParquetDamage("has a group '\(node.path)' annotated as a value", at: 0)
    }
  }

  /// Whether the repeated part of a list only wraps its element, rather than being it.
  private static func isWrapper(_ repeated: Node) -> Bool {
    repeated.children.count == 1 && repeated.element.annotation != .list
      && repeated.element.annotation != .map && repeated.element.name != "array"
      && !repeated.element.name.hasSuffix("_tuple")
  }

  private static func leaf(_ node: Node, maxDefinition: UInt8, maxRepetition: UInt8) -> Kind {
    let element = node.element
    let type = element.type ?? -1
    let form: ValueForm
    switch (type, element.annotation) {
    case (_, .other(let name)): return .unreadable(name)
    case (_, .null): form = .null
    case (0, .none): form = .bool
    case (1, .none): form = .integer(isWide: false, bits: 32, isSigned: true)
    case (2, .none): form = .integer(isWide: true, bits: 64, isSigned: true)
    case (1, .integer(let bits, let isSigned)) where bits <= 32:
      form = .integer(isWide: false, bits: bits, isSigned: isSigned)
    case (2, .integer(64, let isSigned)):
      form = .integer(isWide: true, bits: 64, isSigned: isSigned)
    case (3, _): return .unreadable("timestamps of 96 bits")
    case (4, .none): form = .single
    case (5, .none): form = .double
    case (6, .text): form = .text
    case (6, .none): return .unreadable("binary data")
    case (7, .half) where element.length == 2: form = .half
    case (7, .none): return .unreadable("fixed-size binary data")
    default: return .unreadable("type \(type) with an annotation that it cannot have")
    }
    return .leaf(
      ParquetLeaf(
        index: node.leaf, path: node.path, type: type, form: form, maxDefinition: maxDefinition,
        maxRepetition: maxRepetition))
  }
}
