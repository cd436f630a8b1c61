import Evaluation
import Foundation
import Provenance

extension LanguageTools {
  /// The tools that some tasks need.
  ///
  /// - Parameters:
  ///   - tasks: the tasks.
  ///   - folder: the folder with the data (``LanguageDataFolder``), if there is one.
  /// - Returns: The tools with a digest of the files that they were read from; nil if no task needs any.
  /// - Throws: ``InterchangeError`` `missingLanguageData` when there is no folder, ``EvaluationCommandError``
  ///   `missingData` when it lacks a file, and what reading the files throws.
  static func needed(
    by tasks: [EvaluationTask], folder: String?
  ) throws -> (tools: LanguageTools, digest: Digest)? {
    let task = tasks.first { if case .instructions = $0.answer { true } else { false } }
    guard let task else { return nil }
    guard let folder else {
      throw InterchangeError(
        .missingLanguageData,
        "The samples of \(task.name) cannot be scored without the data that tells sentences and languages: pass --language-data DIR, a folder with nltk's punkt_tab/english (part of the wheel llama-index-core) and langdetect's folder (the package langdetect 1.0.9, Debian's python3-langdetect)."
      )
    }
    let data = try LanguageDataFolder(path: folder).data()
    return (try data.tools(), try data.digest())
  }
}

extension LanguageDataFolder {
  /// The files.
  ///
  /// - Throws: ``EvaluationCommandError`` `missingData` with the layout when one is missing.
  func data() throws -> LanguageData {
    func path(_ asset: Asset) -> String { "\(self.path)/\(asset.name)" }
    let assets = try assets()
    return LanguageData(
      punkt: assets.punkt.map(path), profiles: path(assets.profiles),
      messages: path(assets.messages))
  }
}

extension LanguageData {
  /// A digest of all files, in a fixed order.
  fileprivate func digest() throws -> Digest {
    let names = try FileManager.default.contentsOfDirectory(atPath: profiles)
    let files =
      punkt + names.filter { !$0.hasPrefix(".") }.sorted().map { "\(profiles)/\($0)" } + [messages]
    var hash = SHA256()
    for file in files { hash.update(try SHA256.digest(ofFileAt: file).hex) }
    return hash.finalize()
  }
}
