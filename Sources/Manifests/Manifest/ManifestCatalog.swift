import Foundation

/// The manifests that can be run by name, and where they are found.
package struct ManifestCatalog: Sendable {
  /// One manifest of the catalog.
  package struct Entry: Sendable, Equatable {
    /// The name to type: that of the file, without its extension.
    package let name: String
    /// Path of the file.
    package let path: String
    /// What it declares, or what is wrong with it.
    package let result: Result<Manifest, ManifestError>

    /// The entry of a file that was read, or could not be.
    package init(name: String, path: String, result: Result<Manifest, ManifestError>) {
      self.name = name
      self.path = path
      self.result = result
    }
  }

  private let search: CatalogFolders

  /// Folders that are searched, in this order.
  package var folders: [String] { search.folders }

  /// Searches these folders.
  package init(folders: [String]) { search = CatalogFolders(kind: "manifest", folders: folders) }

  /// Searches where a user's manifests are: `manifests/` in the working directory or the nearest folder above it that
  /// has one, then `share/replicate/manifests` of the installation that the program belongs to.
  ///
  /// - Parameters:
  ///   - workingDirectory: Absolute path.
  ///   - executablePath: Absolute path of the running program, `<prefix>/bin/replicate` if it is installed.
  package init(workingDirectory: String, executablePath: String) {
    search = CatalogFolders(
      kind: "manifest", workingDirectory: workingDirectory, executablePath: executablePath)
  }

  /// The file that a name or path stands for: whatever has a slash or ends in .yaml or .yml is a path.
  ///
  /// - Throws: ``ManifestError`` with the nearest names if there is no manifest of this name.
  package func path(of nameOrPath: String) throws(ManifestError) -> String {
    if CatalogFolders.isPath(nameOrPath) { return nameOrPath }
    let files = files()
    if let file = files.first(where: { $0.name == nameOrPath }) { return file.path }
    throw search.unknown(nameOrPath, among: files.map(\.name))
  }

  /// Reads the manifest that a name or path stands for, with these values set in it.
  package func manifest(
    _ nameOrPath: String, overrides: [String] = []
  ) throws(ManifestError) -> ManifestFile {
    try ManifestFile.read(try path(of: nameOrPath), overrides: overrides)
  }

  /// Reads the manifest of this name, which is never taken for a path; nil if there is none.
  package func manifest(named name: String) throws(ManifestError) -> ManifestFile? {
    guard let file = files().first(where: { $0.name == name }) else { return nil }
    return try ManifestFile.read(file.path)
  }

  /// All manifests by name; one in an earlier folder hides one of the same name in a later folder.
  package func entries() -> [Entry] {
    files().map { file in
      let result = Result { () throws(ManifestError) in try ManifestFile.read(file.path).manifest }
      return Entry(name: file.name, path: file.path, result: result)
    }
  }

  private func files() -> [(name: String, path: String)] {
    var files: [(name: String, path: String)] = []
    for folder in folders {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for file in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      where file.hasSuffix(".yaml") && !file.hasPrefix(".")
        && file != BenchmarkCatalog.fileName
      {
        let name = String(file.dropLast(".yaml".count))
        if !files.contains(where: { $0.name == name }) { files.append((name, "\(folder)/\(file)")) }
      }
    }
    return files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
