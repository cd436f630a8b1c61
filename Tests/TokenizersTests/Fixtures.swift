import Foundation
import TestSupport
import Tokenizers

/// Files that the tests read, beside them or in folders that environment variables name.
enum Fixtures {
  /// Folder of the committed fixtures.
  static let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil)
  /// Folder of numbers of real runs, absent on most machines.
  static let shared = existingFolder(named: "REPLICATE_SHARED")
  /// Folder that `make_parity.py` made of the two real tokenizers.
  static let parity = existingFolder(named: "REPLICATE_PARITY_DIR")
  /// Folder of public chat templates, with what `make_jinja.py --public` writes beside them.
  static let templates = existingFolder(named: "REPLICATE_JINJA_DIR")

  /// Folder that `make_many_lines.py` made of a tokenizer of each family.
  static let manyLines = existingFolder(named: "REPLICATE_LINES_DIR")
  /// The tokenizers in it.
  static var manyLinesTokenizers: [String] {
    guard let path = manyLines?.path,
      let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { return [] }
    return names.filter { !$0.hasSuffix(".json") }.sorted()
  }

  private static func existingFolder(named name: String) -> URL? {
    namedFolder(name).map { URL(filePath: $0) }
  }

  /// A committed file.
  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(path)))
  }

  /// A committed file as a value.
  static func value<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try value(type, at: url(path))
  }

  /// A file as a value.
  static func value<Value: Decodable>(_ type: Value.Type, at url: URL) throws -> Value {
    try decoder.decode(type, from: Data(contentsOf: url))
  }

  /// Reads the keys of Python's files.
  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  private static func url(_ path: String) throws -> URL {
    guard let folder else { throw CocoaError(.fileNoSuchFile) }
    return folder.appending(path: path)
  }
}

/// The vocabulary of a GGUF, as the fixture scripts write it.
struct VocabularyFile: Decodable {
  var model: String
  var pre: String?
  var tokens: [String]
  var scores: [Float]?
  var tokenType: [Int32]
  var merges: [String]?
  var bosTokenId: Int32?
  var eosTokenId: Int32?
  var unknownTokenId: Int32?
  var paddingTokenId: Int32?
  var addBosToken: Bool?
  var addSpacePrefix: Bool?

  /// The same for the tokenizer.
  var vocabulary: GGUFVocabulary {
    GGUFVocabulary(
      model: model, pre: pre, tokens: tokens, scores: scores ?? [], tokenTypes: tokenType,
      merges: merges ?? [], beginOfSequenceID: bosTokenId, endOfSequenceID: eosTokenId,
      unknownID: unknownTokenId, paddingID: paddingTokenId, addsBeginOfSequence: addBosToken,
      addsSpacePrefix: addSpacePrefix)
  }
}

extension String {
  /// The bytes, to compare texts exactly: `==` takes canonically equivalent texts for equal.
  var bytes: [UInt8] { Array(utf8) }
}
