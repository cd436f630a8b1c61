/// The keys that the decoder of manifests asks for, with what may stand behind each, as it asks while it reads.
///
/// There is no second list of keys: what a person reads of the schema is held against this.
package final class ManifestSchema {
  /// Whether a key has to be there.
  package enum Presence: Hashable {
    case required
    case optional
    /// Exactly one of these keys has to be there.
    case oneOf([String])
  }

  /// A key of a mapping.
  package struct Key {
    /// The mapping, as in "training.optimizer"; empty at the top.
    ///
    /// Names that an author chooses are "NAME", and "[]" stands behind a list.
    package let mapping: String
    /// The key.
    package let name: String
    /// How it was asked for; more than one where it depends on something else.
    package fileprivate(set) var presences: Set<Presence> = []
    /// What may stand behind it, as messages say it, in the order in which it was asked.
    package fileprivate(set) var values: [String] = []
  }

  /// What stands for a name that the author chooses.
  static let chosenName = "NAME"

  /// The keys in the order in which they were first asked for.
  package private(set) var keys: [Key] = []
  private var indices: [String: Int] = [:]

  /// A schema of which nothing is known yet.
  package init() {}

  /// Notes that a key of a mapping was asked for.
  func asked(_ name: String, of mapping: String, _ presence: Presence) {
    let place = Self.place(of: name, in: mapping)
    if indices[place] == nil {
      indices[place] = keys.count
      keys.append(Key(mapping: mapping, name: name))
    }
    if let index = indices[place] { keys[index].presences.insert(presence) }
  }

  /// Notes what was expected at a place.
  func expected(_ value: String, at place: String) {
    let isEntry = place.hasSuffix("[]")
    guard let index = indices[isEntry ? String(place.dropLast(2)) : place] else { return }
    let text = isEntry ? "a list of: \(value)" : value
    if !keys[index].values.contains(text) { keys[index].values.append(text) }
  }

  /// The place of a key.
  static func place(of name: String, in mapping: String) -> String {
    mapping.isEmpty ? name : "\(mapping).\(name)"
  }
}
