import Foundation
import Tensors
import Testing
import Tokenizers

@testable import LanguageModels

/// Checks on real GGUF files, in the folder that REPLICATE_MODELS names.
///
/// With REPLICATE_PYTHON naming an interpreter that has transformers and gguf, the saved folder is also loaded by
/// transformers, whose logits and ids must equal those that it gets from the GGUF itself.
@Suite(.serialized) struct LoadingRealModelTests {
  static let environment = ProcessInfo.processInfo.environment

  static var files: [String] {
    guard environment["REPLICATE_LONG_TESTS"] == "1", let folder = environment["REPLICATE_MODELS"],
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    return names.filter { $0.hasSuffix(".gguf") }.sorted().map { "\(folder)/\($0)" }
  }

  @Test(
    "A real model survives being saved, and transformers computes the same logits with it",
    .enabled(if: !files.isEmpty), arguments: files)
  func saving(path: String) throws {
    let fixture = try LoadingFixture()
    let clock = ContinuousClock()
    let start = clock.now
    let loaded = try ModelLoader.load(from: path)
    print("\(path): loaded in \(clock.now - start)")
    let folder = "\(fixture.folder)/saved"
    try HuggingFaceFolder.save(loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: folder)
    let again = try ModelLoader.load(from: folder)
    #expect(again.model.configuration == loaded.model.configuration)
    let count = loaded.model.parameters.count * MemoryLayout<Float>.stride
    #expect(memcmp(again.model.parameters.pointer, loaded.model.parameters.pointer, count) == 0)
    let texts = [
      "Hello  world 123\n\n\n you’re", "<start_of_turn>user\n1 + 1 = <b>2</b><end_of_turn>",
    ]
    for text in texts {
      #expect(
        again.tokenizer.encode(text, addingSpecialTokens: true)
          == loaded.tokenizer.encode(text, addingSpecialTokens: true))
    }
    guard let python = Self.environment["REPLICATE_PYTHON"] else { return }
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [try LoadingFixture.path("check_saved_folder.py"), path, folder]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
