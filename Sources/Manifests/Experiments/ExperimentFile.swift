package import Files
import Foundation

/// Documented results that were read from a YAML file.
package struct ExperimentFile: Sendable, Equatable {
  /// Name of the file in an experiment's folder.
  static let fileName = "documented.yaml"
  /// Name of the file beside it that says how the results came about.
  static let recipeFileName = "recipe.yaml"

  /// Path of the file.
  package let path: String
  /// SHA-256 of its bytes, comments included.
  package let sha256: Digest
  /// What it reports.
  package let results: DocumentedResults
  /// The line of every value, claim and digest, by the name of its verdict.
  package let lines: [String: Int]

  /// Reads and checks a file, or the one in an experiment's folder.
  ///
  /// Messages call the file as `path` does. Throws everything that is wrong at once.
  package static func read(_ path: String) throws(ManifestError) -> ExperimentFile {
    let file = Self.path(in: path)
    let bytes = try ManifestFile.contents(
      of: file, limit: ManifestSource.largestSize, kind: "a file of documented results")
    return try ExperimentFile(bytes, path: file)
  }

  /// Checks the content of a file.
  package init(_ bytes: [UInt8], path: String) throws(ManifestError) {
    (results, lines) = try DocumentedResultsDecoder.decodeWithLines(bytes, name: path)
    self.path = path
    sha256 = SHA256.digest(of: bytes)
  }

  /// Reads the recipe beside the file; nil if there is none, as for files that are not in an experiment's folder.
  package func recipe() throws(ManifestError) -> Recipe? {
    guard path == Self.fileName || path.hasSuffix("/" + Self.fileName) else { return nil }
    let file = path.dropLast(Self.fileName.count) + Self.recipeFileName
    guard FileManager.default.fileExists(atPath: String(file)) else { return nil }
    let bytes = try ManifestFile.contents(
      of: String(file), limit: ManifestSource.largestSize, kind: "a recipe")
    return try RecipeDecoder.decode(bytes, name: String(file))
  }

  /// Reads the recipe beside the file; its absence is an error.
  package func requiredRecipe() throws(ManifestError) -> Recipe {
    guard let recipe = try recipe() else {
      throw ManifestError(
        .unreadable, file: path, "there is no \(Self.recipeFileName) beside this file")
    }
    return recipe
  }

  /// The file that a path stands for: the one in the folder, if it is a folder's.
  static func path(in path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return path }
    return (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/" + fileName
  }
}
