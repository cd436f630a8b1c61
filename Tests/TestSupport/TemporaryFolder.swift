import Foundation

/// A new folder that is removed, with all that is in it, when this value is.
package final class TemporaryFolder: Sendable {
  /// Absolute path without symbolic links.
  package let path: String

  package init() throws {
    let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    path = parent.appending(path: "replicate-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The absolute path of a name in the folder, whether there is such a file or not.
  package func path(of name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, in folders that are made for it, and gives its absolute path.
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path(of: name)
    let folder = URL(filePath: file).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }

  /// Relative paths of all files below the folder, sorted.
  package func files() -> [String] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.filter { name in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: path(of: name), isDirectory: &isFolder)
      return exists && !isFolder.boolValue
    }.sorted()
  }
}

/// Overwrites a file in place.
package func put(_ bytes: [UInt8], _ path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}
