import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import LanguageModels

@Suite("Weights that inference holds as they are stored")
struct InferenceWeightsTests {
  private let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  /// Which matrices a file stores as bfloat16.
  enum Stored: CaseIterable, Sendable {
    case none, all, layers, everySecond

    func isBFloat16(_ entry: ParameterLayout.Entry, at index: Int) -> Bool {
      switch self {
      case .none: false
      case .all: true
      case .layers: entry.name.contains("layers.")
      case .everySecond: index.isMultiple(of: 2)
      }
    }
  }

  /// Writes a model whose numbers are all bfloat16, and gives the file's path.
  private func write(_ model: LanguageModel, _ stored: Stored) throws -> String {
    var (header, data) = ([String](), [UInt8]())
    for (index, entry) in model.layout.entries.enumerated() {
      let isHalf = stored.isBFloat16(entry, at: index)
      let start = data.count
      for value in model.parameters.elements[entry.range] {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0[(isHalf ? 2 : 0)...] }
      }
      header.append(
        "\"\(entry.name)\":{\"dtype\":\"\(isHalf ? "BF16" : "F32")\",\"shape\":\(entry.shape),\"data_offsets\":[\(start),\(data.count)]}"
      )
    }
    let text = Array("{\(header.joined(separator: ","))}".utf8)
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return try temporary.write(length + text + data, to: "weights.safetensors")
  }

  /// A fixture whose weights are cut to bfloat16.
  private func fixture(_ name: ParityFixture.Name) throws -> ParityFixture {
    let fixture = try ParityFixture(name)
    for index in fixture.model.parameters.elements.indices {
      let bits = fixture.model.parameters.pointer[index].bitPattern & 0xffff_0000
      fixture.model.parameters.pointer[index] = Float(bitPattern: bits)
    }
    return fixture
  }

  /// The bits of all scores, and all generated tokens.
  private func results(
    _ weights: InferenceWeights, _ fixture: ParityFixture, _ numerics: Numerics
  ) throws -> ([UInt64], [[Int32]]) {
    let engine = InferenceEngine(
      weights: weights, threads: 2, numerics: numerics,
      limits: InferenceEngine.PassLimits(rows: 9, sequences: 2))
    let scores = try engine.score(
      fixture.expected.scores.map {
        [
          ScoringRequest(
            tokens: fixture.expected.context + $0.continuation,
            continuationCount: $0.continuation.count)
        ]
      })
    let generated = try engine.generate(
      prompts: fixture.expected.generations.map(\.prompt), maximumNewTokens: 12, stopIDs: [],
      isFinished: { _, _ in false })
    return (scores.flatMap { $0.map(\.logLikelihood.bitPattern) }, generated)
  }

  @Test(
    "give the bits that they give in fp32, held whole or a layer at a time, of every family",
    arguments: ParityFixture.Name.allCases, Stored.allCases)
  func bits(name: ParityFixture.Name, stored: Stored) throws {
    let fixture = try fixture(name)
    let path = try write(fixture.model, stored)
    for numerics in Numerics.allCases where numerics.isAvailable {
      let expected = try results(InferenceWeights(fixture.model), fixture, numerics)
      for isWhole in [true, false] {
        let weights = try InferenceWeights(
          HuggingFaceWeights(file: path), fixture.model.configuration, holdsWhole: { _ in isWhole })
        #expect(weights.isReadLayerByLayer != isWhole)
        #expect(weights.parameterCount == fixture.model.parameters.count)
        let found = try results(weights, fixture, numerics)
        #expect(found.0 == expected.0 && found.1 == expected.1)
      }
    }
  }

  @Test("take two bytes for each number of a matrix, and a layer at a time only what one has")
  func sizes() throws {
    let fixture = try fixture(.qwen3Untied)
    let (model, layout) = (fixture.model, fixture.model.layout)
    func count(_ isCounted: (ParameterLayout.Entry) -> Bool) -> Double {
      Double(layout.entries.filter(isCounted).reduce(0) { $0 + $1.count })
    }
    let (vectors, matrices) = (count { $0.kind != .matrix }, count { $0.kind == .matrix })
    let layer = count { $0.kind == .matrix && $0.name.contains("layers.0.") }
    for (stored, size) in [(Stored.none, 4.0), (.all, 2.0)] {
      var told: InferenceWeightSizes?
      _ = try InferenceWeights(
        HuggingFaceWeights(file: write(model, stored)), model.configuration,
        holdsWhole: {
          told = $0
          return true
        })
      let sizes = try #require(told)
      #expect(sizes.whole == 4 * vectors + size * matrices)
      #expect(sizes.layerByLayer == sizes.whole - size * layer)
      let element: StoredElement = stored == .all ? .bfloat16 : .float32
      #expect(sizes == InferenceWeightSizes(model.configuration, element))
    }
  }

  @Test("are refused where the file lacks some, and end a pass where it was cut meanwhile")
  func damage() throws {
    let fixture = try fixture(.llamaTied)
    let path = try write(fixture.model, .all)
    var other = fixture.model.configuration
    other.intermediateSize += 1
    #expect(throws: ModelFileError.self) {
      try InferenceWeights(HuggingFaceWeights(file: path), other, holdsWhole: { _ in true })
    }
    let weights = try InferenceWeights(
      HuggingFaceWeights(file: path), fixture.model.configuration, holdsWhole: { _ in false })
    #expect(truncate(path, 4000) == 0)
    #expect(throws: FileError.self) { try results(weights, fixture, .portable) }
  }

  @Test("may have a tied head of their own if it is the embedding")
  func tiedHead() throws {
    let fixture = try fixture(.gemma3Tied)
    var configuration = fixture.model.configuration
    configuration.tiesEmbeddings = false
    let untied = LanguageModel(configuration: configuration)
    untied.parameters.pointer.update(
      from: fixture.model.parameters.pointer, count: fixture.model.parameters.count)
    let embedding = untied.layout.entries[0]
    for (isSame, stored) in [
      (true, Stored.all), (true, .layers), (true, .everySecond), (false, .all),
    ] {
      (untied.parameters.pointer + untied.layout.head).update(
        from: untied.parameters.pointer, count: embedding.count)
      if !isSame { untied.parameters.pointer[untied.parameters.count - 1] += 1 }
      let path = try write(untied, stored)
      func load() throws -> InferenceWeights {
        try InferenceWeights(
          HuggingFaceWeights(file: path), fixture.model.configuration, holdsWhole: { _ in true })
      }
      if isSame {
        let expected = try results(InferenceWeights(fixture.model), fixture, .portable)
        #expect(try results(load(), fixture, .portable).0 == expected.0)
      } else {
        #expect(throws: ModelFileError.self) { try load() }
      }
    }
  }
}
