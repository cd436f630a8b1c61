import CKernels
import Testing

@testable import LanguageModels
@testable import Recipes
@testable import Tensors
@testable import Training

/// Rows of logits under an objective.
struct ObjectiveRun {
  var losses: TokenLosses
  var gradients: [Float]

  /// `weights` are those of the rows, for an objective that masks.
  init(
    _ objective: Objective, rows: [[Float]], targets: [Int32], scale: Double = 1, threads: Int = 1,
    weights: [Double]? = nil
  ) {
    var values = rows.flatMap(\.self)
    let evaluator = ObjectiveEvaluator(objective)
    losses = values.withUnsafeMutableBufferPointer { logits in
      guard let start = logits.baseAddress else { return TokenLosses() }
      return evaluator.evaluate(
        LogitsBlock(
          positions: Array(rows.indices)[...], targets: targets, logits: start,
          vocabularySize: rows[0].count, threads: threads),
        scale: scale, weights: weights?[...])
    }
    gradients = values
  }

  /// How well the rows are predicted.
  static func predictions(
    _ objective: Objective, rows: [[Float]], targets: [Int32]
  ) -> TokenPredictions {
    var values = rows.flatMap(\.self)
    return values.withUnsafeMutableBufferPointer { logits in
      guard let start = logits.baseAddress else { return TokenPredictions() }
      return ObjectiveEvaluator(objective).predictions(
        LogitsBlock(
          positions: Array(rows.indices)[...], targets: targets, logits: start,
          vocabularySize: rows[0].count, threads: 1))
    }
  }
}

@Suite struct ObjectiveTests {
  let fixture: TrainingFixture

  init() throws { fixture = try TrainingFixture.load() }

