import LanguageModels
import Manifests
import Recipes
import Tensors
import Training

extension NativeEngine {
  static func speed(
    of sample: WorkSample, for manifest: Manifest, options: RunOptions
  ) throws -> WorkSpeed? {
    try sample.measure(threads: options.threads, numerics: manifest.numerics)
  }

  static func memory(of model: ModelConfiguration) -> MemoryDemand? { MemoryDemand(model) }
}

// What this engine's trainer and inference engine take for a moment's work.
extension WorkSample {
  /// Seconds that one part of the measurement should take; it is repeated while it took less.
  fileprivate static let seconds = 0.1
  /// Repetitions at most.
  fileprivate static let repetitions = 3

  /// Works for some tenths of a second; nil where products cannot be computed.
  func measure(threads: Int, numerics: Numerics) throws -> WorkSpeed? {
    guard numerics.isAvailable else { return nil }
    let shape = SampleModel.configuration(of: model)
    let sample = LanguageModel(configuration: shape)
    // Any number will do: neither products nor anything else take longer for one than for another.
    sample.parameters.elements.update(repeating: 0.01)
    let work = ModelWork(shape)
    let operations =
      Self.seconds * Self.productSpeed(of: sample, threads: threads, numerics: numerics)
    let trained = try trainingSpeed(
      sample, work, operations: operations, threads: threads, numerics: numerics)
    let engine = InferenceEngine(model: sample, threads: threads, numerics: numerics)
    return WorkSpeed(
      training: trained.passes, update: trained.update,
      scoring: try scoringSpeed(engine, shape, work, operations: operations),
      generation: try generationSpeed(engine, shape, work))
  }

  /// Multiply-adds a second of a single product, by which the work that is measured is made large enough.
  private static func productSpeed(
    of model: LanguageModel, threads: Int, numerics: Numerics
  ) -> Double {
    let (rows, columns) = (64, model.configuration.hiddenSize)
    let outputs = min(2048, model.parameters.count / columns)
    let (a, c) = (FloatBuffer(count: rows * columns), FloatBuffer(count: rows * outputs))
    let products = MatrixProduct(numerics)
    let seconds = average(repetitions: 2) {
      products.multiply(
        Matrix(a.pointer, rows: rows, columns: columns),
        Matrix(model.parameters.pointer, rows: outputs, columns: columns), transposingB: true,
        into: Matrix(c.pointer, rows: rows, columns: outputs), threads: threads)
    }
    return Double(rows * columns * outputs) / seconds
  }

  private func trainingSpeed(
    _ sample: LanguageModel, _ work: ModelWork, operations: Double, threads: Int,
    numerics: Numerics
  ) throws -> (passes: Double, update: Double) {
    var settings = training
    (settings.accumulationSteps, settings.ranks) = (1, 1)
    if settings.reduction == .rankMean { settings.reduction = .tokenWindow }
    settings.maximumSteps = Self.repetitions + 1
    // Nothing is learned, so that whatever the manifest asks for, all numbers stay finite.
    settings.learningRate = 0
    let affordable = operations / (3 * (work.layers + work.head * learnedShare))
    let longest = min(exampleTokens, sample.configuration.maximumPositions)
    let length = max(2, min(longest, max(32, Int(min(affordable, 1e6)))))
    settings.microBatchSize = max(
      1, min(settings.microBatchSize, Int(min(affordable, 1e6)) / length))
    let learned = max(1, Int(learnedShare * Double(length)))
    let ids = (0..<length).map { Int32(($0 * 7) % sample.configuration.vocabularySize) }
    let example = TrainingExample(
      inputIDs: ids,
      labels: ids.enumerated().map { $0 + learned >= length ? $1 : TrainingExample.masked })
    let trainer = try Trainer(
      model: sample,
      examples: try PreparedExamples(
        Array(repeating: example, count: settings.microBatchSize)),
      configuration: settings, threads: threads, numerics: numerics)
    var (passes, updates) = (0.0, 0.0)
    var steps = 0.0
    // The first step touches memory for the first time.
    while !trainer.isFinished, passes + updates < Self.seconds {
      let start = ContinuousClock.now
      var middle = start
      _ = try trainer.step { middle = .now }
      guard trainer.completedSteps > 1 else { continue }
      passes += (middle - start) / .seconds(1)
      updates += (ContinuousClock.now - middle) / .seconds(1)
      steps += 1
    }
    let tokens = Double(settings.microBatchSize * length)
    let forward = work.forward(
      tokens: tokens, outputs: Double(settings.microBatchSize * learned), length: Double(length))
    return (
      steps * Self.passes(of: training.objective) * forward / max(passes, 1e-9),
      steps * work.parameters / max(updates, 1e-9)
    )
  }

  private func scoringSpeed(
    _ engine: InferenceEngine, _ model: ModelConfiguration, _ work: ModelWork, operations: Double
  ) throws -> Double {
    let affordable = Int(min(operations / (work.layers + work.head / 4), 2048))
    let length = max(2, min(scoredTokens, max(32, affordable)))
    let texts = max(1, min(scoredTexts, affordable / length))
    // Each text begins otherwise, so that nothing is shared.
    let requests = (0..<texts).map { text in
      [
        ScoringRequest(
          tokens: (0..<length).map { Int32(($0 + text) % model.vocabularySize) },
          continuationCount: max(1, length / 4))
      ]
    }
    let total = ScoringWork(requests)
    let seconds = try Self.average(repetitions: Self.repetitions) {
      _ = try engine.score(requests) { _, _ in }
    }
    return work.forward(
      tokens: Double(total.rows), outputs: Double(total.outputs), length: Double(length)) / seconds
  }

  private func generationSpeed(
    _ engine: InferenceEngine, _ model: ModelConfiguration, _ work: ModelWork
  ) throws -> Double {
    guard generatedTexts > 0 else { return 1 }
    let tokens = 4
    var (start, end) = (ContinuousClock.now, ContinuousClock.now)
    // What is asked after the first token of the last text and before the last of all is between whole passes.
    let prompts = (0..<generatedTexts).map { text in
      (0..<4).map { Int32((text + $0) % model.vocabularySize) }
    }
    try engine.generate(prompts: prompts, maximumNewTokens: tokens, stopIDs: []) { text, answer in
      if text == generatedTexts - 1 { if answer.count == 1 { start = .now } else { end = .now } }
      return false
    }
    let passes = Double(tokens - 2)
    let count = passes * Double(generatedTexts)
    return work.forward(tokens: count, outputs: count, length: 4)
      / max((end - start) / .seconds(1), 1e-9)
  }

  /// Seconds of `work` on average, after it was done once; not repeated beyond the time that it should take.
  private static func average(repetitions: Int, _ work: () throws -> Void) rethrows
    -> Double
  {
    try work()
    var (count, seconds) = (0, 0.0)
    let start = ContinuousClock.now
    while count < repetitions, seconds < Self.seconds {
      try work()
      count += 1
      seconds = (ContinuousClock.now - start) / .seconds(1)
    }
    return max(seconds / Double(count), 1e-9)
  }
}
