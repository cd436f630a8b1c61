import Files
import Foundation
import Tensors
import Testing

@testable import LanguageModels

/// What every family must say of itself, and that its GGUF means the same model as its folder.
@Suite("Model families")
struct ModelFamilyTests {
  private func configuration(_ family: ModelFamily) -> ModelConfiguration {
    let isFused = family.interleavesHeads
    return ModelConfiguration(
      family: family, vocabularySize: 11, hiddenSize: isFused ? 8 : 6, intermediateSize: 5,
      headCount: 2, keyValueHeadCount: isFused ? 2 : 1, headDimension: 4,
      attentionKinds: [.full, .full], slidingWindow: 8, rotaryDimension: isFused ? 2 : 4,
      ropeTheta: 10000, slidingRopeTheta: 10000, attentionScale: 0.5, normEpsilon: 1e-6,
      usesParallelResidual: isFused, tiesEmbeddings: false, maximumPositions: 64,
      beginOfSequenceID: nil, endOfSequenceIDs: [1],
      paddingID: nil)
  }

  @Test(
    "A GGUF file gives the model of the Hugging Face folder", arguments: ParityFixture.Name.withGGUF
  )
  func gguf(name: ParityFixture.Name) throws {
    let folder = try ParityFixture.path(name)
    let expected = try ModelDescription.configuration(ofFolder: folder)
    let loaded = try ModelLoader.load(from: "\(folder)/model.gguf")
    var found = loaded.model.configuration
    // The file holds numbers of 32 bits.
    #expect(Float(found.ropeTheta) == Float(expected.ropeTheta))
    #expect(Float(found.normEpsilon) == Float(expected.normEpsilon))
    found.normEpsilon = expected.normEpsilon
    #expect(found == expected)
    try LoadingFixture.expectWeights(loaded.model, equal: "\(folder)/model.safetensors")
  }

  @Test(
    "Names of parameters are different in a family, for both kinds of file",
    arguments: ModelFamily.all)
  func names(family: ModelFamily) {
    let entries = ParameterLayout(configuration(family)).entries
    #expect(Set(entries.map(\.name)).count == entries.count)
    #expect(Set(entries.map(\.names.gguf)).count == entries.count)
    let outside = family.norm == .layer ? 4 : 3
    #expect(entries.count == outside + 2 * family.layerNames.count)
  }

