import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import LanguageModels

/// Files as people really have them: pointers, parts, and what lacks something.
@Suite struct FieldFileTests {
  private static let pointer = Array(
    """
    version https://git-lfs.github.com/spec/v1
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
    size 92345

    """.utf8)

  private func message(_ path: String) -> String {
    do {
      _ = try ModelLoader.load(from: path)
      return "read"
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "A Git LFS pointer in place of any file is named as one",
    arguments: [
      "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
      "special_tokens_map.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
    ])
  func pointers(name: String) throws {
    let fixture = try LoadingFixture()
    let folder = try fixture.copy(ofFolder: "sharded-llama")
    try Data(Self.pointer).write(to: URL(filePath: "\(folder)/\(name)"))
    let message = message(folder)
    #expect(message.contains("\(name) is a Git LFS pointer"), "\(message)")
    #expect(message.contains("92345 bytes"))
  }

  @Test("A Git LFS pointer in place of a GGUF is named as one, and what only begins so is not")
  func ggufPointer() throws {
    let fixture = try LoadingFixture()
    #expect(message(try fixture.file(Self.pointer)).contains("is a Git LFS pointer"))
    let long = Self.pointer + [UInt8](repeating: 0x20, count: 1024)
    #expect(message(try fixture.file(long)).contains("is not a GGUF file"))
    #expect(message(try fixture.file([])).contains("truncated"))
  }

  @Test("A GGUF of gguf-split is named by the part that it is", arguments: ["first", "second"])
  func parts(name: String) throws {
    let message = message(try LoadingFixture.path("field/\(name).gguf"))
    let part = name == "first" ? "part 1 of 2" : "part 2 of 2"
    #expect(message.contains("is \(part) of a split GGUF with 11 tensors"), "\(message)")
    #expect(self.message(try LoadingFixture.path("field/whole.gguf")) == "read")
  }

  @Test(
    "A GGUF without what tells its tokens is refused",
    arguments: [("no-types", "tokenizer.ggml.token_type"), ("no-merges", "tokenizer.ggml.merges")])
  func missing(name: String, key: String) throws {
    let message = message(try LoadingFixture.path("field/\(name).gguf"))
    #expect(message.contains("has no \(key)"), "\(message)")
  }

  @Test("An alignment of another type is refused with the type that it has and must have")
  func alignmentTypes() throws {
    let fixture = try LoadingFixture()
    for (kind, name) in [(5, "int32"), (10, "uint64"), (2, "uint16")] as [(UInt32, String)] {
      var builder = GGUFBuilder(values: 1)
      builder.append("general.alignment")
      builder.append(kind)
      switch kind {
      case 2: builder.append(UInt16(32))
      case 10: builder.append(UInt64(32))
      default: builder.append(Int32(32))
      }
      let message = message(try fixture.file(builder.bytes))
      #expect(
        message.contains("general.alignment is the \(name) 32; it has to be a uint32"), "\(message)"
      )
    }
  }

  @Test("A GGUF that ends texts with a token gives it, and saves it so that it is given again")
  func endOfSequence() throws {
    let vocabulary = GGUFVocabulary(
      model: "gpt2", pre: "gpt-2", tokens: ["<e>", "a", "b", "ab"], tokenTypes: [3, 1, 1, 1],
      merges: ["a b"], beginOfSequenceID: 0, endOfSequenceID: 0, addsBeginOfSequence: true,
      addsEndOfSequence: true)
    let tokenizer = try Tokenizer(gguf: vocabulary)
    #expect(tokenizer.encode("ab", addingSpecialTokens: true) == [0, 3, 0])
    let saved = try Tokenizer(
      tokenizerJSON: try TokenizerJSON.bytes(of: vocabulary), tokenizerConfigJSON: nil)
    #expect(saved.encode("ab", addingSpecialTokens: true) == [0, 3, 0])
  }

  @Test(
    "What a configuration has of a wrong type is named with its place",
    arguments: [
      (#""head_dim": "x""#, "config.json: head_dim must be a whole number, found a string"),
      (
        #""rope_scaling": {"rope_type": "llama3", "factor": [8]}"#,
        "config.json: rope_scaling.factor must be a number, found an array"
      ),
      (#""architectures": ["a", 2]"#, "config.json: architectures[1] must be a string"),
      (#""vocab_size": 7, "vocab_size": 8"#, "line 1, column 42 (byte 41): the key \"vocab_size\""),
      (#""vocab_size": 7,}"#, "line 1, column 41"),
    ])
  func places(fields: String, reason: String) throws {
    let error = #expect(throws: ModelFileError.self) {
      try HuggingFaceConfiguration.read(
        configJSON: Array("{\"model_type\": \"llama\", \(fields)}".utf8),
        generationConfigJSON: nil, path: "config.json")
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("NaN and infinities are read where Python reads them, and n_positions as the harness does")
  func pythonNumbers() throws {
    func read(_ fields: String) throws -> ModelConfiguration {
      try HuggingFaceConfiguration.read(
        configJSON: Array("{\"model_type\": \"llama\", \(fields)}".utf8),
        generationConfigJSON: nil, path: "config.json")
    }
    let configuration = try read(#""a": [NaN, Infinity, -Infinity], "n_positions": 77"#)
    #expect(configuration.maximumPositions == 77)
    #expect(try read(#""n_positions": null"#).maximumPositions == 2048)
    let error = #expect(throws: ModelFileError.self) { try read(#""rms_norm_eps": NaN"#) }
    #expect(error?.message.contains("epsilon must be positive; found nan") == true)
  }
}
