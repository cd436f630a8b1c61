import CKernels
import LanguageModels
import Testing

@testable import Recipes
@testable import Tensors
@testable import Training

@Suite struct OptimizerTests {
  @Test("Learning rates are those of transformers' schedules")
  func schedules() throws {
    for item in try TrainingFixture.load().schedules {
      // transformers' name for what manifests call constant; a warm-up can be 0 steps in both.
      let name = item.shape == "constant_with_warmup" ? "constant" : item.shape
      let schedule = LearningRateSchedule(
        shape: try #require(LearningRateSchedule.Shape(rawValue: name)), peak: item.peak,
        warmUpSteps: item.warmUp, totalSteps: item.total)
      for (index, expected) in item.rates.enumerated() {
        #expect(
          agree(schedule.rate(ofStep: index + 1), expected, absolute: 1e-20, relative: 1e-14),
          "\(item.shape), warm-up \(item.warmUp) of \(item.total), step \(index + 1)")
      }
    }
  }

  @Test(
    "Warm-up steps follow Axolotl's rules, in which exactly 1 becomes 2",
    arguments: [
      (.steps(0), 100, 0), (.steps(1), 100, 2), (.steps(7), 5, 7), (.ratio(0.1), 10, 2),
      (.ratio(0.1), 1000, 100), (.ratio(0.03), 20, 0), (.automatic, 10, 0), (.automatic, 50, 2),
      (.automatic, 1000, 30), (.automatic, 10_000, 100),
    ] as [(WarmUp, Int, Int)])
  func warmUp(rule: WarmUp, total: Int, expected: Int) {
    #expect(rule.steps(ofTotal: total) == expected)
  }

  @Test("Weight decay spares what transformers spares")
  func decay() throws {
    for (name, decays) in try TrainingFixture.load().decays.sorted(by: { $0.key < $1.key }) {
      #expect(WeightDecayRule.decays(name) == decays, "\(name)")
    }
    #expect(!WeightDecayRule.decays("model.layers.0.self_attn.q_proj.bias"))
    #expect(WeightDecayRule.decays("model.normal.weight"))
  }

  /// A Llama whose layout `make_training.py` knows.
  private static let configuration = ModelConfiguration(
    family: .llama, vocabularySize: 7, hiddenSize: 6, intermediateSize: 5, headCount: 2,
    keyValueHeadCount: 1, headDimension: 2, attentionKinds: [.full], slidingWindow: 0,
    ropeTheta: 10_000, slidingRopeTheta: 10_000, attentionScale: 1, normEpsilon: 1e-5,
    tiesEmbeddings: true, maximumPositions: 16, beginOfSequenceID: nil, endOfSequenceIDs: [],
    paddingID: nil)

  private func wholeNumber(_ index: Int, _ step: Int) -> Float {
    Float((index * 40_503 + step * 9_973) % 65_536) / 65_536 - 0.5
  }

  @Test("Twenty AdamW steps with clipping and decay give PyTorch's weights and norms")
  func adamW() throws {
    let expected = try TrainingFixture.load().adamw
    let layout = ParameterLayout(Self.configuration)
    try #require(layout.count == expected.count)
    let optimizer = AdamW(
      layout: layout, settings: AdamWSettings(weightDecay: expected.weightDecay))
    let (parameters, gradients) = (
      FloatBuffer(count: layout.count), FloatBuffer(count: layout.count)
    )
    for index in 0..<layout.count { parameters.pointer[index] = wholeNumber(index, 0) }
    for step in 1...20 {
      #expect(gradients.elements.allSatisfy { $0 == 0 })
      let factor = Float(sign: .plus, exponent: -2 * (step % 5), significand: 1)
      for index in 0..<layout.count {
        gradients.pointer[index] = factor * wholeNumber(index, step)
      }
      let norm = optimizer.norm(of: gradients, threads: 1)
      #expect(agree(norm, expected.norms[step - 1], relative: 1e-6))
      optimizer.update(
        parameters, gradients: gradients, gradientScale: min(1, 1 / (norm + 1e-6)),
        learningRate: 1e-3 * Double(21 - step) / 20, threads: 2)
    }
    for (found, expected) in zip(parameters.elements, expected.parameters) {
      #expect(agree(Double(found), expected, absolute: 2e-7))
    }
  }

  @Test("Every instruction set updates and sums to the same bits")
  func instructionSets() {
    for count in [1, 15, 16, 17, 100, 1027] {
      var results: [[UInt64]] = []
      for isa in InstructionSet.available.map(\.kernelValue) {
        guard let kernels = ck_adamw_for(isa) else { continue }
        var constants = ck_adamw_constants(
          gradient_scale: 0.7, decay: 0.999, beta1: 0.9, beta2: 0.999, one_minus_beta1: 0.1,
          one_minus_beta2: 0.001, step_size: 0.01, second_moment_scale: 1.3, epsilon: 1e-8)
        var values = (0..<4).map { step in (0..<count).map { wholeNumber($0, step) } }
        values[2] = values[2].map(abs)
        let sum = kernels.pointee.sum_of_squares(values[3], count)
        var (parameters, first, second, gradients) = (values[0], values[1], values[2], values[3])
        kernels.pointee.update(&parameters, &first, &second, &gradients, count, &constants)
        #expect(gradients.allSatisfy { $0 == 0 })
        results.append(
          (parameters + first + second).map { UInt64($0.bitPattern) } + [sum.bitPattern])
      }
      #expect(results.allSatisfy { $0 == results[0] }, "\(count) elements")
    }
  }
}
