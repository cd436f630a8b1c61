import Files
import Scoring
import Yams

/// A value that is set in place of what a manifest says, as `training.max_steps=20`.
///
/// The keys of the path are joined by dots; `*` stands for each entry of a list or mapping, and an entry of a list can
/// be named by its `name` or `task`. Below `evaluation`, `tasks` goes without saying, and `limit` is the key that limits
/// the benchmark. A key that is not there yet is added; whether it may be is for the decoder to say.
struct ManifestOverride {
  /// Why a value cannot be set, in words that follow on the override.
  struct Obstacle: Error {
    let message: String
  }

  /// Keys, names of entries, and asterisks, from the top.
  let path: [String]
  private let value: Node
  private let mark: Mark?

  /// Reads `path=value`, the value as YAML has it; `mark` is where it stands.
  init(_ text: String, at mark: Mark?) throws(Obstacle) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, path.allSatisfy({ !$0.isEmpty }) else {
      throw Obstacle(message: "is not of the form key.key=value")
    }
    // Else what was set could be told otherwise.
    guard path[0] != "overrides" else {
      throw Obstacle(message: "sets the values that are set, which only they themselves can say")
    }
    guard let value = try? Yams.compose(yaml: String(parts[1])) else {
      throw Obstacle(message: "has no value that YAML could read")
    }
    self.value = Self.marked(value, mark)
    self.mark = mark
  }

  /// A manifest with the value in its place.
  func applied(to manifest: Node) throws(Obstacle) -> Node {
    try set(manifest, path[...], below: "the manifest", isEvaluation: false)
  }

  private func set(
    _ node: Node, _ rest: ArraySlice<String>, below place: String, isEvaluation: Bool
  ) throws(Obstacle) -> Node {
    guard let key = rest.first else { return value }
    let next = rest.dropFirst()
    switch node {
    case .mapping(var mapping):
      if isEvaluation, key != "tasks", let tasks = mapping["tasks"] {
        mapping["tasks"] = try set(tasks, rest, below: "'evaluation.tasks'", isEvaluation: false)
        return .mapping(mapping)
      }
      let names = Array(mapping.keys.compactMap(\.string))
      let own = key == "limit" ? Self.limitKey(of: mapping) ?? key : key
      for name in key == "*" ? names : [own] {
        if let child = mapping[name] {
          mapping[name] = try set(
            child, next, below: "'\(name)'",
            isEvaluation: place == "the manifest" && name == "evaluation")
        } else if next.isEmpty {
          mapping[.scalar(Node.Scalar(name, .implicit, .any, mark))] = value
        } else {
          throw Obstacle(
            message: "finds no '\(name)' in \(place)" + NearestWord.hint(for: name, among: names))
        }
      }
      return .mapping(mapping)
    case .sequence(var sequence):
      let chosen = sequence.indices.filter {
        key == "*" || Self.names(of: sequence[$0]).contains(key)
      }
      guard !chosen.isEmpty else {
        throw Obstacle(
          message: "finds no entry '\(key)' in \(place)"
            + NearestWord.hint(for: key, among: sequence.flatMap(Self.names)))
      }
      for index in chosen {
        sequence[index] = try set(
          sequence[index], next, below: "an entry of \(place)", isEvaluation: false)
      }
      return .sequence(sequence)
    case .scalar, .alias:
      throw Obstacle(message: "looks for '\(key)' in \(place), which is a single value")
    }
  }

  /// What an entry of a list can be called.
  private static func names(of entry: Node) -> [String] {
    ["name", "task"].compactMap { entry.mapping?[$0]?.string }
  }

  /// The key that limits the documents of an evaluation; nil for what is none.
  private static func limitKey(of mapping: Node.Mapping) -> String? {
    mapping["task"]?.string.flatMap { Benchmark.named($0)?.limitKey }
  }

  /// The value with all its parts standing where the override does.
  private static func marked(_ node: Node, _ mark: Mark?) -> Node {
    switch node {
    case .scalar(let scalar):
      .scalar(Node.Scalar(scalar.string, scalar.tag, scalar.style, mark))
    case .mapping(let mapping):
      .mapping(
        Node.Mapping(
          mapping.map { (marked($0.key, mark), marked($0.value, mark)) }, mapping.tag,
          mapping.style, mark))
    case .sequence(let sequence):
      .sequence(
        Node.Sequence(sequence.map { marked($0, mark) }, sequence.tag, sequence.style, mark))
    case .alias: node
    }
  }
}

extension ManifestFile {
  /// What a manifest's text is continued with to have values set: the key `overrides`, one line each.
  ///
  /// - Throws: ``ManifestError`` for a value of more than one line.
  static func appendix(_ overrides: [String], file path: String) throws(ManifestError) -> [UInt8] {
    guard !overrides.isEmpty else { return [] }
    for override in overrides
    where override.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      throw ManifestError(
        .invalidValue, file: path, "a value that is set has to be one line of printable characters")
    }
    let lines = overrides.map { "  - '\($0.replacing("'", with: "''"))'\n" }
    return Array(("\noverrides:\n" + lines.joined()).utf8)
  }
}
