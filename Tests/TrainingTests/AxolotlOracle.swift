import Foundation
import LanguageModels
import TestSupport
import Testing
import Tokenizers

@testable import Recipes
@testable import Training

/// The tiny Gemma 3 and the chats that Axolotl was trained on for these tests, in the folder of shared oracles.
struct AxolotlOracle {
  /// Where they are, if the environment names a folder that exists.
  static let folder: String? = {
    guard let shared = namedFolder("REPLICATE_SHARED") else { return nil }
    let folder = "\(shared)/oracles/axolotl-tiny-gemma3"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()

  private struct Conversation: Decodable {
    let messages: [ChatMessage]
  }

  /// The model as it was before any step.
  let model: LanguageModel
  /// The chats as examples, shuffled.
  let examples: PreparedExamples

  init() throws {
    let loaded = try ModelLoader.load(from: #require(Self.folder) + "/tiny-gemma3")
    model = loaded.model
    let builder = ExampleBuilder(tokenizer: loaded.tokenizer, template: .gemma3)
    let lengths = LengthRule(maximumLength: 512, overlong: .drop)
    var writer = TokenTableWriter()
    let lines = try Self.data("chat64.jsonl").split(separator: UInt8(ascii: "\n"))
    for (index, line) in lines.enumerated() {
      let example = try builder.example(
        JSONDecoder().decode(Conversation.self, from: line).messages)
      writer.append(
        try lengths.kept(example, at: index), fullCount: example.inputIDs.count)
    }
    writer.finish()
    examples = PreparedExamples(
      try TokenTable(bytes: writer.takeBytes()), shuffleSeed: 42, lengths: lengths)
  }

  /// A file of the folder.
  func data(_ name: String) throws -> Data { try Self.data(name) }

  private static func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(#require(folder))/\(name)"))
  }
}
