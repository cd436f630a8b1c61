internal import CKernels

/// What the file of one objective says of it.
protocol ObjectiveKind: Sendable {
  /// What manifests call it.
  static var name: String { get }
  /// What a manifest gives it besides the name; all of these, or a preset.
  static var keys: [ObjectiveKey] { get }
  /// Published sets of these values; none for an objective without keys.
  static var presets: [ObjectivePreset] { get }
  /// The objective with the values of a manifest.
  static func objective(_ values: [String: ObjectiveValue]) throws(ObjectiveProblem) -> Objective
  /// The values, by key.
  var values: [String: ObjectiveValue] { get }
  /// All settings in one line. It is part of what identifies a training: what a released version wrote has to stay.
  var canonicalText: String { get }
  /// The same as the kernels want it.
  var kernelSettings: ck_objective { get }
}

extension ObjectiveKind {
  static var keys: [ObjectiveKey] { [] }
  static var presets: [ObjectivePreset] { [] }
  var values: [String: ObjectiveValue] { [:] }

  /// Throws unless every value is one that its key takes.
  static func check(_ values: [String: ObjectiveValue]) throws(ObjectiveProblem) {
    for key in keys where values[key.name].map(key.accepts) != true {
      throw ObjectiveProblem(
        key: key.name, "'\(key.name)' of the objective '\(name)' has to be \(key.expected)")
    }
  }
}

/// A published set of an objective's values, named by who uses it and since which version.
package struct ObjectivePreset: Sendable {
  /// The name, such as "axolotl-0.14".
  package let name: String
  /// What manifests of earlier versions call it, which is still read; nil for nothing else.
  package let formerName: String?
  /// The objective.
  package let objective: Objective

  init(_ name: String, formerly formerName: String? = nil, _ objective: Objective) {
    self.name = name
    self.formerName = formerName
    self.objective = objective
  }
}

/// A value that no objective can have, or two that contradict each other.
package struct ObjectiveProblem: Error, Equatable, CustomStringConvertible {
  /// The manifest's key that it is about.
  package let key: String
  /// What is wrong, to stand behind a place.
  package let message: String

  package var description: String { message }

  init(key: String, _ message: String) {
    self.key = key
    self.message = message
  }
}

// MARK: - What manifests read and write

extension Objective {
  /// What manifests call the kinds, in the order in which messages list them.
  package static var names: [String] { kinds.map { $0.name } }

  /// The keys that a manifest gives an objective of this name.
  package static func keys(of name: String) -> [ObjectiveKey] { kind(name)?.keys ?? [] }

  /// The presets of an objective of this name.
  package static func presets(of name: String) -> [ObjectivePreset] { kind(name)?.presets ?? [] }

  /// The objective that a manifest declares.
  ///
  /// Throws ``ObjectiveProblem`` if a value is missing, out of its range, or contradicts another.
  package init(named name: String, _ values: [String: ObjectiveValue]) throws(ObjectiveProblem) {
    guard let kind = Self.kind(name) else {
      throw ObjectiveProblem(
        key: "objective", "there is no objective '\(name)', only \(Self.names)")
    }
    self = try kind.objective(values)
  }

  /// What a manifest says to get this objective: the name of its kind, and its values by key.
  package var declaration: (name: String, values: [String: ObjectiveValue]) {
    // A gate that is always open has been written as what it computes since before there were kinds.
    let kind = self == .entropyGated(.open) ? CrossEntropy() : kind
    return (type(of: kind).name, kind.values)
  }

  private static func kind(_ name: String) -> (any ObjectiveKind.Type)? {
    kinds.first { $0.name == name }
  }
}
