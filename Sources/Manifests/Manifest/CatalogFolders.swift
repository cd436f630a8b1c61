import Files
import Foundation

/// The folders in which files of one kind are found by name.
struct CatalogFolders: Sendable {
  /// What the files are, such as "manifest"; the folders have its plural for a name.
  let kind: String
  /// Folders that are searched, in this order.
  let folders: [String]

  /// Searches these folders.
  init(kind: String, folders: [String]) {
    self.kind = kind
    self.folders = folders
  }

  /// Searches where a user's files are, from the working directory up, and then in the installation.
  ///
  /// - Parameters:
  ///   - kind: What the files are.
  ///   - workingDirectory: Absolute path.
  ///   - executablePath: Absolute path of the running program, `<prefix>/bin/replicate` if it is installed.
  init(kind: String, workingDirectory: String, executablePath: String) {
    var folders: [String] = []
    var folder = URL(filePath: workingDirectory, directoryHint: .isDirectory).standardizedFileURL
    for _ in 0..<64 {
      let candidate = folder.appending(path: "\(kind)s", directoryHint: .isDirectory)
      if Self.isFolder(candidate.path) {
        folders.append(candidate.path)
        break
      }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      guard parent.path != folder.path else { break }
      folder = parent
    }
    let executable = URL(filePath: executablePath).resolvingSymlinksInPath()
    let installed = executable.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "share/replicate/\(kind)s", directoryHint: .isDirectory)
    if Self.isFolder(installed.path) { folders.append(installed.path) }
    self.init(kind: kind, folders: folders)
  }

  /// Whether a text is a path rather than a name: whatever has a slash or ends in .yaml or .yml.
  static func isPath(_ nameOrPath: String) -> Bool {
    nameOrPath.utf8.contains(UInt8(ascii: "/")) || nameOrPath.hasSuffix(".yaml")
      || nameOrPath.hasSuffix(".yml")
  }

  /// The error for a name that none of the files has, with the nearest one that some has.
  func unknown(_ name: String, among names: [String]) -> ManifestError {
    let searched =
      folders.isEmpty
      ? "there is no folder of \(kind)s here, above or in the installation"
      : "searched in " + folders.joined(separator: " and ")
    return ManifestError(
      .unknownReference, file: name,
      "there is no \(kind) of this name" + NearestWord.hint(for: name, among: names)
        + " (\(searched))")
  }

  private static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
