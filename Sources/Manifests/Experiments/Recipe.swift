/// How a publication's results came about: what it says of that, what it leaves open, and what is chosen here.
///
/// The ledger of what is not known. ``ExperimentFile/recipe()`` reads one from YAML.
package struct Recipe: Sendable, Equatable {
  /// The version of the schema that this build reads.
  package static let schemaVersion = 1

  /// Name of the experiment.
  package let name: String
  /// One line for lists.
  package let title: String
  /// Name of the source that is the publication itself.
  package let publication: String
  /// Where choices are known from.
  package let sources: [DocumentedResults.Source]
  /// The engines that run the recipe, in the order of the file.
  package let engines: [Engine]
  /// Published keys and open choices, in the order of the file.
  package let entries: [Entry]

  /// A program that runs the recipe.
  package struct Engine: Sendable, Equatable {
    /// What entries call it.
    package let name: String
    /// Which program it is.
    package let title: String
  }

  /// One key of the publication's configuration, or a choice that it leaves open.
  package struct Entry: Sendable, Equatable {
    /// Name of the key, or of the choice.
    package let key: String
    /// The value as it was published; nil if it is left open.
    package let published: String?
    /// What each engine does with it, in the order of the engines.
    package let effects: [Effect]
    /// What is chosen here.
    package let choice: String
    /// Why.
    package let reason: String
    /// What other sources do, or the publication elsewhere.
    package let alternatives: [Alternative]
  }

  /// What an engine does with a key.
  package enum Effect: String, Sendable, CaseIterable {
    /// It reads the key, and results depend on it.
    case consumed
    /// It accepts the key, and results do not depend on it.
    case ignored
    /// It has no such setting: the key is dropped or refused.
    case unknown
    /// It takes a default of its own, unless it is told.
    case defaulted
  }

  /// What a source does instead.
  package struct Alternative: Sendable, Equatable {
    /// Name of the source.
    package let source: String
    /// Its value, or what it does, in a few words.
    package let value: String
  }

  /// The published keys that an engine has no setting for: their results do not depend on what was published.
  package func unknownKeys(of engine: String) -> [String] {
    guard let index = engines.firstIndex(where: { $0.name == engine }) else { return [] }
    return entries.filter { $0.published != nil && $0.effects[index] == .unknown }.map(\.key)
  }
}
