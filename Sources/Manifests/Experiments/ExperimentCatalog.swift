import Foundation

/// The published experiments that can be named, and where they are found.
package struct ExperimentCatalog: Sendable {
  private let search: CatalogFolders

  /// Searches where a user's experiments are: `experiments/` in the working directory or the nearest folder above it that
  /// has one, then `share/replicate/experiments` of the installation that the program belongs to.
  ///
  /// - Parameters:
  ///   - workingDirectory: Absolute path.
  ///   - executablePath: Absolute path of the running program, `<prefix>/bin/replicate` if it is installed.
  package init(workingDirectory: String, executablePath: String) {
    search = CatalogFolders(
      kind: "experiment", workingDirectory: workingDirectory, executablePath: executablePath)
  }

  /// The file that a name or path stands for; whatever has a slash or ends in .yaml or .yml is a path.
  ///
  /// - Throws: ``ManifestError`` with the nearest names if there is no experiment of this name.
  package func path(of nameOrPath: String) throws(ManifestError) -> String {
    if CatalogFolders.isPath(nameOrPath) { return ExperimentFile.path(in: nameOrPath) }
    let found = experiments()
    if let experiment = found.first(where: { $0.name == nameOrPath }) { return experiment.path }
    throw search.unknown(nameOrPath, among: found.map(\.name))
  }

  /// Reads what the experiment that a name or path stands for reports.
  package func experiment(_ nameOrPath: String) throws(ManifestError) -> ExperimentFile {
    try ExperimentFile.read(try path(of: nameOrPath))
  }

  /// Names and files of all experiments; one in an earlier folder hides one of the same name in a later folder.
  private func experiments() -> [(name: String, path: String)] {
    var found: [(name: String, path: String)] = []
    for folder in search.folders {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        let path = "\(folder)/\(name)/\(ExperimentFile.fileName)"
        if FileManager.default.fileExists(atPath: path), !found.contains(where: { $0.name == name })
        {
          found.append((name, path))
        }
      }
    }
    return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
