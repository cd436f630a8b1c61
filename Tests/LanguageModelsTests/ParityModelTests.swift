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
  /// The models that the folder has.
  static let names = ["smollm2-135m", "gemma-3-270m"].filter {
    FileManager.default.fileExists(atPath: "\(parityFolder ?? "")/\($0)/expected.json")
  }

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
    arguments: names)
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
      let all = logits(of: model, tokens, rows, precision: .float32)
      let wanted = try tensors.values(of: "logits.\(index)")
      try #require(all.count == wanted.count)
      for (row, position) in rows.enumerated() {
        let found = all[row * vocabulary..<(row + 1) * vocabulary]
        let reference = wanted[row * vocabulary..<(row + 1) * vocabulary]
        let difference = largestDifference(found, reference)
        largest = max(largest, difference)
        #expect(difference <= 2e-4, "sequence \(index), position \(position)")
        #expect(indexOfLargest(found) == indexOfLargest(reference))
      }
    }
    print("largest difference of a logit: \(largest)")
  }

  /// Each row is held against the exact one less the mean of both.
  ///
  /// A shift that all logits of a row have in common changes no probability. It is large for a sequence's first token, whose
  /// states have elements thousands of times larger than others, and says where is rounded, not how well: PyTorch's own is -0.7
  /// there, -0.3 if its norms are rounded once instead of twice, and -1.0 if its gates are, too.
  @Test(
    "Logits in bfloat16 are as far from the exact ones as PyTorch's",
    arguments: names, ["bf16-mixed", "bf16-weights"])
  func bfloat16(name: String, precision: String) throws {
    let folder = URL(filePath: try #require(parityFolder)).appending(path: name)
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
    let tensors = try SafetensorsFile(
      contentsOf: folder.appending(path: "expected.safetensors").path)
    let model = try ModelLoader.load(from: folder.appending(path: "model.gguf").path).model
    let kind = try #require(TrainingPrecision(rawValue: precision))
    if kind == .bfloat16 { model.parameters.roundToBFloat16(threads: 2) }
    let exactName = kind == .bfloat16 ? "exact.bf16-weights.logits" : "exact.logits"
    let width = model.configuration.vocabularySize
    var (ours, theirs, between, count) = (0.0, 0.0, 0.0, 0)
    for (index, tokens) in expected.sequences.enumerated() {
      let rows = expected.rows[index]
      let found = logits(of: model, tokens, rows, precision: kind)
      let exact = try tensors.values(of: "\(exactName).\(index)")
      let reference = try tensors.values(of: "\(precision).logits.\(index)")
      count += exact.count
      for start in stride(from: 0, to: exact.count, by: width) {
        let row = start..<start + width
        ours += squares(of: found[row], less: exact[row])
        theirs += squares(of: reference[row], less: exact[row])
        between += squares(of: found[row], less: reference[row])
      }
    }
    let distances = [ours, theirs, between].map { ($0 / Double(count)).squareRoot() }
    print("\(name), \(precision): ours, PyTorch's, between them: \(distances)")
    #expect(distances[0] <= 1.25 * distances[1])
    #expect(distances[2] <= 2 * distances[1])
  }

  /// The squares of what two rows differ by, but for what all of their elements do.
  private func squares(of a: ArraySlice<Float>, less b: ArraySlice<Float>) -> Double {
    let differences = zip(a, b).map { Double($0) - Double($1) }
    let mean = differences.reduce(0, +) / Double(differences.count)
    return differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// The logits of some positions, in a row.
  private func logits(
    of model: LanguageModel, _ tokens: [Int32], _ rows: [Int], precision: TrainingPrecision
  ) -> [Float] {
    let supervised = Set(rows.map { $0 + 1 })
    var batch = PackedBatch()
    batch.append(
      tokens: tokens,
      labels: tokens.enumerated().map { supervised.contains($0) ? $1 : PackedBatch.ignored })
    let pass = CrossEntropyPass(model, batch, threads: 2, precision: precision)
    return rows.flatMap { pass.logits[$0] ?? [] }
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
