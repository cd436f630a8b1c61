import Foundation
import Tensors
import Testing
import Tokenizers

@testable import LanguageModels

@Suite struct LoadingFuzzTests {
  /// A small generator whose numbers are the same on every platform (SplitMix64).
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Loads what was damaged; anything but a model or an error of the three modules fails the test.
  private func load(_ path: String) {
    do {
      _ = try ModelLoader.load(from: path)
    } catch is ModelFileError {
    } catch is TensorFileError {
    } catch is TokenizerError {
    } catch {
      Issue.record("\(error)")
    }
  }

  /// Changes one to four bytes, mostly among the first `header`.
  private func mutate(
    _ bytes: inout [UInt8], header: Int, characters: String, with generator: inout Generator
  ) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
      let limit =
        Int.random(in: 0..<8, using: &generator) == 0 ? bytes.count : min(bytes.count, header)
      let index = Int.random(in: 0..<limit, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 2: bytes.insert(bytes[index], at: index)
      case 3: bytes.remove(at: index)
      case 4: bytes[index] = [0, 0xff, 0x7f, 0x80].randomElement(using: &generator) ?? 0
      default: bytes[index] = Array(characters.utf8).randomElement(using: &generator) ?? 0
      }
    }
  }

  /// Calls `body` with the numbers of rounds: `count` of them, and more for REPLICATE_FUZZ_SECONDS where it is set.
  private func rounds(_ count: Int, _ body: (Int, inout Generator) throws -> Void) rethrows {
    let seconds = ProcessInfo.processInfo.environment["REPLICATE_FUZZ_SECONDS"].flatMap(Double.init)
    let end = Date(timeIntervalSinceNow: seconds ?? 0)
    var round = 0
    while round < count || Date() < end {
      var generator = Generator(state: UInt64(round))
      try body(round, &generator)
      round += 1
    }
  }

  @Test("Damaged GGUF files never crash, hang or allocate without bound")
  func gguf() throws {
    let fixture = try LoadingFixture()
    let originals = try ["tiny-llama.gguf", "tiny-gemma3.gguf"].map(LoadingFixture.bytes)
    try rounds(300) { round, generator in
      var bytes = originals[round % 2]
      mutate(&bytes, header: 1200, characters: "\u{0}\u{1}\u{8}\u{9}\u{c}", with: &generator)
      if round % 7 == 0 {
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
      }
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
    try rounds(120) { round, generator in
      var bytes = original
      mutate(&bytes, header: bytes.count, characters: "[]{}\",:0919e-.\\u", with: &generator)
      if round % 7 == 0 {
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
      }
      try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
      load(folder)
    }
  }
}
