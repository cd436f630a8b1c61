import Foundation
import Testing
import Tokenizers

@testable import LanguageModels

/// The vector files of llama.cpp's vocabularies, in the folder that REPLICATE_VOCABULARIES names: `models` of a checkout.
///
/// Beside `ggml-vocab-NAME.gguf` lie texts (`.gguf.inp`) and the ids that llama.cpp's own tests expect (`.gguf.out`).
@Suite struct VocabularyVectorTests {
  static let folder = ProcessInfo.processInfo.environment["REPLICATE_VOCABULARIES"]

  static var names: [String] {
    guard let folder, let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    let suffix = ".gguf.out"
    return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
  }

  @Test(
    "Ids of a vocabulary that is supported are those of its vector file",
    .enabled(if: folder != nil), arguments: names)
  func vectors(name: String) throws {
    let path = "\(try #require(Self.folder))/\(name).gguf"
    func text(_ suffix: String) throws -> String {
      try String(contentsOf: URL(filePath: path + suffix), encoding: .utf8)
    }
    let texts = try text(".inp").components(separatedBy: "\n__ggml_vocab_test__\n").dropLast()
    let ids = try text(".out").components(separatedBy: "\n").map {
      $0.split(separator: " ").compactMap { Int32($0) }
    }
    let tokenizer: Tokenizer
    do {
      let vocabulary = try GGUFVocabulary(of: GGUFFile(contentsOf: path))
      tokenizer = try Tokenizer(gguf: vocabulary)
    } catch {
      print("\(name) is refused: \(error)")
      return
    }
    #expect(texts.count > 30 && ids.count >= texts.count)
    var differences = 0
    for (text, ids) in zip(texts, ids) where tokenizer.encode(text) != ids {
      differences += 1
      Issue.record("\(name), \(text.debugDescription): \(tokenizer.encode(text)) for \(ids)")
    }
    print("\(name): \(texts.count) texts, \(differences) differences")
  }
}
