import Files
import Yams

/// The keys of one mapping, read one by one; in the end, keys that nobody asked for are reported.
///
/// The keys that are asked for are the schema: there is no second list that could differ from it.
final class MappingReader {
  /// Its place in the manifest, such as "training.optimizer"; empty at the top.
  let path: String
  /// Its place in the schema, where names that the author chose are not themselves.
  private let schemaPlace: String
  /// Where its key stands.
  let position: SourcePosition
  /// Takes problems.
  let decoding: ManifestDecoding
  /// A key with its value.
  typealias Entry = (key: String, position: SourcePosition, value: Node)

  /// Keys and values in the order of the file.
  let entries: [Entry]
  private var knownKeys: [String] = []
  private var missingKeys: [(key: String, message: String)] = []

  /// Takes a node's keys; keys that are not texts are reported.
  init(
    _ mapping: Node.Mapping, path: String, schemaPlace: String, position: SourcePosition,
    decoding: ManifestDecoding
  ) {
    self.path = path
    self.schemaPlace = schemaPlace
    self.position = position
    self.decoding = decoding
    var entries: [Entry] = []
    for (key, value) in mapping {
      let place = key.mark.map(SourcePosition.init) ?? position
      guard case .scalar(let scalar) = key else {
        decoding.report(.wrongType, at: place, "a key has to be a text")
        continue
      }
      if decoding.isRenamed(scalar.string) { continue }
      entries.append((scalar.string, place, value))
    }
    self.entries = entries
  }

  /// The value of a key that may be absent.
  func optional(_ key: String) -> NodeReader? { value(of: key, .optional) }

  /// The value of a key that the author chose.
  func chosen(_ key: String) -> NodeReader? {
    know(key)
    decoding.schema?.asked(ManifestSchema.chosenName, of: schemaPlace, .optional)
    return entry(key).map { reader(of: $0, as: ManifestSchema.chosenName) }
  }

  /// The value of a key; its absence is reported.
  ///
  /// `purpose` says what the key is for, if its name does not.
  func required(_ key: String, _ purpose: String? = nil) -> NodeReader? {
    if let reader = value(of: key, .required) { return reader }
    reportMissing([key], "the key '\(key)'" + (purpose.map { " (\($0))" } ?? ""))
    return nil
  }

  /// The value of the one key of several that has to be there; none and more than one are reported.
  func exactlyOne(of keys: [String]) -> (key: String, value: NodeReader)? {
    let present = keys.compactMap { key in
      value(of: key, .oneOf(keys)).map { (key: key, value: $0) }
    }
    if let second = present.dropFirst().first, let first = present.first {
      let position = entry(second.key)?.position
      decoding.report(
        .contradiction, at: position ?? self.position, length: second.key.unicodeScalars.count,
        "\(place) has both '\(first.key)' and '\(second.key)'; keep one of them")
      return nil
    }
    guard let only = present.first else {
      reportMissing(
        keys, "one of the keys " + keys.map { "'\($0)'" }.joined(separator: ", "))
      return nil
    }
    return only
  }

  /// Reports that something is missing, which any of these keys would have supplied.
  func reportMissing(_ keys: [String], _ what: String) {
    let message = "\(place) lacks \(what)"
    for key in keys { missingKeys.append((key, message)) }
    decoding.report(.missingKey, at: position, message)
  }

  /// Every entry as a named value, for mappings whose keys are names that the author chose; at most 512.
  func named() -> [(name: String, value: NodeReader)] {
    guard entries.count <= 512 else {
      decoding.report(
        .invalidValue, at: position, "\(place) has \(entries.count) entries; there may be 512")
      return []
    }
    return entries.compactMap { entry in
      guard NodeReader.isIdentifier(entry.key) else {
        decoding.report(
          .invalidValue, at: entry.position, length: max(1, entry.key.unicodeScalars.count),
          "the name '\(NodeReader.shortened(entry.key))' in \(place) has to consist of lower-case letters, digits, '-', '_' and '.'"
        )
        return nil
      }
      decoding.schema?.asked(ManifestSchema.chosenName, of: schemaPlace, .optional)
      return (entry.key, reader(of: entry, as: ManifestSchema.chosenName))
    }
  }

  /// Reports that a key, which is there, must not be; nothing if it is absent.
  func forbid(_ key: String, _ reason: String) {
    know(key)
    guard let entry = entry(key) else { return }
    decoding.report(
      .contradiction, at: entry.position, length: entry.key.unicodeScalars.count,
      "'\(key)' does not belong here: \(reason)")
  }

  /// Reads `schema:`; false for another version than `version`, which has been reported.
  func hasSchema(_ version: Int) -> Bool {
    let reader = required("schema", "the version of the schema, \(version)")
    guard let reader, let number = reader.integer(in: 0...999_999), number != version else {
      return true
    }
    reader.report(
      .invalidValue, "'schema' is \(number), but this build reads version \(version)")
    return false
  }

  /// Reports every key that was not asked for.
  ///
  /// A required key that is missing is not reported a second time when an unknown key is a misspelling of it.
  func finish() {
    for entry in entries where !knownKeys.contains(where: { Self.isIdentical($0, entry.key) }) {
      // Looking for near words is too slow for thousands of keys that nobody would read about.
      if decoding.isFull { return }
      let unused = knownKeys.filter { known in
        !entries.contains { Self.isIdentical($0.key, known) }
      }
      let near = NearestWord.nearest(to: entry.key, among: unused)
      for missing in missingKeys where missing.key == near {
        decoding.withdraw(missing.message, at: position)
      }
      let location = path.isEmpty ? "" : " in \(place)"
      decoding.report(
        .unknownKey, at: entry.position, length: max(1, entry.key.unicodeScalars.count),
        "unknown key '\(NodeReader.shortened(entry.key))'\(location)"
          + NearestWord.hint(for: entry.key, among: unused.isEmpty ? knownKeys : unused))
    }
  }

  /// What messages call this mapping.
  var place: String { path.isEmpty ? decoding.subject : "'\(path)'" }

  private func know(_ key: String) {
    if !knownKeys.contains(key) { knownKeys.append(key) }
  }

  private func entry(_ key: String) -> Entry? {
    entries.first { Self.isIdentical($0.key, key) }
  }

  private func value(of key: String, _ presence: ManifestSchema.Presence) -> NodeReader? {
    know(key)
    decoding.schema?.asked(key, of: schemaPlace, presence)
    return entry(key).map { reader(of: $0, as: key) }
  }

  /// The value of an entry, whose key the schema calls `name`.
  private func reader(of entry: Entry, as name: String) -> NodeReader {
    // An empty value has the mark of what follows it: show the key instead.
    let isEmpty = entry.value.scalar.map { $0.style == .plain && $0.string.isEmpty } ?? false
    let isBlock = entry.value.mapping != nil || entry.value.sequence != nil
    let mark = isEmpty || isBlock ? nil : entry.value.mark.map(SourcePosition.init)
    return NodeReader(
      node: entry.value, name: "'\(entry.key)'",
      place: ManifestSchema.place(of: name, in: schemaPlace), position: mark ?? entry.position,
      decoding: decoding)
  }

  /// Whether two keys have the same code points; `==` also equates different spellings.
  private static func isIdentical(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}
