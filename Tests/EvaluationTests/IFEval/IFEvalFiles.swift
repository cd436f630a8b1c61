import Foundation
import Scoring

/// Files that are too large, or not ours, to be checked in: named by environment variables, tests skip without them.
enum IFEvalFiles {
  /// Folder with `punkt_tab/english` and `langdetect/{profiles,messages.properties}`.
  static let data = ProcessInfo.processInfo.environment["REPLICATE_IFEVAL_DATA"]
  /// What `Tests/IFEvalCorpus/corpus.py` wrote.
  static let corpus = ProcessInfo.processInfo.environment["REPLICATE_IFEVAL_CORPUS"]

  /// The tools made from the files in a folder laid out as ``data``.
  static func tools(from folder: String) throws -> LanguageTools {
    func bytes(_ path: String) throws -> [UInt8] {
      Array(try Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
    }
    func punkt(_ name: String) throws -> [UInt8] { try bytes("punkt_tab/english/\(name)") }
    let profiles = try FileManager.default.contentsOfDirectory(
      atPath: "\(folder)/langdetect/profiles"
    ).sorted()
    return LanguageTools(
      punkt: try PunktData(
        abbreviationTypes: punkt("abbrev_types.txt"), collocations: punkt("collocations.tab"),
        sentenceStarters: punkt("sent_starters.txt"),
        orthographicContext: punkt("ortho_context.tab")),
      languages: try LanguageDetector(
        profiles: profiles.map { ($0, try bytes("langdetect/profiles/\($0)")) },
        messages: bytes("langdetect/messages.properties")))
  }
}
