import Foundation
import Tensors
import Testing

@testable import LanguageModels

/// The folder that `Fixtures/parity/make_model_parity.py` wrote, if this run is told of one.
private let parityFolder = ProcessInfo.processInfo.environment["REPLICATE_PARITY_DIR"]

/// Two real models, read from their GGUF files, against transformers on PyTorch.
///
/// Logits and loss are compared with PyTorch's fp32. Its fp32 gradients are up to a few thousandths of a tensor's largest
/// element away from its own fp64 (residual streams of these models have elements some thousand times larger than
/// others), so gradients must be within 1e-4 of fp64, and no further from fp32 than fp32 is from fp64.
@Suite(
  "Parity of real models with transformers", .serialized,
  .enabled(if: parityFolder != nil, "REPLICATE_PARITY_DIR names no folder."))
struct ParityModelTests {
  /// The parts of `expected.json` that are compared.
  struct Expected: Decodable {
    struct Gradient: Decodable {
      let stride: Int
      let norm: Double
      let largest: Float
      let error: Float
    }
    let sequences: [[Int32]]
    let labels: [[Int32]]
    let rows: [[Int]]
    let loss: Double
    let gradients: [String: Gradient]
    let prompt: [Int32]
    let continuation: [Int32]
  }

  @Test(
    "Logits, loss, every gradient and a generation agree",
    arguments: ["smollm2-135m", "gemma-3-270m"])
  func model(name: String) throws {
    let folder = URL(filePath: try #require(parityFolder)).appending(path: name)
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
    let tensors = try SafetensorsFile(
      contentsOf: folder.appending(path: "expected.safetensors").path)
    let model = try ModelLoader.load(from: folder.appending(path: "model.gguf").path).model

    var batch = PackedBatch()
    for (tokens, labels) in zip(expected.sequences, expected.labels) {
      batch.append(tokens: tokens, labels: labels)
    }
    let pass = CrossEntropyPass(model, batch, threads: 2, keepingLogits: { _ in false })
    #expect(abs(pass.loss - expected.loss) <= 1e-5, "loss \(pass.loss) for \(expected.loss)")
    compareGradients(of: model, pass, with: expected, tensors: tensors)
    try compareLogits(of: model, with: expected, tensors: tensors)

    let generated = try InferenceEngine(model: model, threads: 2).generate(
      prompts: [expected.prompt], maximumNewTokens: expected.continuation.count, stopIDs: [],
      isFinished: { _, _ in false })
    #expect(generated == [expected.continuation])
  }

  private func compareLogits(
    of model: LanguageModel, with expected: Expected, tensors: SafetensorsFile
  ) throws {
    let vocabulary = model.configuration.vocabularySize
    var largest: Float = 0
    for (index, tokens) in expected.sequences.enumerated() {
      let rows = expected.rows[index]
      var batch = PackedBatch()
      let supervised = Set(rows.map { $0 + 1 })
      batch.append(
        tokens: tokens,
        labels: tokens.enumerated().map {
          supervised.contains($0) ? $1 : PackedBatch.ignored
        })
      let pass = CrossEntropyPass(model, batch, threads: 2)
      let wanted = try tensors.values(of: "logits.\(index)")
      for (row, position) in rows.enumerated() {
        let found = try #require(pass.logits[position])
        let reference = wanted[row * vocabulary..<(row + 1) * vocabulary]
        let difference = largestDifference(found, reference)
        largest = max(largest, difference)
        #expect(difference <= 2e-4, "sequence \(index), position \(position)")
        #expect(indexOfLargest(found) == indexOfLargest(reference))
      }
    }
    print("largest difference of a logit: \(largest)")
  }

  private func compareGradients(
    of model: LanguageModel, _ pass: CrossEntropyPass, with expected: Expected,
    tensors: SafetensorsFile
  ) {
    var worst: (name: String, ratio: Float) = ("", 0)
    for entry in model.layout.entries {
      guard let gradient = expected.gradients[entry.name],
        let exact = try? tensors.values(of: "exact.gradient.\(entry.name)"),
        let rounded = try? tensors.values(of: "gradient.\(entry.name)")
      else {
        Issue.record("There is no expected gradient of \(entry.name).")
        continue
      }
      let all = pass.gradients[entry.range]
      let found = stride(from: entry.offset, to: entry.offset + entry.count, by: gradient.stride)
        .map { all[$0] }
      let tolerance = 1e-4 * gradient.largest
      let difference = largestDifference(found, exact)
      if difference / gradient.largest > worst.ratio {
        worst = (entry.name, difference / gradient.largest)
      }
      #expect(difference <= tolerance, "\(entry.name)")
      #expect(largestDifference(found, rounded) <= tolerance + gradient.error, "\(entry.name)")
      let norm = all.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm - gradient.norm) <= 1e-4 * gradient.norm, "\(entry.name): norm \(norm)")
    }
    print("largest relative difference of a gradient: \(worst.ratio), of \(worst.name)")
  }
}
