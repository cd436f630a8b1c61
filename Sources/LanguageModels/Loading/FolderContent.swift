import Files
import FoundationEssentials
import Tensors

/// The files of a model's folder, read and written whole.
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

  /// Replaces the file at `path`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let replacement = try FileReplacement(of: path)
    try replacement.write(bytes)
    try replacement.commit()
  }

  /// Makes the folder at `path` and those above it, where they are missing.
  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        code: .unwritable, message: "The folder \(path) cannot be made: \(error).")
    }
  }
}
