import Files

/// The entities of an RO-Crate, each once, in the order in which they were first described.
struct CrateGraph {
  private(set) var entities: [JSON] = []
  private var known: Set<String> = []

  /// Describes an entity, unless it is described already.
  ///
  /// - Parameters:
  ///   - id: its `@id`: a URI, a relative path or "#…".
  ///   - type: its `@type`.
  ///   - properties: everything else; what is null is left out.
  /// - Returns: A reference to it.
  @discardableResult
  mutating func add(_ id: String, _ type: String, _ properties: [(String, JSON)]) -> JSON {
    if known.insert(id).inserted {
      entities.append(
        JSON(present: [("@id", .string(id)), ("@type", .string(type))] + properties))
    }
    return Self.reference(id)
  }

  /// Takes over the entities of another graph that are not described yet.
  mutating func append(_ other: CrateGraph) {
    for entity in other.entities where known.insert(entity["@id"]?.stringValue ?? "").inserted {
      entities.append(entity)
    }
  }

  /// Describes a value that is not in a file, with the values that qualify it.
  mutating func addValue(
    _ id: String, name: String, _ value: JSON, description: String? = nil,
    propertyID: String? = nil, qualifiers: [JSON] = []
  ) -> JSON {
    add(
      "#" + URIText.encoded(id), "PropertyValue",
      [
        ("name", .string(name)), ("value", value), ("description", JSON(description)),
        ("propertyID", JSON(propertyID)), ("valueReference", Self.list(qualifiers)),
      ])
  }

  /// A reference to the entity with this `@id`.
  static func reference(_ id: String) -> JSON { ["@id": .string(id)] }

  /// Values of a property, as RO-Crate wants them written: a single one without brackets, none not at all (null).
  static func list(_ values: [JSON]) -> JSON {
    values.count > 1 ? .array(values) : values.first ?? .null
  }

  /// A number, or its name where JSON has none.
  static func number(_ value: Double) -> JSON {
    value.isFinite ? .number(value) : JSON.exact(value)["decimal"] ?? .null
  }

  /// The graph as the bytes of `ro-crate-metadata.json`.
  func encoded(context: [String]) throws(FileError) -> [UInt8] {
    try CanonicalJSON.encode([
      "@context": .array(context.map(JSON.string)), "@graph": .array(entities),
    ]) + [UInt8(ascii: "\n")]
  }
}