  @Test("No two families are told by the same words")
  func identity() {
    for words in [
      ModelFamily.all.map(\.name), ModelFamily.all.map(\.huggingFace.modelType),
      ModelFamily.all.map(\.huggingFace.modelClass), ModelFamily.all.map(\.gguf.architecture),
    ] { #expect(Set(words).count == ModelFamily.all.count) }
  }

  @Test("A configuration of every family reads as it was saved", arguments: ModelFamily.all)
  func saving(family: ModelFamily) throws {
    let configuration = configuration(family)
    let json = try HuggingFaceFolder.configJSON(configuration)
    let again = try HuggingFaceConfiguration.read(
      configJSON: Array(json.utf8), generationConfigJSON: nil, path: "config.json")
    // A family without sliding layers has no window to save.
    var expected = configuration
    if family != .gemma3 { expected.slidingWindow = expected.maximumPositions }
    #expect(again == expected)
  }

  @Test("Random norms begin neutral and biases at 0, whatever the seed", arguments: ModelFamily.all)
  func initialization(family: ModelFamily) {
    let model = LanguageModel(
      configuration: configuration(family), seed: 5, standardDeviation: 0.1)
    for entry in model.layout.entries {
      let values = Array(model.parameters.elements[entry.range])
      switch entry.kind {
      case .norm: #expect(values.allSatisfy { $0 == 1 - family.normWeightOffset }, "\(entry.name)")
      case .bias: #expect(values.allSatisfy { $0 == 0 }, "\(entry.name)")
      case .matrix: #expect(Set(values).count > 4 && !values.contains(0), "\(entry.name)")
      }
    }
  }

  @Test(
    "Masks and frequencies that old GPT-NeoX checkpoints store are passed over, other tensors are not"
  )
  func storedMasks() throws {
    let fixture = try LoadingFixture()
    let folder = try fixture.copy(ofFolder: "../parity/gpt-neox")
    let expected = try ParityFixture(.gptNeoX).model
    let layer = "gpt_neox.layers.0.attention"
    func load(_ extra: [(name: String, dtype: String, bytes: Int)]) throws -> LanguageModel {
      let whole = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/model.safetensors")))
      let size = whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      var header = String(decoding: whole[8..<8 + size], as: UTF8.self)
      while header.last == " " { header.removeLast() }
      header.removeLast()
      var data = Array(whole[(8 + size)...])
      for (name, dtype, bytes) in extra {
        let end = data.count + bytes
        header +=
          ",\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(dtype == "F32" ? bytes / 4 : bytes)],\"data_offsets\":[\(data.count),\(end)]}"
        data += [UInt8](repeating: 1, count: bytes)
      }
      header += "}"
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      try Data(length + Array(header.utf8) + data).write(
        to: URL(filePath: "\(folder)/extra/model.safetensors"))
      return try HuggingFaceWeights(folder: "\(folder)/extra").model(expected.configuration)
    }
    try FileManager.default.createDirectory(
      atPath: "\(folder)/extra", withIntermediateDirectories: true)
    let model = try load([
      ("\(layer).bias", "BOOL", 16), ("\(layer).masked_bias", "F32", 4),
      ("\(layer).rotary_emb.inv_freq", "F32", 8),
    ])
    let count = expected.parameters.count * MemoryLayout<Float>.stride
    #expect(memcmp(model.parameters.pointer, expected.parameters.pointer, count) == 0)
    let error = #expect(throws: ModelFileError.self) { try load([("\(layer).scale", "F32", 4)]) }
    #expect(error?.message.contains("\(layer).scale of shape [1] has no place") == true)
  }

  @Test("Biases count: without them, and without scaled rotary frequencies, logits are others")
  func partsThatCount() throws {
    let biased = try ParityFixture(.qwen2Tied)
    let expected = CrossEntropyPass(biased.model, biased.batch).logits
    for entry in biased.model.layout.entries where entry.kind == .bias {
      #expect(entry.name.hasSuffix("_proj.bias"))
      for index in entry.range { biased.model.parameters.pointer[index] = 0 }
    }
    let found = CrossEntropyPass(biased.model, biased.batch).logits
    #expect(try #require(found[3]) != #require(expected[3]))

    let scaled = try ParityFixture(.llama3)
    var plain = scaled.model.configuration
    #expect(plain.rotaryScaling != nil)
    plain.rotaryScaling = nil
    let other = LanguageModel(configuration: plain)
    other.parameters.pointer.update(
      from: scaled.model.parameters.pointer, count: scaled.model.parameters.count)
    let (one, two) = (
      CrossEntropyPass(scaled.model, scaled.batch).logits,
      CrossEntropyPass(other, scaled.batch).logits
    )
    let last = try #require(one.keys.max())
    #expect(largestDifference(try #require(one[last]), try #require(two[last])) > 1e-3)
  }

  @Test("A pass tells of its biases' gradient, and only where the family has biases")
  func observation() throws {
    for name in [ParityFixture.Name.qwen2Tied, .qwen3Tied] {
      let fixture = try ParityFixture(name)
      let passes = Backpropagation(model: fixture.model, threads: 1)
      var layers: [Int] = []
      passes.observer = { operation, result in
        guard case .layer(let index, .queryKeyValueBiasGradient) = operation else { return }
        layers.append(index)
        let c = fixture.model.configuration
        #expect((result.rows, result.columns) == (1, c.queryWidth + 2 * c.keyValueWidth))
      }
      passes.run(fixture.batch, gradients: FloatBuffer(count: fixture.model.parameters.count)) {
        _ in
      }
      #expect(layers == (name == .qwen2Tied ? [1, 0] : []))
    }
  }

  @Test("Divisors of rotary frequencies that are not Llama 3's are refused")
  func divisors() throws {
    let original = [UInt8](
      try Data(contentsOf: URL(filePath: "\(ParityFixture.path(.llama3))/model.gguf")))
    let fixture = try LoadingFixture()
    // The last tensor of the file: 8 floats and nothing but padding behind them.
    let divisors: [Float] = [1, 1, 1, 1]
    let start = try #require(
      original.ranges(of: divisors.flatMap { withUnsafeBytes(of: $0) { Array($0) } }).last
    ).lowerBound
    func load(_ change: (inout [UInt8]) -> Void) throws {
      var bytes = original
      change(&bytes)
      _ = try ModelLoader.load(from: try fixture.file(bytes))
    }
    try load { _ in }
    let error = #expect(throws: ModelFileError.self) {
      try load { bytes in
        withUnsafeBytes(of: Float(2)) { bytes.replaceSubrange(start..<start + 4, with: $0) }
      }
    }
    #expect(error?.message.contains("rope_freqs.weight are not those of Llama 3") == true)
    #expect(throws: ModelFileError.self) {
      try load { bytes in
        withUnsafeBytes(of: Float.nan) { bytes.replaceSubrange(start..<start + 4, with: $0) }
      }
    }
  }
}
