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
    let originals = try ["tiny-llama.gguf", "tiny-gemma3.gguf"].map(LoadingFixture.bytes)
    try fuzz(300) { round, generator in
      let bytes = mutated(
        originals[round % 2], &generator, header: 1200,
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
}
