import Foundation
import Testing

@testable import Tokenizers

/// Tokenizers that are not committed: those of real runs, and the two real ones.
@Suite struct ReferenceTokenizerTests {
  struct Prepared: Decodable {
    var inputIds: [Int32]
  }

  struct Conversation: Decodable {
    var messages: [ChatMessage]
  }

  struct Request: Decodable {
    var context: String
    var continuation: String?
    var contextEnc: [Int32]
    var continuationEnc: [Int32]?
  }

  private func tokenizer(in folder: URL) throws -> Tokenizer {
    try Tokenizer(
      tokenizerJSON: [UInt8](Data(contentsOf: folder.appending(path: "tokenizer.json"))),
      tokenizerConfigJSON: [UInt8](
        Data(contentsOf: folder.appending(path: "tokenizer_config.json"))))
  }

  private func lines<Value: Decodable>(_ type: Value.Type, of file: URL) throws -> [Value] {
    try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
      try Fixtures.decoder.decode(type, from: $0)
    }
  }

  @Test(
    "Requests of the evaluation harness are tokenized as it did",
    .enabled(if: Fixtures.shared != nil),
    arguments: [
      ("gemma_chat_0shot", "tiny-gemma3"), ("gemma_plain_0shot", "tiny-gemma3"),
      ("gemma_plain_3shot", "tiny-gemma3"), ("llama_plain_0shot", "tiny-llama"),
    ])
  func harness(_ run: String, _ model: String) throws {
    let folder = try #require(Fixtures.shared).appending(path: "oracles/lm-eval")
    let tokenizer = try tokenizer(in: folder.appending(path: "models/\(model)"))
    let requests = try lines(
      Request.self, of: folder.appending(path: "fixtures/tokens_\(run).jsonl"))
    #expect(requests.count >= 200)
    for request in requests {
      let addsSpecialTokens = !request.context.hasPrefix("<bos>")
      let context = tokenizer.encode(request.context, addingSpecialTokens: addsSpecialTokens)
      guard let continuation = request.continuation, let expected = request.continuationEnc else {
        #expect(context == request.contextEnc)
        continue
      }
      // The harness moves white space at the end of the context to the continuation.
      let whole = tokenizer.encode(
        request.context + continuation, addingSpecialTokens: addsSpecialTokens)
      #expect(whole == request.contextEnc + expected)
    }
  }

  @Test(
    "Conversations are rendered and tokenized as Axolotl prepared them",
    .enabled(if: Fixtures.shared != nil))
  func prepared() throws {
    let folder = try #require(Fixtures.shared).appending(path: "oracles/axolotl-tiny-gemma3")
    let tokenizer = try tokenizer(in: folder.appending(path: "tiny-gemma3"))
    let prepared = try Fixtures.value(
      [Prepared].self, at: folder.appending(path: "prepared.json"))
    let conversations = try lines(Conversation.self, of: folder.appending(path: "chat64.jsonl"))
    let ids = try conversations.map {
      tokenizer.encode(
        try ChatTemplate.gemma3.render($0.messages, addGenerationPrompt: false).text)
    }
    #expect(ids.count == prepared.count)
    #expect(Set(ids) == Set(prepared.map(\.inputIds)))
  }

  struct Expected: Decodable {
    var ids: [[Int32]]
    var decoded: [String]
  }

  @Test(
    "Ids of the real tokenizers equal those of the tokenizers library on every line",
    .enabled(if: Fixtures.parity != nil), arguments: ["smollm2", "gemma3"])
  func real(_ name: String) throws {
    let folder = try #require(Fixtures.parity)
    let lines = try Fixtures.value([String].self, at: folder.appending(path: "lines.json"))
    let expected = try Fixtures.value(
      Expected.self, at: folder.appending(path: "\(name)/expected.json"))
    let vocabulary = try Fixtures.value(
      VocabularyFile.self, at: folder.appending(path: "\(name)/vocabulary.json"))
    let file = [UInt8](try Data(contentsOf: folder.appending(path: "\(name)/tokenizer.json")))
    let clock = ContinuousClock()
    let start = clock.now
    let fromFile = try Tokenizer(tokenizerJSON: file, tokenizerConfigJSON: nil)
    let middle = clock.now
    let fromGGUF = try Tokenizer(gguf: vocabulary.vocabulary)
    print("\(name): tokenizer.json in \(middle - start), GGUF vocabulary in \(clock.now - middle)")
    #expect(lines.count >= 10_000 && lines.count == expected.ids.count)
    for (source, tokenizer) in [("tokenizer.json", fromFile), ("GGUF", fromGGUF)] {
      var mismatches = 0
      for (index, line) in lines.enumerated() {
        let ids = expected.ids[index]
        let half = Array(ids.prefix(ids.count / 2 + 1))
        let text = tokenizer.decode(half, skippingSpecialTokens: index % 2 == 0)
        if tokenizer.encode(line) != ids || text.bytes != expected.decoded[index].bytes {
          mismatches += 1
          if mismatches < 5 { Issue.record("\(source): \(line.debugDescription.prefix(200))") }
        }
      }
      print("\(name) from \(source): \(lines.count) lines, \(mismatches) mismatches")
      #expect(mismatches == 0)
    }
  }

  @Test(
    "Ids of each family's tokenizer equal those of the tokenizers library on 10,000 lines",
    .enabled(if: Fixtures.manyLines != nil), arguments: Fixtures.manyLinesTokenizers)
  func manyLines(_ name: String) throws {
    let folder = try #require(Fixtures.manyLines)
    let lines = try Fixtures.value([String].self, at: folder.appending(path: "lines.json"))
    let own = folder.appending(path: name)
    let expected = try Fixtures.value(Expected.self, at: own.appending(path: "expected.json"))
    var tokenizers = [("tokenizer.json", try tokenizer(in: own))]
    let vocabulary = own.appending(path: "vocabulary.json")
    if FileManager.default.fileExists(atPath: vocabulary.path) {
      let file = try Fixtures.value(VocabularyFile.self, at: vocabulary)
      tokenizers.append(("GGUF", try Tokenizer(gguf: file.vocabulary)))
    }
    #expect(lines.count >= 10_000 && lines.count == expected.ids.count)
    for (source, tokenizer) in tokenizers {
      var differences = 0
      for (index, line) in lines.enumerated() {
        let ids = expected.ids[index]
        let half = Array(ids.prefix(ids.count / 2 + 1))
        let text = tokenizer.decode(half, skippingSpecialTokens: index % 2 == 0)
        guard tokenizer.encode(line) != ids || text.bytes != expected.decoded[index].bytes else {
          continue
        }
        differences += 1
        if differences < 5 { Issue.record("\(source): \(line.debugDescription.prefix(200))") }
      }
      print("\(name) from \(source): \(lines.count) lines, \(differences) differences")
      #expect(differences == 0)
    }
  }
}
