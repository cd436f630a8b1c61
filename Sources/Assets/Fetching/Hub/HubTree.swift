import Files

/// What identifies a file's content for the Hub.
enum HubContent: Sendable, Equatable {
  /// Its SHA-256, of files in large file storage.
  case sha256(Digest)
  /// Its name in git, of all others (``GitBlob``).
  case gitBlob(String)

  /// Reads the name of a file in a cache, or an entity tag; nil for anything else.
  init?(_ text: some StringProtocol) {
    if let digest = Digest(hex: text) {
      self = .sha256(digest)
    } else if GitBlob.isName(text) {
      self = .gitBlob(String(text))
    } else {
      return nil
    }
  }

  /// What messages call the kind of digest.
  var kind: String {
    switch self {
    case .sha256: "SHA-256"
    case .gitBlob: "name in git"
    }
  }

  /// The digits.
  var hex: String {
    switch self {
    case .sha256(let digest): digest.hex
    case .gitBlob(let name): name
    }
  }

  /// The SHA-256, if it is one.
  var sha256: Digest? {
    if case .sha256(let digest) = self { digest } else { nil }
  }

  /// What the content of a file that was just opened is identified by, in the same way.
  func found(in file: borrowing OpenFile) throws(FileError) -> HubContent {
    switch self {
    case .sha256: .sha256(try file.digest().sha256)
    case .gitBlob: .gitBlob(try GitBlob.name(of: file))
    }
  }
}

/// A file in the list of a repository's files.
struct HubEntry: Sendable, Equatable {
  /// Size in bytes.
  let bytes: Int
  /// What identifies its content.
  let content: HubContent
}

/// The files of a repository at a commit, as far as they are wanted.
struct HubTree: Sendable, Equatable {
  /// Paths that are kept for messages.
  private static let mostPaths = 2000

  /// The commit, in 40 hexadecimal digits.
  let commit: String
  /// The wanted files that are there.
  private(set) var files: [String: HubEntry] = [:]
  /// Paths of files that a manifest could name, wanted or not, for messages about those that are not there.
  private(set) var paths: [String] = []

  /// A list without files yet.
  init(commit: String) { self.commit = commit }

  /// Adds the files of a page that are wanted.
  ///
  /// - Throws: ``FileError`` for a page that is none, a size or digest that can be none, and a wanted file that the list
  ///   has twice.
  mutating func add(_ page: JSON, wanted: Set<String>, source: String) throws(FileError) {
    for entry in try JSONField(page, source: source).elements()
    where try entry["type"].string() == "file" {
      let path = try entry["path"].string()
      if paths.count < Self.mostPaths, HubRepository.isPath(path) { paths.append(path) }
      guard wanted.contains(path) else { continue }
      let size = try entry["size"].count()
      let large = entry["lfs"]
      let found: HubEntry
      if large.isNull {
        let name = try entry["oid"].string()
        guard GitBlob.isName(name) else { throw entry["oid"].failure("a name in git, 40 digits") }
        found = HubEntry(bytes: size, content: .gitBlob(name))
      } else {
        guard try large["size"].count() == size else {
          throw large["size"].failure("the size of the file, \(size)")
        }
        found = HubEntry(bytes: size, content: .sha256(try large["oid"].digest()))
      }
      guard files.updateValue(found, forKey: path) == nil else {
        throw FileError(
          .unreadable, "\(source) lists the file \(path.prefix(200)) twice.")
      }
    }
  }
}
