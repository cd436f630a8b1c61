import Files
import Foundation
import Tensors
import Testing
import Tokenizers

@testable import LanguageModels

@Suite struct LoadingTests {
  @Test("A Llama GGUF gives the weights that transformers reads from it")
  func llamaGGUF() throws {
    let loaded = try ModelLoader.load(from: LoadingFixture.path("tiny-llama.gguf"))
    let configuration = loaded.model.configuration
    #expect(configuration.family == .llama)
    #expect(configuration.headDimension == 8)
    #expect(configuration.ropeTheta == 50_000)
    #expect(!configuration.tiesEmbeddings)
    #expect(configuration.endOfSequenceIDs == [2])
    #expect(configuration.attentionKinds == [.full, .full])
    try LoadingFixture.expectWeights(
      loaded.model, equal: LoadingFixture.path("tiny-llama.safetensors"))
    #expect(loaded.tokenizer.encode("hello w<|im_end|>") == [262, 263, 2])
  }

  @Test("A Gemma 3 GGUF gives the weights that transformers reads from it, norms without their 1")
  func gemma3GGUF() throws {
    let loaded = try ModelLoader.load(from: LoadingFixture.path("tiny-gemma3.gguf"))
    let configuration = loaded.model.configuration
    #expect(configuration.family == .gemma3)
    #expect(
      configuration.attentionKinds == [
        .sliding, .sliding, .sliding, .sliding, .sliding, .full, .sliding,
      ])
    #expect(configuration.slidingWindow == 8)
    #expect(configuration.ropeTheta == 1_000_000)
    #expect(configuration.slidingRopeTheta == 10_000)
    #expect(configuration.attentionScale == 0.25)
    #expect(configuration.tiesEmbeddings)
    #expect(configuration.endOfSequenceIDs == [1, 5])
    try LoadingFixture.expectWeights(
      loaded.model, equal: LoadingFixture.path("tiny-gemma3.safetensors"))
    #expect(loaded.tokenizer.encode("ab ab\n\n", addingSpecialTokens: true) == [2, 267, 268, 6])
  }

  @Test(
    "A sharded folder of transformers 4 form with three element types gives transformers' weights")
  func shardedFolder() throws {
    let loaded = try ModelLoader.load(from: LoadingFixture.path("sharded-llama"))
    #expect(loaded.model.configuration.ropeTheta == 30_000)
    #expect(loaded.model.configuration.endOfSequenceIDs == [2, 0])
    try LoadingFixture.expectWeights(
      loaded.model, equal: LoadingFixture.path("sharded-llama.safetensors"))
    #expect(loaded.tokenizer.encode("ab") == [5])
  }

  @Test(
    "A saved folder loads as the same model with the same ids and the same files",
    arguments: ["tiny-llama.gguf", "tiny-gemma3.gguf", "sharded-llama"]
      + ParityFixture.Name.withGGUF.map { "../parity/\($0.rawValue)/model.gguf" })
  func saving(source: String) throws {
    let fixture = try LoadingFixture()
    let loaded = try ModelLoader.load(from: LoadingFixture.path(source))
    let first = "\(fixture.folder)/deep/first"
    let second = "\(fixture.folder)/second"
    try HuggingFaceFolder.save(loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: first)
    let again = try ModelLoader.load(from: first)
    #expect(again.model.configuration == loaded.model.configuration)
    #expect(Array(again.model.parameters.elements) == Array(loaded.model.parameters.elements))
    let text = "<|im_start|>hello w  ab\n\n<end_of_turn> é e\u{301} 123 It'S"
    #expect(
      again.tokenizer.encode(text, addingSpecialTokens: true)
        == loaded.tokenizer.encode(text, addingSpecialTokens: true))
    try HuggingFaceFolder.save(again.model, tokenizerFiles: again.tokenizerFiles, to: second)
    let names = try FileManager.default.contentsOfDirectory(atPath: first).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: second).sorted() == names)
    for name in names {
      let bytes = try Data(contentsOf: URL(filePath: "\(first)/\(name)"))
      #expect(try Data(contentsOf: URL(filePath: "\(second)/\(name)")) == bytes, "\(name)")
    }
  }

  @Test(
    "Tensors that are missing, too many or of another shape are named with both shapes",
    arguments: [
      (
        "num_hidden_layers\": 1", "num_hidden_layers\": 2", "layers.1.input_layernorm.weight", "[8]"
      ),
      (
        "hidden_size\": 8", "hidden_size\": 16", "embed_tokens.weight must have the shape [6, 16]",
        "[6, 8]"
      ),
      (
        "intermediate_size\": 12", "intermediate_size\": 10", "must have the shape [10, 8]",
        "[12, 8]"
      ),
      ("vocab_size\": 6", "vocab_size\": 7", "must have the shape [7, 8]", "[6, 8]"),
      (
        "vocab_size\": 6", "vocab_size\": 200000000", "must have the shape [200000000, 8]", "[6, 8]"
      ),
      (
        "tie_word_embeddings\": false", "tie_word_embeddings\": true", "lm_head.weight differs",
        "embed"
      ),
    ])
  func mismatches(old: String, new: String, first: String, second: String) throws {
    let fixture = try LoadingFixture()
    let folder = try fixture.copy(ofFolder: "sharded-llama")
    let path = "\(folder)/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(old))
    try text.replacingOccurrences(of: old, with: new)
      .write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: ModelFileError.self) { try ModelLoader.load(from: folder) }
    #expect(error?.code == .mismatched)
    #expect(error?.message.contains(first) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(second) == true, "\(error?.message ?? "")")
  }

  @Test(
    "An index that names no file of the folder is refused",
    arguments: ["../model.safetensors", "/etc/passwd", "", "missing.safetensors"])
  func indexes(name: String) throws {
    let fixture = try LoadingFixture()
    let folder = try fixture.copy(ofFolder: "sharded-llama")
    let path = "\(folder)/model.safetensors.index.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "model-00001-of-00002.safetensors", with: name)
      .write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: (any Error).self) { try ModelLoader.load(from: folder) }
  }

  @Test("A tensor that no parameter takes is refused by name")
  func unexpectedTensor() throws {
    let fixture = try LoadingFixture()
    let folder = "\(fixture.folder)/saved"
    let loaded = try ModelLoader.load(from: LoadingFixture.path("sharded-llama"))
    try HuggingFaceFolder.save(loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: folder)
    let model = loaded.model
    let extra = FloatBuffer(count: 2)
    let tensors =
      model.layout.tensors(of: model.parameters) + [
        SafetensorsWriter.Tensor(
          name: "model.layers.0.self_attn.q_proj.bias", shape: [2], buffer: extra,
          range: 0..<2)
      ]
    try SafetensorsWriter.write(
      tensors, metadata: [:], to: ContainedPath("\(folder)/model.safetensors"))
    let error = #expect(throws: ModelFileError.self) { try ModelLoader.load(from: folder) }
    #expect(error?.message.contains("q_proj.bias of shape [2]") == true)
  }

  @Test("What is no model says what is missing")
  func missing() throws {
    let fixture = try LoadingFixture()
    #expect(throws: FileError.self) { try ModelLoader.load(from: "/nowhere") }
    let error = #expect(throws: ModelFileError.self) { try ModelLoader.load(from: fixture.folder) }
    #expect(error?.message.contains("no config.json") == true)
    let folder = try fixture.copy(ofFolder: "sharded-llama")
    for name in [
      "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json",
    ] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      #expect(throws: (any Error).self) { try ModelLoader.load(from: folder) }
    }
  }

  @Test(
    "A SentencePiece vocabulary is saved with the mark that stands before its texts, or without",
    arguments: [true, false, nil])
  func spacePrefix(addsSpacePrefix: Bool?) throws {
    let bytes = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
    }
    let words = ["\u{2581}", "a", "b", "ab", "\u{2581}a", "\u{2581}ab", "\u{2581}\u{2581}"]
    let vocabulary = GGUFVocabulary(
      model: "llama", tokens: ["<unk>", "<s>", "</s>"] + bytes + words,
      scores: Array(repeating: 0, count: 259) + words.indices.map { -Float($0) },
      tokenTypes: [2, 3, 3] + Array(repeating: 6, count: 256) + words.map { _ in 1 },
      beginOfSequenceID: 1, endOfSequenceID: 2, unknownID: 0, addsSpacePrefix: addsSpacePrefix)
    let first = try Tokenizer(gguf: vocabulary)
    let files = try TokenizerFiles(vocabulary: vocabulary, chatTemplate: nil).contents()
    let again = try Tokenizer(
      tokenizerJSON: files[0].bytes, tokenizerConfigJSON: files[1].bytes)
    for text in ["ab ab", " a", "b</s>ab", "<s> ab<unk>b", "é  a", "", "\n"] {
      let ids = first.encode(text, addingSpecialTokens: true)
      #expect(again.encode(text, addingSpecialTokens: true) == ids)
      #expect(
        again.decode(ids, skippingSpecialTokens: true)
          == first.decode(ids, skippingSpecialTokens: true))
    }
    #expect(first.encode("ab") == [addsSpacePrefix == false ? 262 : 264])
  }
}
