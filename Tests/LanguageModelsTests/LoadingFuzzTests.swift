import Files
import Foundation
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import LanguageModels

@Suite struct LoadingFuzzTests {
  /// Loads what was damaged; anything but a model or an error of the three modules fails the test.
  private func load(_ path: String) {
    do {
      _ = try ModelLoader.load(from: path)
    } catch is ModelFileError {
    } catch is TensorFileError {
    } catch is FileError {
    } catch is TokenizerError {
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("Damaged GGUF files never crash, hang or allocate without bound")
  func gguf() throws {
    let fixture = try LoadingFixture()
    let names =
      ["tiny-llama.gguf", "tiny-gemma3.gguf"]
      + ParityFixture.Name.withGGUF.map { "../parity/\($0.rawValue)/model.gguf" }
    let originals = try names.map(LoadingFixture.bytes)
    try fuzz(600) { round, generator in
      let bytes = mutated(
        originals[round % originals.count], &generator, header: 1200,
        characters: "\u{0}\u{1}\u{8}\u{9}\u{c}")
      load(try fixture.file(bytes))
    }
  }

  @Test(
    "Damaged files of a Hugging Face folder never crash, hang or allocate without bound",
    arguments: [
      "config.json", "generation_config.json", "model.safetensors.index.json",
      "model-00001-of-00002.safetensors", "tokenizer.json", "tokenizer_config.json",
    ])
  func folder(name: String) throws {
    let fixture = try LoadingFixture()
    let folder = try fixture.copy(ofFolder: "sharded-llama")
    let original = try LoadingFixture.bytes("sharded-llama/\(name)")
    try fuzz(120) { _, generator in
      try Data(mutated(original, &generator)).write(to: URL(filePath: "\(folder)/\(name)"))
      load(folder)
    }
  }

  @Test(
    "A damaged config.json of any family is read or refused by a sentence",
    arguments: ParityFixture.Name.allCases)
  func configurations(name: ParityFixture.Name) throws {
    let original = [UInt8](
      try Data(contentsOf: URL(filePath: "\(ParityFixture.path(name))/config.json")))
    var (read, refused) = (0, 0)
    fuzz(150) { round, generator in
      // Nudged numbers mostly make another sound model, mutated bytes mostly none.
      let bytes =
        round % 2 == 0 ? nudged(original, &generator) : mutated(original, &generator)
      do {
        let configuration = try HuggingFaceConfiguration.read(
          configJSON: bytes, generationConfigJSON: nil, path: "config.json")
        let again = try HuggingFaceConfiguration.read(
          configJSON: Array(try HuggingFaceFolder.configJSON(configuration).utf8),
          generationConfigJSON: nil, path: "again")
        #expect(again == configuration)
        read += 1
      } catch {
        #expect(error is ModelFileError, "\(error)")
        refused += 1
      }
    }
    #expect(read > 10 && refused > 10)
  }
}
