package import Assets
package import Files
import Foundation
package import Scoring

/// The files that tell sentences and languages, which IFEval's checks read.
package struct LanguageData: Sendable {
  /// Names of the files of Punkt's model of English, as nltk's data has them.
  static let punktFiles = [
    "abbrev_types.txt", "collocations.tab", "sent_starters.txt", "ortho_context.tab",
  ]

  /// Paths of the files in `punktFiles`, in their order.
  let punkt: [String]
  /// Folder of langdetect's profiles, a file each, named by the language's code.
  let profiles: String
  /// langdetect's `messages.properties`, with the tables that characters are grouped by.
  let messages: String

  /// Reads the files.
  ///
  /// - Throws: ``AssetError`` `file`, ``EvaluationError`` `missingLanguageData` when one is not what it should be.
  package func tools() throws -> LanguageTools {
    precondition(punkt.count == Self.punktFiles.count, "Punkt's model has four files.")
    let model = try punkt.map { try OpenFile.contents(of: $0) }
    let languages = try profileNames().map {
      (name: $0, json: try OpenFile.contents(of: "\(profiles)/\($0)"))
    }
    return LanguageTools(
      punkt: try PunktData(
        abbreviationTypes: model[0], collocations: model[1], sentenceStarters: model[2],
        orthographicContext: model[3]),
      languages: try LanguageDetector(
        profiles: languages, messages: try OpenFile.contents(of: messages)))
  }

  /// A digest of all files, in a fixed order.
  package func digest() throws -> Digest {
    let files = punkt + (try profileNames().map { "\(profiles)/\($0)" }) + [messages]
    var hash = SHA256()
    for file in files { hash.update(try SHA256.digest(ofFileAt: file).hex) }
    return hash.finalize()
  }

  /// Names of the profiles' files, sorted.
  private func profileNames() throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: profiles)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw AssetError(
        code: .file, message: "Could not list the folder of langdetect's profiles, \(profiles).")
    }
  }
}

extension LanguageData {
  /// The files in a folder.
  ///
  /// It holds `punkt_tab/english/` as nltk's data has it, and `langdetect/` with `profiles/` and `messages.properties`,
  /// or the Python package langdetect itself, which keeps the latter in `utils/`.
  ///
  /// - Throws: ``EvaluationCommandError`` `missingData` with the layout when one is missing.
  package init(folder: String) throws {
    /// The first of some names that exists.
    func path(_ names: String...) throws -> String {
      let paths = names.map { "\(folder)/\($0)" }
      guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
        throw EvaluationCommandError(
          .missingData,
          "There is no \(names.joined(separator: " or ")) in \(folder): the folder of --language-data holds nltk's punkt_tab/english and langdetect's folder with its profiles and messages.properties."
        )
      }
      return path
    }
    punkt = try Self.punktFiles.map { try path("punkt_tab/english/\($0)") }
    profiles = try path("langdetect/profiles")
    messages = try path("langdetect/messages.properties", "langdetect/utils/messages.properties")
  }

  /// The files of some assets.
  ///
  /// - Throws: ``AssetError`` `wrongField` when the asset for Punkt does not hold its four files.
  package init(punkt: [ResolvedAsset], profiles: ResolvedAsset, messages: ResolvedAsset) throws {
    self.punkt = try Self.punktFiles.map { name in
      let file = punkt.first { ($0.asset.name as NSString).lastPathComponent == name }
      guard let file else {
        throw AssetError(
          code: .wrongField,
          message:
            "The asset for Punkt has no file \(name); it has to stand for \(Self.punktFiles.joined(separator: ", "))."
        )
      }
      return file.path
    }
    self.profiles = profiles.path
    self.messages = messages.path
  }

  /// What some tasks need to be scored.
  ///
  /// - Parameters:
  ///   - tasks: the tasks.
  ///   - folder: the folder with the data, if there is one.
  /// - Returns: The tools with a digest of the files that they were read from; nil if no task needs any.
  /// - Throws: ``EvaluationCommandError`` `missingData` when there is no folder or it lacks a file, and what reading the
  ///   files throws.
  package static func needed(
    by tasks: [EvaluationTask], folder: String?
  ) throws -> (tools: LanguageTools, digest: Digest)? {
    guard let task = tasks.first(where: \.needsLanguageData) else { return nil }
    guard let folder else {
      throw EvaluationCommandError(
        .missingData,
        "The samples of \(task.name) cannot be scored without the data that tells sentences and languages: pass --language-data DIR, a folder with nltk's punkt_tab/english (part of the wheel llama-index-core) and langdetect's folder (the package langdetect 1.0.9, Debian's python3-langdetect)."
      )
    }
    let data = try LanguageData(folder: folder)
    return (try data.tools(), try data.digest())
  }
}
