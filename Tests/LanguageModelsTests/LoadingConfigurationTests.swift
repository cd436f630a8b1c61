import Files
import Foundation
import Testing

@testable import LanguageModels

@Suite struct LoadingConfigurationTests {
  /// The values of a configuration as `configurations.json` has them.
  private struct Expected: Decodable {
    struct Scaling: Decodable {
      let factor, lowFrequencyFactor, highFrequencyFactor: Double
      let originalPositions: Int
    }

    let family: String
    let vocabularySize, hiddenSize, intermediateSize, headCount, keyValueHeadCount,
      headDimension, rotaryDimension: Int
    let attentionKinds: [String]
    let slidingWindow: Int
    let ropeTheta, slidingRopeTheta, attentionScale, normEpsilon: Double
    let rotaryScaling: Scaling?
    let usesParallelResidual: Bool
    let tiesEmbeddings: Bool
    let maximumPositions: Int
    let beginOfSequenceID: Int32?
    let endOfSequenceIDs: [Int32]
    let paddingID: Int32?

    func configuration() throws -> ModelConfiguration {
      ModelConfiguration(
        family: try #require(ModelFamily.all.first { $0.name == family }),
        vocabularySize: vocabularySize,
        hiddenSize: hiddenSize, intermediateSize: intermediateSize, headCount: headCount,
        keyValueHeadCount: keyValueHeadCount, headDimension: headDimension,
        attentionKinds: try attentionKinds.map { try #require(.init(rawValue: $0)) },
        slidingWindow: slidingWindow, rotaryDimension: rotaryDimension, ropeTheta: ropeTheta,
        slidingRopeTheta: slidingRopeTheta,
        rotaryScaling: rotaryScaling.map {
          RotaryScaling(
            factor: $0.factor, lowFrequencyFactor: $0.lowFrequencyFactor,
            highFrequencyFactor: $0.highFrequencyFactor, originalPositions: $0.originalPositions)
        },
        attentionScale: attentionScale, normEpsilon: normEpsilon,
        usesParallelResidual: usesParallelResidual, tiesEmbeddings: tiesEmbeddings,
        maximumPositions: maximumPositions, beginOfSequenceID: beginOfSequenceID,
        endOfSequenceIDs: endOfSequenceIDs, paddingID: paddingID)
    }
  }

  private struct Case: Decodable {
    let expected: Expected
  }

  private func read(_ json: String, generation: String? = nil) throws -> ModelConfiguration {
    try HuggingFaceConfiguration.read(
      configJSON: Array(json.utf8), generationConfigJSON: generation.map { Array($0.utf8) },
      path: "config.json")
  }

