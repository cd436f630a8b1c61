import Files
import Foundation

/// Folders of the user that may hold files which would otherwise be downloaded.
///
/// A file counts by its content, whatever it is called: candidates are first those with the usual name or the digest as
/// name, then those of the right size. Other content under the usual name is passed over. A folder can also be the
/// cache of the Hub's programs (``HubCache``).
struct MirrorSearch: Sendable, Equatable {
  /// Paths of the folders, searched in this order and not below.
  let folders: [String]

  /// The path of a file with this content; nil if there is none.
  ///
  /// - Parameters:
  ///   - sha256: Digest of the content, which is verified.
  ///   - fileName: What the file is usually called.
  ///   - bytes: Size of the content, if known; without it only files with the right name are looked at.
  /// - Returns: The first path whose content has the digest.
  func find(sha256: Digest, fileName: String, bytes: Int?) -> String? {
    candidates(sha256: sha256, fileName: fileName, bytes: bytes).first { path in
      // A file that cannot be read is no candidate; the download goes on without it.
      (try? ArtifactStore.hash(fileAt: path))?.sha256 == sha256
    }
  }

  /// The path of a file with the right name and size, which nobody has hashed: enough for a plan.
  func likely(sha256: Digest, fileName: String, bytes: Int?) -> String? {
    candidates(sha256: sha256, fileName: fileName, bytes: bytes).first
  }

  private func candidates(sha256: Digest, fileName: String, bytes: Int?) -> [String] {
    folders.flatMap { folder -> [String] in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let hex = sha256.hex
      var preferred = [fileName, hex].filter { !$0.isEmpty && names.contains($0) }
      // The layout of another store.
      preferred.append("sha256/\(hex.prefix(2))/\(hex)")
      let others = bytes == nil ? [] : names.filter { !preferred.contains($0) }.sorted()
      return (preferred + others).map { "\(folder)/\($0)" }.filter { path in
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return bytes == nil || status.st_size == bytes
      }
    }
  }
}
