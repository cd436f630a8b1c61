import Files
import Foundation
package import Provenance

/// The repository that anchors are kept in: the one that the user stands in or names, never one that may have come with
/// the records that it would vouch for.
package enum AnchorRepository {
  /// Opens the repository around a folder.
  ///
  /// - Parameters:
  ///   - folder: Where the user stands, or the folder that was named; nil for no repository.
  ///   - received: Folders that may hold what somebody else has made; the first folder is refused if it lies in one.
  /// - Returns: The store of anchors in it.
  /// - Throws: ``ProvenanceError`` `noRepository`, `repository`; ``AnchorError`` `foreign`.
  package static func open(_ folder: String?, outside received: [String]) throws -> AnchorStore {
    guard let folder else {
      throw ProvenanceError(.noRepository, "No git repository was named.")
    }
    let place = resolved(folder)
    for other in received.map(resolved) where place == other || place.hasPrefix(other + "/") {
      throw AnchorError(
        .foreign,
        "\(folder) lies in \(other), and a repository that is found from there may have come with the records, so it is not used; stand elsewhere, or name your own with --repository."
      )
    }
    return try AnchorStore(containing: folder)
  }

  /// The path without links, for a file that need not exist.
  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
