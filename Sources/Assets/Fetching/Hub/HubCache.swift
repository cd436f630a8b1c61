import Files
import Foundation

/// Folders that the Hub's own programs keep what they downloaded in.
///
/// Both layouts are read: a snapshot's files are links to `blobs/` of the repository, named by entity tags, and since
/// version 2 those can be links to `blobs/` of the whole cache. Where links end outside of the folder, nothing is read.
struct HubCache: Sendable, Equatable {
  /// A file that may be the one that is looked for.
  struct Copy: Sendable, Equatable {
    /// Where it lies, without links.
    let path: String
    /// What it should hold by the cache's own account; nil if that says nothing.
    let content: HubContent?
  }

  /// Bytes that a list of a cache may have.
  private static let largestList = 16 << 20

  /// Paths of the folders, searched in this order.
  let folders: [String]

  /// Files that are the one of the repository at its revision, or are called by the digest of its content, if that is
  /// known; nobody has hashed them.
  ///
  /// With `isOffline` the commit that a branch had when somebody last asked is as good as any other.
  func copies(of file: HubFile, sha256: Digest?, isOffline: Bool) -> [Copy] {
    folders.flatMap { folder -> [Copy] in
      let name = file.repository.name.split(separator: "/").joined(separator: "--")
      let kind = file.repository.kind == .dataset ? "datasets" : "models"
      let repository = "\(folder)/\(kind)--\(name)"
      var copies: [Copy] = []
      if let sha256, let path = Self.end(of: "\(repository)/blobs/\(sha256.hex)", in: folder) {
        copies.append(Copy(path: path, content: .sha256(sha256)))
      }
      guard let commit = commit(of: file.repository, in: repository, isOffline: isOffline) else {
        return copies
      }
      let place = "\(repository)/snapshots/\(commit)/\(file.path)"
      if let path = Self.end(of: place, in: folder), !copies.contains(where: { $0.path == path }) {
        let content =
          sha256.map(HubContent.sha256) ?? listed(file.path, repository, commit)
          ?? Self.tag(of: place)
        copies.append(Copy(path: path, content: content))
      }
      return copies
    }
  }

  private func commit(of repository: HubRepository, in folder: String, isOffline: Bool) -> String? {
    if repository.isCommit { return repository.revision }
    guard isOffline,
      let bytes = try? Self.contents(of: "\(folder)/refs/\(repository.revision)", limit: 100)
    else { return nil }
    let commit = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    return GitBlob.isName(commit) ? commit : nil
  }

  /// What the cache's list of a commit's files (`trees/<commit>.json`, since version 2) says of one.
  private func listed(_ path: String, _ repository: String, _ commit: String) -> HubContent? {
    guard
      let bytes = try? Self.contents(
        of: "\(repository)/trees/\(commit).json", limit: Self.largestList),
      let list = try? JSONParser.parse(bytes), list["format_version"]?.integerValue == 1,
      let entry = list["files"]?[path]
    else { return nil }
    return (entry["lfs_sha256"]?.stringValue ?? entry["blob_id"]?.stringValue).flatMap {
      HubContent($0)
    }
  }

  /// The entity tag that the first link is named by.
  private static func tag(of path: String) -> HubContent? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path))
      .flatMap { $0.split(separator: "/").last }.flatMap { HubContent($0) }
  }

  /// Where the links from `path` on end, if that is a regular file below `folder`.
  private static func end(of path: String, in folder: String) -> String? {
    guard let root = real(folder), let path = real(path), path.hasPrefix("\(root)/") else {
      return nil
    }
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? path : nil
  }

  private static func real(_ path: String) -> String? {
    guard let end = realpath(path, nil) else { return nil }
    defer { free(end) }
    return String(validatingCString: end)
  }

  private static func contents(of path: String, limit: Int) throws -> [UInt8]? {
    let file = try OpenFile.reading(path)
    return try file.byteCount() <= limit ? try file.contents() : nil
  }
}