  @Test("Every preset gives the published weights on ten distributions")
  func goldens() {
    for item in fixture.tokens {
      for preset in EntropyGate.presets {
        let run = ObjectiveRun(preset.objective, rows: [item.logits], targets: [item.target])
        let name = "\(item.name), \(preset.name)"
        let expected = item.weights[preset.formerName ?? preset.name] ?? .nan
        #expect(agree(run.losses.crossEntropy, item.crossEntropy, absolute: 1e-6), "\(name)")
        #expect(agree(run.losses.entropy, item.entropy, absolute: 1e-12), "\(name)")
        #expect(agree(run.losses.entropy, item.axolotlEntropy, absolute: 3e-7), "\(name)")
        // Below 1e-3 the reference's fp32 entropy is itself off by this much.
        let relative = item.entropy < 1e-3 ? 4e-3 : 2e-6
        #expect(
          agree(run.losses.weight, expected, absolute: 1e-13, relative: relative), "\(name)")
        #expect(
          agree(
            run.losses.weighted, expected * item.crossEntropy, absolute: 1e-6,
            relative: relative + 2e-6), "\(name)")
      }
    }
  }

  @Test("A batch of two sequences gives the loss and gradient of Axolotl's own function")
  func batch() throws {
    let batch = fixture.batch
    let cases: [(Double, Int, TrainingFixture.BatchCase.Result)] = [
      (1, 6, batch.linearOf6), (1, 10, batch.linearOf10), (0.333, 6, batch.cubeRootOf6),
      (0.333, 10, batch.cubeRootOf10),
    ]
    for (alpha, count, expected) in cases {
      var packed = PackedBatch()
      for labels in batch.labels {
        packed.append(tokens: labels.map { _ in 0 }, labels: labels)
      }
      let supervised = packed.targets.indices.filter {
        packed.targets[$0] != PackedBatch.ignored
      }
      let rows = batch.logits.flatMap(\.self)
      let objective = Objective.entropyGated(
        try EntropyGate(k: 20, alpha: alpha, normalizer: .none))
      let run = ObjectiveRun(
        objective, rows: supervised.map { rows[$0] },
        targets: supervised.map { packed.targets[$0] }, scale: 1 / Double(count))
      #expect(run.losses.count == 6)
      #expect(agree(run.losses.weighted / Double(count), expected.loss, relative: 1e-6))
      #expect(agree(run.losses.crossEntropy, expected.crossEntropies.reduce(0, +), relative: 1e-6))
      #expect(agree(run.losses.entropy, expected.entropies.reduce(0, +), relative: 1e-6))
      let gradients = expected.gradient.flatMap(\.self)
      for (row, position) in supervised.enumerated() {
        for (column, value) in gradients[position].enumerated() {
          #expect(
            agree(Double(run.gradients[row * 24 + column]), value, absolute: 1e-7, relative: 1e-5))
        }
      }
      let norm = run.gradients.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
      #expect(agree(norm, expected.norm, relative: 1e-6))
    }
  }

  @Test("Rows of any length give autograd's fp64 gradients")
  func rows() throws {
    for item in fixture.rows {
      let objective = Objective.entropyGated(
        try EntropyGate(k: item.k, alpha: item.alpha, normalizer: .none))
      let run = ObjectiveRun(
        objective, rows: [item.logits], targets: [item.target], scale: item.scale)
      #expect(agree(run.losses.crossEntropy, item.crossEntropy, absolute: 1e-6))
      #expect(agree(run.losses.entropy, item.entropy, absolute: 1e-12))
      #expect(agree(run.losses.weight, item.weight, absolute: 1e-12))
      for (found, expected) in zip(run.gradients, item.gradient) {
        #expect(agree(Double(found), expected, absolute: 2e-7, relative: 1e-6))
      }
    }
  }

  @Test("The gradient is the slope of the loss with the weight held fixed")
  func finiteDifferences() {
    let row: [Float] = (0..<40).map { Float(($0 * 7) % 11) / 4 }
    let objective = EntropyGate.presets[0].objective
    let run = ObjectiveRun(objective, rows: [row], targets: [5])
    let step: Float = 1 / 64
    for column in row.indices {
      var (above, below) = (row, row)
      above[column] += step
      below[column] -= step
      let slope = [above, below].map {
        ObjectiveRun(.crossEntropy, rows: [$0], targets: [5]).losses.crossEntropy
      }
      let expected = run.losses.weight * (slope[0] - slope[1]) / Double(2 * step)
      #expect(agree(Double(run.gradients[column]), expected, absolute: 1e-4))
    }
  }

  @Test("Alpha 0 is cross entropy bit for bit, whatever k and normalizer")
  func alphaZero() throws {
    let rows = fixture.rows.filter { $0.logits.count > 1000 }
      .map { Array($0.logits.prefix(1024)) }
    let plain = ObjectiveRun(.crossEntropy, rows: rows, targets: [3, 1000], scale: 0.1)
    for normalizer: EntropyGate.Normalizer in [.none, .lnK, .constant(3)] {
      let gated = ObjectiveRun(
        .entropyGated(try EntropyGate(k: 20, alpha: 0, normalizer: normalizer)), rows: rows,
        targets: [3, 1000], scale: 0.1)
      #expect(gated.losses == plain.losses)
      #expect(gated.gradients.map(\.bitPattern) == plain.gradients.map(\.bitPattern))
    }
    let ungated = ObjectiveRun(
      .entropyGated(try EntropyGate(k: 3, alpha: 0, normalizer: .none)), rows: rows,
      targets: [3, 1000], scale: 0.1)
    #expect(ungated.gradients.map(\.bitPattern) == plain.gradients.map(\.bitPattern))
    #expect(ungated.losses.weighted == plain.losses.weighted)
  }

  @Test("An entropy of 0 weighs 1 with alpha 0 and 0 otherwise, and masked logits do no harm")
  func extremes() throws {
    var certain = [Float](repeating: -.infinity, count: 70)
    certain[7] = 3
    for (alpha, weight) in [(0.0, 1.0), (0.333, 0.0), (1.0, 0.0)] {
      let run = ObjectiveRun(
        .entropyGated(try EntropyGate(k: 20, alpha: alpha, normalizer: .lnK)), rows: [certain],
        targets: [7])
      #expect(run.losses.entropy == 0)
      #expect(run.losses.weight == weight)
      #expect(run.losses.crossEntropy == 0)
      #expect(run.gradients.allSatisfy { $0 == 0 })
    }
  }

  @Test("Logits that are not finite give a loss that is not finite", arguments: [0, 69, 40])
  func notFinite(position: Int) {
    for bad: Float in [.nan, .infinity] {
      var row = [Float](repeating: 0.5, count: 70)
      row[position] = bad
      for objective in [EntropyGate.presets[2].objective, .probabilityWeighted] {
        let run = ObjectiveRun(objective, rows: [row], targets: [40])
        #expect(run.losses.crossEntropy.isNaN)
      }
    }
    let masked = ObjectiveRun(
      .crossEntropy, rows: [[Float](repeating: -.infinity, count: 70)], targets: [0])
    #expect(!masked.losses.crossEntropy.isFinite)
  }

  @Test("Every instruction set gives the same bits")
  func instructionSets() throws {
    let sizes = [1, 15, 16, 17, 63, 64, 65, 1000, 1023, 1024, 1025, 5000]
    for vocabulary in sizes {
      for item in fixture.rows.suffix(2) {
        let count = item.logits.count
        let rows: [[Float]] = (1...3).map { row in
          (0..<vocabulary).map { column in item.logits[(column * row + row) % count] }
        }
        var results: [[UInt64]] = []
        for isa in InstructionSet.available.map(\.kernelValue) {
          guard let kernel = ck_objective_rows_for(isa) else { continue }
          var settings = ck_objective(
            k: 20, alpha: 0.333, normalizer: CK_NORMALIZER_CONSTANT, constant: 3,
            weight: CK_WEIGHT_ENTROPY)
          var logits = rows.flatMap(\.self)
          var outputs = [Double](repeating: 0, count: 9)
          outputs.withUnsafeMutableBufferPointer {
            guard let start = $0.baseAddress else { return }
            kernel(
              start, start + 3, start + 6, &logits, [0, 0, 0], 3, vocabulary, &settings, 0.25)
          }
          results.append(outputs.map(\.bitPattern) + logits.map { UInt64($0.bitPattern) })
        }
        #expect(results.allSatisfy { $0 == results[0] }, "vocabulary \(vocabulary)")
      }
    }
  }

  @Test("One, two and three threads give the same bits")
  func threads() {
    let rows: [[Float]] = (0..<23).map { row in
      (0..<301).map { column in Float((column * 37 + row * 11) % 101) / 9 }
    }
    let targets = (0..<23).map { Int32($0 * 13) }
    let runs = [1, 2, 3].map {
      ObjectiveRun(
        EntropyGate.presets[1].objective, rows: rows, targets: targets, scale: 0.5, threads: $0)
    }
    for run in runs {
      #expect(run.losses == runs[0].losses)
      #expect(run.gradients == runs[0].gradients)
    }
  }

  @Test("Settings outside their range are refused")
  func refusals() {
    let wrong: [(Int, Double, EntropyGate.Normalizer)] = [
      (0, 1, .none), (-3, 1, .none), (1, 1, .lnK), (1025, 1, .none), (20, -0.1, .none),
      (20, .nan, .none), (20, .infinity, .lnK), (20, 1, .constant(0)), (20, 1, .constant(.nan)),
    ]
    for (k, alpha, normalizer) in wrong {
      #expect(throws: ObjectiveProblem.self) {
        try EntropyGate(k: k, alpha: alpha, normalizer: normalizer)
      }
    }
  }
}
