/// A sealed record's evidence in a git repository: a commit under ``GitAnchor/reference(of:)`` that holds its files.
///
/// A record can be sealed anew by whoever can write its folder. A commit that others have, or that is signed, or that
/// later commits build on, cannot: what an anchor holds is what was sealed then.
package struct GitAnchor: Sendable, Equatable {
  /// A file of a record.
  package struct File: Sendable, Equatable {
    /// The name, without folders.
    package let name: String
    /// The content.
    package let bytes: [UInt8]

    /// Creates a file from its name and content.
    package init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }

    /// The digest of the content.
    package var digest: Digest { SHA256.digest(of: bytes) }
  }

  /// The record's id.
  package let id: String
  /// The id of the commit.
  package let commit: String
  /// The commit of the anchor before this one in its own store; nil for the first.
  package let parent: String?
  /// When the record was sealed, in seconds since 1970-01-01T00:00:00Z.
  package let time: Int
  /// Whether the commit carries a signature; `git verify-commit` says whose.
  package let isSigned: Bool
  /// The files, sorted by name.
  package let files: [File]

  // MARK: - References

  /// What the references of anchored records begin with.
  package static let records = "refs/replicate/records/"
  /// The reference to the newest anchor of this store.
  package static let latest = "refs/replicate/latest"

  /// The reference to a record's anchor.
  package static func reference(of id: String) -> String { records + id }

  /// The first line of an anchor's message, less the id.
  private static let subject = "Anchor the record "

  /// The message of a record's anchor.
  static func message(of id: String) -> String { subject + id + "\n" }

  /// The id of the record that a message is about; nil for a message of something else.
  static func id(in message: String) -> String? {
    guard message.hasPrefix(subject), message.hasSuffix("\n") else { return nil }
    return String(message.dropFirst(subject.count).dropLast())
  }

  // MARK: - Comparing

  /// A file that is not the anchored one.
  package struct Difference: Sendable, Equatable, CustomStringConvertible {
    /// The file's name.
    package let name: String
    /// The digest of what was anchored; nil if the anchor has no such file.
    package let anchored: Digest?
    /// The digest of what was found; nil if there is no such file.
    package let found: Digest?

    package var description: String {
      func text(_ digest: Digest?) -> String {
        digest.map { "the SHA-256 \($0)" } ?? "no such file"
      }
      return "\(name): \(text(found)), but anchored was \(text(anchored))"
    }
  }

  /// What differs between the anchored files and those that a record has now, by name.
  package func differences(from current: [File]) -> [Difference] {
    Set(files.map(\.name) + current.map(\.name)).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }.compactMap { name in
      let anchored = files.first { $0.name == name }
      let found = current.first { $0.name == name }
      guard anchored != found else { return nil }
      return Difference(name: name, anchored: anchored?.digest, found: found?.digest)
    }
  }
}
