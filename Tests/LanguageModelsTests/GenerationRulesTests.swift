import Foundation
import Testing

@testable import LanguageModels

/// What generation_config.json changes in greedy generation, against transformers.
@Suite struct GenerationRulesTests {
  /// `Fixtures/parity/generation.json`, made by `make_generation.py`.
  private struct Expected: Decodable {
    struct Case: Decodable {
      let generation: String
      let continuations: [[Int32]]?
    }
    let maximumNewTokens: Int
    let prompts: [[Int32]]
    let cases: [Case]
  }

  private func configuration(_ generation: String) throws -> ModelConfiguration {
    let path = try ParityFixture.path(.llamaTied) + "/config.json"
    return try HuggingFaceConfiguration.read(
      configJSON: [UInt8](try Data(contentsOf: URL(filePath: path))),
      generationConfigJSON: Array(generation.utf8), path: path)
  }

  @Test("Texts are generated with the rules as transformers does, or the rules are not computed")
  func generation() throws {
    let folder = try ParityFixture.path(.llamaTied)
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(filePath: "\(folder)/../generation.json")))
    var computed = 0
    for found in expected.cases {
      let configuration = try configuration(found.generation)
      guard let continuations = found.continuations else {
        #expect(!configuration.generation.notComputed.isEmpty, "\(found.generation)")
        continue
      }
      #expect(configuration.generation.notComputed == [], "\(found.generation)")
      let ends = Set(configuration.endOfSequenceIDs)
      let engine = InferenceEngine(
        model: try HuggingFaceWeights(folder: folder).model(configuration), threads: 2)
      let texts = try engine.generate(
        prompts: expected.prompts,
        maximumNewTokens: configuration.generation.maximumNewTokens ?? expected.maximumNewTokens,
        stopIDs: ends, isFinished: { _, _ in false })
      // Here a text ends before the token that ends it.
      #expect(
        texts == continuations.map { ends.contains($0.last ?? -1) ? $0.dropLast() : $0 },
        "\(found.generation)")
      computed += 1
    }
    #expect(computed == 18)
  }

  @Test(
    "What is not computed is told by key and value",
    arguments: [
      (#""num_beams": 4"#, "num_beams 4"), (#""bad_words_ids": [[1]]"#, "bad_words_ids an array"),
      (#""forced_eos_token_id": 2"#, "forced_eos_token_id 2"),
      (#""guidance_scale": 1.5"#, "guidance_scale 1.5"), (#""max_time": 0.5"#, "max_time 0.5"),
      (#""penalty_alpha": 0.6, "top_k": 4"#, "penalty_alpha 0.6"),
      (#""sequence_bias": {}"#, "sequence_bias an object"),
      (#""cache_implementation": "quantized""#, "cache_implementation \"quantized\""),
      (#""min_length": "x""#, "min_length \"x\", which is not a whole number"),
      (#""max_new_tokens": 0"#, "max_new_tokens 0, which is not a positive whole number"),
      (#""suppress_tokens": 5"#, "suppress_tokens 5, which is not a list of token ids"),
    ])
  func notComputed(fields: String, reason: String) throws {
    let rules = try configuration("{\(fields)}").generation
    #expect(rules.notComputed.contains { $0.hasPrefix(reason) }, "\(rules.notComputed)")
  }

  @Test("Without a generation_config.json the rules stand in config.json")
  func configurationAlone() throws {
    func rules(_ generation: String?) throws -> GenerationRules {
      try HuggingFaceConfiguration.read(
        configJSON: Array(#"{"model_type": "llama", "num_beams": 2}"#.utf8),
        generationConfigJSON: generation.map { Array($0.utf8) }, path: "config.json"
      ).generation
    }
    #expect(try rules(nil).notComputed == ["num_beams 2"])
    #expect(try rules("{}").notComputed == [])
  }

  @Test("A saved model keeps its rules")
  func saving() throws {
    let fixture = try LoadingFixture()
    let folder = try fixture.copy(ofFolder: "sharded-llama")
    let text =
      #"{"eos_token_id": 2, "repetition_penalty": 1.3, "num_beams": 3, "top_p": 0.5}"#
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/generation_config.json"))
    let loaded = try ModelLoader.load(from: folder)
    let copy = "\(fixture.folder)/copy"
    try HuggingFaceFolder.save(loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: copy)
    let again = try ModelLoader.load(from: copy).model.configuration
    #expect(again == loaded.model.configuration)
    #expect(again.generation.notComputed == ["num_beams 3"])
    #expect(again.generation.repetitionPenalty == 1.3)
  }
}
