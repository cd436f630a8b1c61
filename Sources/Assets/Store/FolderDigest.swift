import Files
import Foundation

/// The digest of a folder's content, for models that are folders.
///
/// SHA-256 of one line a file, sorted by the bytes of the path: digest, size and path relative to the folder, separated
/// by single spaces and ended by a line feed. Any tool that lists SHA-256 values can reproduce it. Names, sizes and
/// contents count; times and permissions do not. Entries whose names begin with a dot (version control, download
/// caches) are left out: no loader reads them.
enum FolderDigest {
  /// How deep folders may nest.
  private static let deepest = 32

  /// Digest and total size in bytes of the files in the folder at `path`.
  ///
  /// - Throws: ``AssetError`` `file` for symbolic links, which could lead anywhere, for devices and pipes, for names
  ///   with line breaks, and for folders without files.
  static func digest(ofFolderAt path: String) throws -> (sha256: Digest, bytes: Int) {
    var files: [String] = []
    try collect("", in: path, depth: 0, into: &files)
    guard !files.isEmpty else {
      throw AssetError(code: .file, message: "The folder \(path) contains no files.")
    }
    let entries = try files.map { file in
      let (sha256, bytes) = try ArtifactStore.hash(fileAt: "\(path)/\(file)")
      return (path: file, sha256: sha256, bytes: bytes)
    }
    return (digest(of: entries), entries.reduce(0) { $0 + $1.bytes })
  }

  /// Digest of a folder with these files, in any order.
  static func digest(of files: [(path: String, sha256: Digest, bytes: Int)]) -> Digest {
    var hash = SHA256()
    for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      hash.update("\(file.sha256.hex) \(file.bytes) \(file.path)\n")
    }
    return hash.finalize()
  }

  private static func collect(
    _ folder: String, in root: String, depth: Int, into files: inout [String]
  ) throws {
    guard depth < deepest else {
      throw AssetError(
        code: .file, message: "The folder \(root)/\(folder) lies deeper than \(deepest) levels.")
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
    } catch {
      throw AssetError(code: .file, message: "Could not list the folder \(root)/\(folder).")
    }
    for name in names where !name.hasPrefix(".") {
      let relative = folder.isEmpty ? name : "\(folder)/\(name)"
      let path = "\(root)/\(relative)"
      guard !name.utf8.contains(where: { $0 < 0x20 }) else {
        throw AssetError(
          code: .file, message: "A name in the folder \(root)/\(folder) has control characters.")
      }
      var status = stat()
      guard lstat(path, &status) == 0 else { throw AssetError.system("look at", path) }
      switch status.st_mode & S_IFMT {
      case S_IFREG: files.append(relative)
      case S_IFDIR: try collect(relative, in: root, depth: depth + 1, into: &files)
      case S_IFLNK:
        throw AssetError(
          code: .file,
          message: "\(path) is a symbolic link; copy the file itself into the folder.")
      default:
        throw AssetError(code: .file, message: "\(path) is neither a file nor a folder.")
      }
    }
  }
}
