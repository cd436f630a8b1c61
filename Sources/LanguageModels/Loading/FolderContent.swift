import Files
import FoundationEssentials
import Tensors

/// The files of a model's folder, read whole.
enum FolderContent {
  /// Whether there is a file (or a link to one) at `path`.
  static func hasFile(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
  }

  /// Whether there is a folder at `path`.
  static func hasFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// Content of the file at `path`; throws when there is none or when it has more than `maximumSize` bytes.
  static func bytes(_ path: String, maximumSize: Int) throws -> [UInt8] {
    let file = try InputFile(path: path)
    guard file.size <= maximumSize else {
      throw ModelFileError(
        .malformed, "\(path) has \(file.size) bytes; the most read are \(maximumSize).")
    }
    return try file.bytes(at: 0, count: file.size)
  }

  /// As ``bytes(_:maximumSize:)``, but nil when there is no such file.
  static func bytesIfPresent(_ path: String, maximumSize: Int) throws -> [UInt8]? {
    guard hasFile(path) else { return nil }
    return try bytes(path, maximumSize: maximumSize)
  }
}
