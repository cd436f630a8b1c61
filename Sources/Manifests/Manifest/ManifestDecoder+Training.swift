import Recipes
import Tensors

extension ManifestDecoder {
  /// Reads `training:`.
  func decodeTraining(_ reader: NodeReader) -> Manifest.Training? {
    guard let mapping = reader.mapping(path: "training") else { return nil }
    defer { mapping.finish() }
    let counts = 1...1_000_000
    let seeds = mapping.required("seeds").flatMap(decodeSeeds)
    let microBatchSize = mapping.required("micro_batch_size")?.integer(in: 1...65_536)
    let accumulation = mapping.required("gradient_accumulation_steps")?.integer(in: 1...65_536)
    let ranks = mapping.optional("ranks").map { $0.integer(in: 1...1024) } ?? 1
    let duration = mapping.exactlyOne(of: ["max_steps", "epochs"]).flatMap { key, value in
      value.integer(in: counts).map { (isSteps: key == "max_steps", count: $0) }
    }
    let maximumSteps = duration.flatMap { $0.isSteps ? $0.count : nil }
    let precision = mapping.optional("precision").map(decodePrecision) ?? .float32
    let order = choice(mapping.optional("order"), default: ExampleOrder.torch)
    let optimizer = mapping.required("optimizer").flatMap(decodeOptimizer)
    let rate = mapping.required("learning_rate").flatMap(decodeLearningRate)
    let schedule = mapping.required("schedule")?.choice(of: LearningRateSchedule.Shape.self)
    let warmUp = mapping.exactlyOne(of: ["warmup_ratio", "warmup_steps"])
      .flatMap { decodeWarmUp($0.key, $0.value, maximumSteps: maximumSteps) }
    let norm = mapping.required("max_gradient_norm", "a number or none").flatMap(decodeNorm)
    let reduction = decodeReduction(mapping.optional("reduction"), ranks: ranks)
    let interval = mapping.optional("checkpoint_every_steps")?.integer(in: counts)
    let keptInterval = mapping.optional("keep_checkpoint_every_steps").flatMap { reader in
      decodeKeptInterval(reader, checkpoints: interval)
    }
    let recomputes = mapping.optional("recompute_activations").map { $0.boolean() } ?? false
    guard let seeds, let microBatchSize, let accumulation, let ranks, let duration, let order,
      let precision, let optimizer, let rate, let schedule, let warmUp, let reduction,
      let recomputes
    else { return nil }
    sharedReduction = reduction
    // Objective and seed are those of each training.
    return Manifest.Training(
      seeds: seeds,
      settings: TrainingConfiguration(
        objective: .crossEntropy, reduction: reduction.ofWeightedLosses(ranks: ranks),
        learningRate: rate, schedule: schedule, warmUp: warmUp, optimizer: optimizer,
        maximumGradientNorm: norm, microBatchSize: microBatchSize, accumulationSteps: accumulation,
        ranks: ranks, epochs: duration.isSteps ? 1 : duration.count, maximumSteps: maximumSteps,
        order: order, seed: 0, precision: precision),
      checkpointInterval: interval, keptCheckpointInterval: keptInterval,
      recomputesActivations: recomputes)
  }

  private func decodeKeptInterval(_ reader: NodeReader, checkpoints interval: Int?) -> Int? {
    guard let kept = reader.integer(in: 1...1_000_000) else { return nil }
    guard let interval, kept.isMultiple(of: interval) else {
      reader.report(
        .contradiction,
        "\(reader.name) has to be a multiple of 'checkpoint_every_steps', which is \(interval.map(String.init) ?? "not given")"
      )
      return nil
    }
    return kept
  }

  private func decodeSeeds(_ reader: NodeReader) -> [UInt64]? {
    var seeds: [UInt64] = []
    for entry in reader.list(limit: 64) ?? [] {
      guard let seed = decodeSeed(entry) else { continue }
      if seeds.contains(seed) {
        entry.report(.contradiction, "the seed \(seed) stands twice in \(reader.name)")
      }
      seeds.append(seed)
    }
    return seeds
  }

  private func decodeOptimizer(_ reader: NodeReader) -> AdamWSettings? {
    guard let mapping = reader.mapping(path: "training.optimizer") else { return nil }
    defer { mapping.finish() }
    let name = mapping.required("name")?.choice(of: OptimizerName.self)
    let betas = mapping.optional("betas").map(decodeBetas) ?? [0.9, 0.999]
    let epsilon =
      mapping.optional("epsilon").map { $0.number("above 0 and below 1") { $0 > 0 && $0 < 1 } }
      ?? 1e-8
    let decay =
      mapping.optional("weight_decay").map { $0.number("from 0 to 1") { $0 >= 0 && $0 <= 1 } } ?? 0
    guard name != nil, betas.count == 2, let epsilon, let decay else { return nil }
    return AdamWSettings(beta1: betas[0], beta2: betas[1], epsilon: epsilon, weightDecay: decay)
  }

  private func decodeBetas(_ reader: NodeReader) -> [Double] {
    guard let entries = reader.list() else { return [] }
    guard entries.count == 2 else {
      reader.report(
        .invalidValue, "\(reader.name) has to have 2 entries, but it has \(entries.count)")
      return []
    }
    return entries.compactMap { $0.number("at least 0 and below 1") { $0 >= 0 && $0 < 1 } }
  }

  private func decodeWarmUp(_ key: String, _ value: NodeReader, maximumSteps: Int?) -> WarmUp? {
    if key == "warmup_ratio" {
      return value.number("from 0 to 1") { $0 >= 0 && $0 <= 1 }.map(WarmUp.ratio)
    }
    guard let steps = value.integer(in: 0...1_000_000) else { return nil }
    if let total = maximumSteps, steps > total {
      value.report(
        .contradiction, "\(value.name) is \(steps), more than the \(total) steps of the training")
    }
    return .steps(steps)
  }

  /// A precision, of all arms or of one.
  func decodePrecision(_ reader: NodeReader) -> TrainingPrecision? {
    reader.choice(of: TrainingPrecision.self)
  }

  /// A learning rate, of all arms or of one.
  func decodeLearningRate(_ reader: NodeReader) -> Double? {
    reader.number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
  }

  /// The norm; nil for the word none, and for what has been reported.
  private func decodeNorm(_ reader: NodeReader) -> Double? {
    reader.isWord("none") ? nil : reader.number("above 0 (or the word none)") { $0 > 0 }
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ reader: NodeReader?, default value: Choice
  ) -> Choice? where Choice.RawValue == String {
    guard let reader else { return value }
    return reader.choice(of: Choice.self)
  }
}

/// Optimizers by name.
private enum OptimizerName: String, CaseIterable {
  case adamw
}
