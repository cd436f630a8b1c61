import Foundation
import Tensors
import Testing

@testable import LanguageModels

/// A tiny random model and what transformers computed with it; written by `Fixtures/parity/make_parity.py`.
struct ParityFixture {
  /// The folders of `Fixtures/parity`.
  enum Name: String, CaseIterable, Sendable {
    /// Two layers, hidden size 20, four heads on two key heads of width 6.
    case llamaTied = "llama-tied"
    /// Two layers, hidden size 48, six heads on two key heads of width 8, a head of its own.
    case llamaUntied = "llama-untied"
    /// Sliding, full, sliding with a window of 8; hidden size 20, four heads on two key heads of width 6.
    case gemma3Tied = "gemma3-tied"
    /// Sliding, full, sliding with a window of 8; hidden size 32, four heads on one key head of width 16.
    case gemma3Untied = "gemma3-untied"
    /// Two layers with scaled rotary frequencies; hidden size 24, four heads on one key head of width 16.
    case llama3
    /// Two layers with biases, hidden size 24, four heads on two key heads of width 6.
    case qwen2Tied = "qwen2-tied"
    /// Two layers, hidden size 20, four heads on two key heads of width 6.
    case qwen3Tied = "qwen3-tied"
    /// Two layers, hidden size 24, four heads on one key head of width 16, a head of its own.
    case qwen3Untied = "qwen3-untied"
    /// Two layers normed at their outputs, hidden size 24, four heads on two key heads of width 6, a head of its own.
    case olmo2
    /// Two layers whose MLP reads what attention reads, hidden size 48, three heads of width 16 of which 4 elements
    /// rotate, a head of its own.
    case gptNeoX = "gpt-neox"
    /// Two layers, the MLP behind attention, hidden size 20, two heads of width 10 of which 4 elements rotate.
    case gptNeoXSequential = "gpt-neox-sequential"

    /// Those that have the same model as a GGUF file.
    static let withGGUF: [Name] = [
      .llama3, .qwen2Tied, .qwen3Tied, .qwen3Untied, .olmo2, .gptNeoX, .gptNeoXSequential,
    ]
  }

  /// The parts of `expected.json` that are compared.
  struct Expected: Decodable {
    struct Generation: Decodable {
      let prompt: [Int32]
      let continuation: [Int32]
    }
    struct Score: Decodable {
      let continuation: [Int32]
      let logLikelihood: Double
      let isGreedy: Bool
    }
    let sequences: [[Int32]]
    let labels: [[Int32]]
    let loss: Double
    let generations: [Generation]
    let context: [Int32]
    let scores: [Score]
  }

  let model: LanguageModel
  let expected: Expected
  private let tensors: SafetensorsFile

  /// Reads one fixture.
  init(_ name: Name) throws {
    let folder = URL(filePath: try Self.path(name))
    // Not the whole loader: these folders have no tokenizer.
    model = try HuggingFaceWeights(folder: folder.path).model(
      ModelDescription.configuration(ofFolder: folder.path))
    expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
    tensors = try SafetensorsFile(contentsOf: folder.appending(path: "expected.safetensors").path)
  }

  /// Path of the fixture's folder.
  static func path(_ name: Name) throws -> String {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return fixtures.appending(path: "parity").appending(path: name.rawValue).path
  }

  /// An expected tensor, row-major.
  func tensor(_ name: String) throws -> [Float] {
    try tensors.values(of: name)
  }

  /// All sequences side by side, with the fixture's labels.
  var batch: PackedBatch {
    var batch = PackedBatch()
    for (tokens, labels) in zip(expected.sequences, expected.labels) {
      batch.append(tokens: tokens, labels: labels)
    }
    return batch
  }
}

extension SafetensorsFile {
  /// A tensor's elements, row-major.
  func values(of name: String) throws -> [Float] {
    var values = [Float](repeating: 0, count: try #require(tensor(name)).count)
    try values.withUnsafeMutableBufferPointer { try read(name, into: $0) }
    return values
  }
}

/// What one pass over a batch gave, computed with a plain cross entropy in double precision.
struct CrossEntropyPass: Equatable {
  /// Sum of the targets' cross entropies, divided by `count` or, without it, by their number.
  private(set) var loss = 0.0
  /// Logits of each kept position that has a target.
  private(set) var logits: [Int: [Float]] = [:]
  /// Gradient of `loss`, laid out as the model's parameters.
  private(set) var gradients: [Float]

  /// Runs forward and backward; gradients are added to `initial` where it is given, logits kept where `kept` is true.
  init(
    _ model: LanguageModel, _ batch: PackedBatch, threads: Int = 1,
    addingTo initial: [Float]? = nil, dividingBy count: Int? = nil, recomputes: Bool = false,
    precision: TrainingPrecision = .float32,
    keepingLogits kept: (Int) -> Bool = { _ in true }
  ) {
    let buffer = FloatBuffer(count: model.parameters.count)
    if let initial { buffer.pointer.update(from: initial, count: initial.count) }
    gradients = []
    let count = Double(count ?? batch.targetCount)
    let passes = Backpropagation(
      model: model, threads: threads, recomputes: recomputes, precision: precision)
    passes.run(batch, gradients: buffer) { block in
      for (row, target) in block.targets.enumerated() {
        let values = UnsafeMutableBufferPointer(
          start: block.logits + row * block.vocabularySize, count: block.vocabularySize)
        let position = block.positions[block.positions.startIndex + row]
        if kept(position) { logits[position] = Array(values) }
        let largest = Double(values.max() ?? 0)
        let exponentials = values.map { exp(Double($0) - largest) }
        let sum = exponentials.reduce(0, +)
        loss += (log(sum) + largest - Double(values[Int(target)])) / count
        for index in values.indices {
          let probability = exponentials[index] / sum
          values[index] = Float((probability - (index == Int(target) ? 1 : 0)) / count)
        }
      }
    }
    gradients = Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
  }
}

/// The largest absolute difference between two equally long lists.
func largestDifference(_ first: some Collection<Float>, _ second: some Collection<Float>) -> Float {
  precondition(first.count == second.count, "Only equally long lists can be compared.")
  return zip(first, second).map { abs($0 - $1) }.max() ?? 0
}

/// The index of the largest value, the lowest one on ties.
func indexOfLargest(_ values: some Collection<Float>) -> Int {
  values.enumerated().max { ($0.element, -$0.offset) < ($1.element, -$1.offset) }?.offset ?? 0
}

extension PackedBatch {
  /// Number of positions at which something is to be predicted.
  var targetCount: Int { targets.count { $0 != Self.ignored } }
}
