import ArgumentParser
import Foundation

/// Where the user's git repository is looked up.
struct RepositoryOption: ParsableArguments {
  @Option(
    help: "Folder in the git repository that keeps the anchors (default: the current folder).",
    completion: .directory)
  var repository: String?

  /// The folder.
  var folder: String { repository ?? FileManager.default.currentDirectoryPath }
}