  @Test("Files of both transformers forms mean what transformers makes of them")
  func bothForms() throws {
    let data = Data(try LoadingFixture.bytes("configurations.json"))
    let cases = try JSONDecoder().decode([Case].self, from: data)
    let objects = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(cases.count == 32)
    for (index, (object, expectation)) in zip(objects, cases).enumerated() {
      let config = try JSONSerialization.data(withJSONObject: try #require(object["config"]))
      var found = try read(String(decoding: config, as: UTF8.self))
      var expected = try expectation.expected.configuration()
      #expect(abs(found.attentionScale - expected.attentionScale) < 1e-15)
      found.attentionScale = 0
      expected.attentionScale = 0
      #expect(found == expected, "configuration \(index)")
    }
  }

  @Test("Texts end by generation_config.json alone where there is one, as in transformers")
  func generationConfiguration() throws {
    let config = #"{"model_type": "llama", "eos_token_id": 2}"#
    #expect(try read(config, generation: #"{"eos_token_id": [1, 5]}"#).endOfSequenceIDs == [1, 5])
    #expect(try read(config, generation: #"{"eos_token_id": 7}"#).endOfSequenceIDs == [7])
    #expect(try read(config, generation: #"{"eos_token_id": null}"#).endOfSequenceIDs == [])
    #expect(try read(config, generation: "{}").endOfSequenceIDs == [])
    #expect(try read(config).endOfSequenceIDs == [2])
    #expect(try read(#"{"model_type": "llama"}"#).endOfSequenceIDs == [])
  }

  @Test(
    "What is not computed is refused with key and value",
    arguments: [
      (
        "llama", #""rope_scaling": {"rope_type": "llama3", "factor": 8.0}"#,
        "rope_type llama3 needs a number low_freq_factor"
      ),
      ("llama", #""rope_scaling": {"rope_type": "yarn", "factor": 4.0}"#, "rope_type yarn"),
      (
        "llama", #""rope_scaling": {"rope_type": "llama3", "type": "default", "factor": 4.0}"#,
        "type default"
      ),
      (
        "llama",
        #""original_max_position_embeddings": 512, "rope_scaling": {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1, "high_freq_factor": 4}"#,
        "original_max_position_embeddings 512"
      ),
      ("llama", #""rope_scaling": {"type": "linear", "factor": 2.0}"#, "type linear"),
      ("llama", #""rope_parameters": {"full_attention": {"rope_theta": 5.0}}"#, "full_attention"),
      ("llama", #""rope_parameters": {"partial_rotary_factor": 0.5}"#, "partial_rotary_factor 0.5"),
      ("llama", #""attention_bias": true"#, "attention_bias true"),
      ("llama", #""mlp_bias": true"#, "mlp_bias true"),
      ("llama", #""hidden_act": "gelu""#, "hidden_act gelu"),
      ("llama", #""attention_dropout": 0.1"#, "attention_dropout 0.1"),
      ("llama", #""layer_types": ["sliding_attention"], "num_hidden_layers": 1"#, "layer_types"),
      ("llama", #""quantization_config": {"bits": 4}"#, "quantization_config"),
      ("llama", #""architectures": ["LlamaForSequenceClassification"]"#, "LlamaForSequence"),
      ("gemma3_text", #""attn_logit_softcapping": 50.0"#, "attn_logit_softcapping 50.0"),
      ("gemma3_text", #""final_logit_softcapping": 30"#, "final_logit_softcapping 30.0"),
      ("gemma3_text", #""use_bidirectional_attention": true"#, "use_bidirectional_attention true"),
      ("gemma3_text", #""hidden_activation": "silu""#, "hidden_activation silu"),
      (
        "gemma3_text", #""rope_scaling": {"rope_type": "linear", "factor": 8.0}"#,
        "rope_type linear"
      ),
      (
        "gemma3_text",
        #""rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 8.0}}"#,
        "rope_type linear"
      ),
      ("gemma3_text", #""rope_parameters": {"rope_theta": 5.0}"#, "found rope_theta"),
      ("gemma3_text", #""layer_types": ["chunked_attention"], "num_hidden_layers": 1"#, "chunked"),
      ("gemma3", #""architectures": ["Gemma3ForConditionalGeneration"]"#, "ConditionalGeneration"),
      (
        "gemma3_text",
        #""rope_scaling": {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1, "high_freq_factor": 4}"#,
        "rope_type llama3 is not computed"
      ),
      ("qwen2", #""use_sliding_window": true"#, "use_sliding_window true"),
      ("qwen2", #""rope_scaling": {"type": "yarn", "factor": 4.0}"#, "type yarn"),
      ("qwen2", #""hidden_act": "gelu""#, "hidden_act gelu"),
      ("qwen2", #""architectures": ["Qwen2ForSequenceClassification"]"#, "Qwen2ForSequence"),
      ("qwen3", #""use_sliding_window": true"#, "use_sliding_window true"),
      ("qwen3", #""attention_bias": true"#, "attention_bias true"),
      (
        "qwen3", #""layer_types": ["sliding_attention"], "num_hidden_layers": 1"#,
        "not computed for qwen3"
      ),
      ("qwen3", #""architectures": ["Qwen2ForCausalLM"]"#, "qwen3 (Qwen3ForCausalLM)"),
      ("qwen3_moe", #""vocab_size": 10"#, "qwen3_moe"),
      ("olmo2", #""attention_bias": true"#, "attention_bias true"),
      ("olmo2", #""clip_qkv": 8.0"#, "clip_qkv 8.0"),
      ("olmo2", #""hidden_act": "gelu""#, "hidden_act gelu"),
      ("olmo2", #""rope_scaling": {"rope_type": "yarn", "factor": 4.0}"#, "rope_type yarn"),
      ("olmo2", #""layer_types": ["sliding_attention"], "num_hidden_layers": 1"#, "for olmo2"),
      ("olmo3", #""vocab_size": 10"#, "olmo3"),
      ("olmo", #""clip_qkv": 8.0"#, "model_type olmo"),
      ("gpt_neox", #""attention_bias": false"#, "attention_bias false"),
      ("gpt_neox", #""hidden_act": "gelu_new""#, "hidden_act gelu_new"),
      ("gpt_neox", #""hidden_dropout": 0.1"#, "hidden_dropout 0.1"),
      ("gpt_neox", #""rope_scaling": {"type": "linear", "factor": 2.0}"#, "type linear"),
      (
        "gpt_neox",
        #""rope_scaling": {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1, "high_freq_factor": 4}"#,
        "rope_type llama3 is not computed"
      ),
      ("gpt_neox", #""architectures": ["GPTNeoXForSequenceClassification"]"#, "GPTNeoXForSequence"),
      ("gpt_neox_japanese", #""vocab_size": 10"#, "gpt_neox_japanese"),
    ])
  func notComputed(type: String, fields: String, reason: String) throws {
    let error = #expect(throws: ModelFileError.self) {
      try read("{\"model_type\": \"\(type)\", \(fields)}")
    }
    #expect(error?.message.hasPrefix("config.json") == true)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(
    "Values that make no model are refused",
    arguments: [
      (#""head_dim": 7"#, "even"), (#""num_key_value_heads": 5"#, "evenly"),
      (#""num_attention_heads": 0"#, "0 attention heads"), (#""num_key_value_heads": 0"#, "from 1"),
      (#""num_attention_heads": 3000"#, "not a multiple"),
      (#""hidden_size": 268435456, "intermediate_size": 268435456"#, "parameters is described"),
      (
        #""hidden_size": 268435456, "num_attention_heads": 268435456, "head_dim": 268435456"#,
        "parameters is described"
      ),
      (#""hidden_size": -8, "head_dim": 2"#, "from 1"),
      (#""vocab_size": 9223372036854775807"#, "vocabulary size"),
      (#""vocab_size": 1e30"#, "vocab_size"),
      (#""num_hidden_layers": 4611686018427387904"#, "num_hidden_layers"),
      (#""num_hidden_layers": 0"#, "num_hidden_layers"),
      (#""layer_types": ["full_attention"]"#, "1 entries for 32 layers"),
      (#""rms_norm_eps": 0"#, "epsilon"), (#""rope_theta": -1"#, "rotary base"),
      (#""hidden_size": "big""#, "hidden_size"), (#""hidden_size": null"#, "hidden_size"),
      (#""hidden_size": 1.5"#, "hidden_size"), (#""eos_token_id": "x""#, "eos_token_id"),
      (#""eos_token_id": 32000"#, "32000 is not in the vocabulary"),
      (#""pad_token_id": -7"#, "-7 is not in the vocabulary"),
      (#""tie_word_embeddings": 3"#, "tie_word_embeddings"),
      (
        #""rope_scaling": {"rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 4}"#,
        "found 0.0, 1.0, 4.0 and 2048"
      ),
      (
        #""rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}"#,
        "high_freq_factor above it"
      ),
      (
        #""rope_scaling": {"rope_type": "llama3", "factor": "8", "low_freq_factor": 1, "high_freq_factor": 4}"#,
        "factor"
      ),
      (#""rope_scaling": []"#, "rope_scaling"), (#""architectures": "Llama""#, "architectures"),
    ])
  func impossible(fields: String, reason: String) throws {
    let error = #expect(throws: ModelFileError.self) {
      try read("{\"model_type\": \"llama\", \(fields)}")
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(
    "A GPT-NeoX whose heads do not fit is refused",
    arguments: [
      (#""rotary_pct": 1.5"#, "from 0 to 1"), (#""rotary_pct": -0.5"#, "from 0 to 1"),
      (#""rotary_pct": 0.01"#, "rotate must be from 1"), (#""rotary_pct": 0.06"#, "found 5"),
      (#""num_attention_heads": 48, "head_dim": 64"#, "heads of 64 for 6144"),
      (#""num_key_value_heads": 32"#, "64 and 32 heads"), (#""layer_norm_eps": 0"#, "epsilon"),
      (#""num_attention_heads": 50"#, "not a multiple"),
      (
        #""hidden_size": 9223372036854775807, "num_attention_heads": 1, "rotary_pct": 1.0"#,
        "hidden size must be from 1"
      ),
      (#""rotary_pct": 1e400"#, "too large for a double"), (#""rotary_pct": "0.25""#, "rotary_pct"),
    ])
  func impossibleGPTNeoX(fields: String, reason: String) throws {
    let error = #expect(throws: ModelFileError.self) {
      try read("{\"model_type\": \"gpt_neox\", \(fields)}")
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("Text that is no JSON object is refused with the file's name")
  func noJSON() throws {
    let deep = String(repeating: "[", count: 100_000)
    for text in ["", "{", "[]", "7", "\u{0}", "{\"a\": \(deep)", "{\"model_type\": \"llama\"} x"] {
      let error = #expect(throws: ModelFileError.self) { try read(text) }
      #expect(error?.message.hasPrefix("config.json") == true, "\(text.prefix(20))")
    }
  }

  @Test("A saved configuration reads as what was saved")
  func roundTrip() throws {
    let data = Data(try LoadingFixture.bytes("configurations.json"))
    for expectation in try JSONDecoder().decode([Case].self, from: data) {
      let configuration = try expectation.expected.configuration()
      var exact = configuration
      let divisor = (1 / (configuration.attentionScale * configuration.attentionScale)).rounded()
      exact.attentionScale = 1 / divisor.squareRoot()
      #expect(try read(HuggingFaceFolder.configJSON(exact)) == exact)
    }
  }
}
