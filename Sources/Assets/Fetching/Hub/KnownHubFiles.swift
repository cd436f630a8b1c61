import Files

/// What files of the Hub turned out to hold that no manifest pins by a digest.
///
/// A store finds content by its SHA-256. A commit fixes it without saying it, so it is written down when a file is
/// stored: `hub/<digest of repository and revision>.json`. What a branch held is only an answer where nobody can ask.
struct KnownHubFiles {
  private static let schema = "replicate/hub/v1"
  /// Bytes that a list may have.
  private static let largest = 1 << 20

  private let place: ContainedPath
  private let repository: HubRepository

  /// The list of a repository at its revision, in a store.
  init(of repository: HubRepository, in store: ArtifactStore) {
    let key = SHA256.digest(
      of: "\(repository.kind.rawValue) \(repository.name) \(repository.revision)")
    place = store.folder.appending("hub/\(key.hex).json")
    self.repository = repository
  }

  /// Digests by path; nothing where there is no list, or none that can be read.
  func all() -> [String: Digest] {
    guard (try? FileStatus(at: place))??.byteCount ?? 0 <= Self.largest,
      let bytes = try? OpenFile.contents(of: place), let list = try? JSONParser.parse(bytes),
      list["schema"]?.stringValue == Self.schema, let files = list["files"]?.objectValue
    else { return [:] }
    var result: [String: Digest] = [:]
    for (path, digest) in files.members {
      result[path] = digest.stringValue.flatMap { Digest(hex: $0) }
    }
    return result
  }

  /// Adds a file; only who may write to the store does.
  func add(_ path: String, _ digest: Digest) throws {
    var files = all()
    guard files.updateValue(digest, forKey: path) != digest else { return }
    let members = files.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) }
    let list: JSON = [
      "schema": .string(Self.schema), "repository": .string(repository.name),
      "revision": .string(repository.revision), "files": JSON(present: members),
    ]
    try AssetError.wrapping(.file) {
      try place.parent.createFolder()
      try AtomicFile.write(try CanonicalJSON.encode(list), to: place)
    }
  }
}
