package import Files

/// Evidence in a git repository: a commit that holds the files which its ``AnchorName`` is about.
///
/// A record can be sealed anew by whoever can write its folder. A commit that others have, or that is signed, or that
/// later commits build on, cannot: what an anchor holds is what was sealed then.
package struct GitAnchor: Sendable, Equatable {
  /// A file of an anchor.
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

  /// What it is about, which its content has been compared with.
  package let name: AnchorName
  /// The id of the commit.
  package let commit: String
  /// The commit of the anchor before this one in its own store; nil for the first, and for locks and begun runs.
  package let parent: String?
  /// The time of the commit, in seconds since 1970-01-01T00:00:00Z: of a record when it was sealed.
  package let time: Int
  /// The commit's signature, which nobody has verified yet; nil if it has none.
  package let signature: GitSignature?
  /// The files, sorted by name.
  package let files: [File]

  /// Whether the commit carries a signature.
  package var isSigned: Bool { signature != nil }

  /// The content of a file; nil if there is none of that name.
  package func content(of file: String) -> [UInt8]? { files.first { $0.name == file }?.bytes }

  // MARK: - Limits and references

  /// The largest file of an anchor, in bytes: anchors hold summaries, not samples.
  package static let largestFile = 64 << 20
  /// The largest number of its files.
  static let fileLimit = 16
  /// The reference to the newest anchor of a record in this store.
  package static let latest = AnchorName.root + "latest"
}
