package import Files

/// What a commit of evidence is about: its name says which content it has to hold, so that nobody can take a name for
/// other content.
package enum AnchorName: Sendable, Hashable {
  /// A sealed record: its id, and the digest of its `record.json`.
  case record(id: String, digest: Digest)
  /// A lock that was made public before the first run under it: the digest of its `lock.json`.
  case intent(lock: Digest)
  /// A run that was begun under such a lock, whatever became of it: the digest of the first line of its log.
  case begun(lock: Digest, id: String, event: Digest)

  /// The file that the name is a digest of.
  package var file: String {
    switch self {
    case .record: "record.json"
    case .intent: "lock.json"
    case .begun: "event.json"
    }
  }

  /// The digest of that file.
  package var digest: Digest {
    switch self {
    case .record(_, let digest), .intent(let digest), .begun(_, _, let digest): digest
    }
  }

  /// The record that it is about; nil for a lock.
  package var id: String? {
    switch self {
    case .record(let id, _), .begun(_, let id, _): id
    case .intent: nil
    }
  }

  /// The name without what all references of this program begin with.
  package var text: String {
    switch self {
    case .record(let id, let digest): "anchors/\(id)/\(digest)"
    case .intent(let lock): "intents/\(lock)"
    case .begun(let lock, let id, let event): "begun/\(lock)/\(id)-\(event)"
    }
  }

  /// What the names of all references of this program begin with.
  package static let root = "refs/replicate/"

  /// The reference to the commit.
  package var reference: String { AnchorName.root + text }

  /// The message of the commit.
  var message: String {
    switch self {
    case .record(let id, _): "Anchor the record \(id)\n"
    case .intent(let lock): "Intend to run under the lock \(lock)\n"
    case .begun(let lock, let id, _): "Begin the run \(id) under the lock \(lock)\n"
    }
  }

  /// Reads a name from the message of a commit and the digests of its files; nil if they say none.
  init?(message: String, digestOf: (_ file: String) -> Digest?) {
    guard message.hasSuffix("\n") else { return nil }
    let words = message.dropLast().split(separator: " ", omittingEmptySubsequences: false)
    switch words.prefix(3).joined(separator: " ") {
    case "Anchor the record":
      guard words.count == 4, let digest = digestOf("record.json") else { return nil }
      self = .record(id: String(words[3]), digest: digest)
    case "Intend to run":
      guard words.count == 7, let lock = digestOf("lock.json") else { return nil }
      self = .intent(lock: lock)
    case "Begin the run":
      guard words.count == 8, let lock = Digest(hex: words[7]), let event = digestOf("event.json")
      else { return nil }
      self = .begun(lock: lock, id: String(words[3]), event: event)
    default: return nil
    }
    guard self.message == message, id.map(Self.isID) ?? true else { return nil }
  }

  /// Whether a text may be a record's id in the name of a reference.
  static func isID(_ text: some StringProtocol) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
      }
  }
}

/// A reference of this program and the commit that it leads to; whether that holds what the name says is not known yet.
package struct AnchorReference: Sendable, Hashable {
  /// The whole name of the reference.
  package let reference: String
  /// The id of the commit.
  package let commit: String
  /// What the commit has to be about; nil for the older form of names, `records/ID`, which have no digest.
  package let name: AnchorName?
  /// The record that it is about; nil for a lock.
  package let id: String?

  /// What names of the older form begin with; such references are read and not written.
  static let olderForm = AnchorName.root + "records/"

  /// A reference to another commit about the same thing, for where the name is taken.
  init(_ name: AnchorName, besidesAs commit: String) {
    reference = "\(name.reference).\(commit)"
    self.commit = commit
    self.name = name
    id = name.id
  }

  /// Reads the name of a reference; nil if it is none of this program's.
  package init?(_ reference: String, commit: String) {
    self.reference = reference
    self.commit = commit
    guard reference.hasPrefix(AnchorName.root) else { return nil }
    var parts = reference.dropFirst(AnchorName.root.count).split(
      separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.popLast(), let kind = parts.first else { return nil }
    let pieces = last.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count == 1 || (pieces.count == 2 && pieces[1] == commit) else { return nil }
    switch (kind, parts.count) {
    case ("records", 1):
      guard AnchorName.isID(last) else { return nil }
      (name, id) = (nil, String(last))
    case ("anchors", 2):
      guard AnchorName.isID(parts[1]), let digest = Digest(hex: pieces[0]) else { return nil }
      (name, id) = (.record(id: String(parts[1]), digest: digest), String(parts[1]))
    case ("intents", 1):
      guard let lock = Digest(hex: pieces[0]) else { return nil }
      (name, id) = (.intent(lock: lock), nil)
    case ("begun", 2):
      let run = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
      guard run.count == 2, AnchorName.isID(run[0]), let lock = Digest(hex: parts[1]),
        let event = Digest(hex: run[1])
      else { return nil }
      (name, id) = (.begun(lock: lock, id: String(run[0]), event: event), String(run[0]))
    default: return nil
    }
  }

  /// The name without what all references of this program begin with.
  package var text: String { String(reference.dropFirst(AnchorName.root.count)) }
}
