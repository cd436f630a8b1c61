import Foundation

/// A folder with what the instructions of IFEval are checked with.
///
/// It holds `punkt_tab/english/` as nltk's data has it, and `langdetect/` with `profiles/` and `messages.properties`,
/// or the Python package langdetect itself, which keeps the latter in `utils/`.
struct LanguageDataFolder: Sendable {
  /// Path of the folder.
  let path: String

  /// The files of Punkt, the folder of langdetect's profiles, and its `messages.properties`, in this order.
  ///
  /// - Throws: ``EvaluationCommandError`` `missingData` with the layout when one is missing.
  func assets() throws -> (punkt: [Asset], profiles: Asset, messages: Asset) {
    (
      punkt: try LanguageData.punktFiles.map { try asset(["punkt_tab/english/\($0)"]) },
      profiles: try asset(["langdetect/profiles"]),
      messages: try asset([
        "langdetect/messages.properties", "langdetect/utils/messages.properties",
      ])
    )
  }

  /// The first of some names that exists.
  private func asset(_ names: [String]) throws -> Asset {
    guard
      let name = names.first(where: { FileManager.default.fileExists(atPath: "\(path)/\($0)") })
    else {
      throw EvaluationCommandError(
        .missingData,
        "There is no \(names.joined(separator: " or ")) in \(path): the folder of --language-data holds nltk's punkt_tab/english and langdetect's folder with its profiles and messages.properties."
      )
    }
    return Asset(name: name, source: .file("\(path)/\(name)"), sha256: nil)
  }
}
