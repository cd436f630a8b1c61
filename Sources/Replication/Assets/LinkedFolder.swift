import Foundation
import Provenance

/// A folder of links to verified files, for loaders that want a model's files side by side.
///
/// It holds the declared files and nothing else: what else lies beside them where they come from has no influence.
enum LinkedFolder {
  /// Makes the folder in the store of `writer`, or finds it there.
  ///
  /// `files` have their paths in the folder. Gives the folder's absolute path and its ``FolderDigest``.
  static func make(
    _ files: [(path: String, file: ResolvedAsset)], in writer: ArtifactWriter
  ) throws -> (path: String, sha256: Digest) {
    let digest = FolderDigest.digest(
      of: files.map { (path: $0.path, sha256: $0.file.sha256, bytes: $0.file.bytes) })
    // Named by what is linked and where it lies, so that a folder that exists is the right one.
    let places = files.map { "\($0.path)\n\($0.file.path)\n" }.sorted()
    let key = SHA256.digest(of: digest.hex + "\n" + places.joined())
    let path = "\(writer.store.root)/folders/\(key.hex)"
    guard access(path, F_OK) != 0 else { return (path, digest) }
    let unfinished = "\(writer.store.partialFolder)/unfinished-folder"
    try? FileManager.default.removeItem(atPath: unfinished)
    try AssetError.wrapping(.file) {
      try AtomicFile.createFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }
    for (name, file) in files {
      let link = URL(fileURLWithPath: "\(unfinished)/\(name)")
      try AssetError.wrapping(.file) {
        try AtomicFile.createFolder(link.deletingLastPathComponent().path)
      }
      guard symlink(file.path, link.path) == 0 else { throw AssetError.system("link", link.path) }
    }
    guard rename(unfinished, path) == 0 else { throw AssetError.system("put in place", path) }
    return (path, digest)
  }
}
