import Evaluation
import Foundation
import Provenance

/// The files that tell sentences and languages, which IFEval's checks read.
struct LanguageData: Sendable {
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
  func tools() throws -> LanguageTools {
    precondition(punkt.count == Self.punktFiles.count, "Punkt's model has four files.")
    let model = try punkt.map { try OpenFile.contents(of: $0) }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: profiles)
    } catch {
      throw AssetError(
        code: .file, message: "Could not list the folder of langdetect's profiles, \(profiles).")
    }
    let languages = try names.filter { !$0.hasPrefix(".") }.sorted().map {
      (name: $0, json: try OpenFile.contents(of: "\(profiles)/\($0)"))
    }
    return LanguageTools(
      punkt: try PunktData(
        abbreviationTypes: model[0], collocations: model[1], sentenceStarters: model[2],
        orthographicContext: model[3]),
      languages: try LanguageDetector(
        profiles: languages, messages: try OpenFile.contents(of: messages)))
  }
}

extension LanguageData {
  /// The files of some assets.
  ///
  /// - Throws: ``AssetError`` `wrongField` when the asset for Punkt does not hold its four files.
  init(punkt: [ResolvedAsset], profiles: ResolvedAsset, messages: ResolvedAsset) throws {
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
}
