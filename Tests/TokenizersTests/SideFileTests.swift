import Files
import Foundation
import Testing

@testable import Tokenizers

/// Tokenizers as AutoTokenizer of transformers takes them with the files beside tokenizer.json.
///
/// The cases and what is right come from `Fixtures/side-files/make_side_files.py`.
@Suite struct SideFileTests {
  private struct Case: Sendable {
    let json: [UInt8]
    let files: TokenizerSideFiles
    let value: JSON

    init(_ value: JSON, bases: JSON) throws {
      let name = try #require(value["base"]?.stringValue)
      var object = try #require(bases[name]?.objectValue)
      for (key, edit) in try #require(value["edits"]?.objectValue).members { object[key] = edit }
      json = Array(PythonJSON.line(.object(object)).utf8)
      func bytes(_ name: String) -> [UInt8]? {
        value["files"]?[name]?.stringValue.map { Array($0.utf8) }
      }
      var files = TokenizerSideFiles()
      files.configuration = bytes("tokenizer_config.json")
      files.specialTokensMap = bytes("special_tokens_map.json")
      files.addedTokens = bytes("added_tokens.json")
      files.modelType = value["modelType"]?.stringValue
      self.files = files
      self.value = value
    }
  }

  private func cases(_ bytes: [UInt8]) throws -> (lines: [String], cases: [Case]) {
    let value = try JSONParser.parse(bytes)
    let lines = try #require(value["lines"]?.arrayValue).compactMap(\.stringValue)
    let bases = try #require(value["bases"])
    return (lines, try #require(value["cases"]?.arrayValue).map { try Case($0, bases: bases) })
  }

  private func json(_ ids: [[Int32]]) -> JSON {
    .array(ids.map { .array($0.map { JSON(Int($0)) }) })
  }

  /// Compares every case; gives how many were read and how many refused.
  private func compare(_ bytes: [UInt8]) throws -> (read: Int, refused: Int) {
    let (lines, cases) = try cases(bytes)
    var (read, refused) = (0, 0)
    for (number, expected) in cases.enumerated() {
      let tokenizer: Tokenizer
      do {
        tokenizer = try Tokenizer(tokenizerJSON: expected.json, beside: expected.files)
      } catch {
        let message = (error as? TokenizerError)?.message
        // What transformers takes is refused where it is damaged, or makes no sense with the vocabulary.
        let isKnown =
          expected.value["error"] != nil || expected.value["damaged"] == true
          || ["has for another token", "is not in its vocabulary", "byte fallback", "Two added"]
            .contains { message?.contains($0) == true }
        #expect(message != nil && isKnown, "case \(number): \(message ?? "\(error)")")
        refused += 1
        continue
      }
      guard expected.value["error"] == nil else { continue }
      read += 1
      let found = lines.map { tokenizer.encode($0, addingSpecialTokens: true) }
      let named = [tokenizer.beginOfSequenceID, tokenizer.endOfSequenceID, tokenizer.paddingID]
      let answer: JSON = [
        "ids": json(found), "plainIDs": json(lines.map { tokenizer.encode($0) }),
        "texts": .array(
          found.map { .string(tokenizer.decode($0, skippingSpecialTokens: true)) }),
        "named": .array(named.map { $0.map { JSON(Int($0)) } ?? .null }),
        "count": JSON(tokenizer.vocabularySize),
      ]
      for (key, value) in try #require(answer.objectValue).members {
        #expect(
          value == expected.value[key], "\(key) of case \(number): \(PythonJSON.line(value))")
      }
    }
    return (read, refused)
  }

  @Test("Tokens declared beside tokenizer.json, with flags, are those of AutoTokenizer")
  func declared() throws {
    let (read, refused) = try compare(Fixtures.bytes("side-files/side_files.json"))
    #expect(read >= 80 && refused < read / 4, "\(read) read, \(refused) refused")
  }

  private static let further = ProcessInfo.processInfo.environment["REPLICATE_SIDE_FILES"]

  @Test("So are those of a file of further cases", .enabled(if: further != nil))
  func furtherCases() throws {
    let path = try #require(Self.further)
    let (read, refused) = try compare([UInt8](Data(contentsOf: URL(filePath: path))))
    print("\(read) tokenizers read, \(refused) refused")
  }
}
