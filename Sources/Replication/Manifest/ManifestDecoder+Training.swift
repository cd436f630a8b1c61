import Training

extension ManifestDecoder {
  /// Reads `training:`.
  func decodeTraining(_ reader: NodeReader) -> Manifest.Training? {
    guard let mapping = reader.mapping(path: "training") else { return nil }
    defer { mapping.finish() }
    let counts = 1...1_000_000
    let seeds = mapping.required("seeds").flatMap(decodeSeeds)
    let microBatchSize = mapping.required("micro_batch_size")?.integer(in: 1...65_536)
    let accumulation = mapping.required("gradient_accumulation_steps")?.integer(in: 1...65_536)
    let duration = mapping.exactlyOne(of: ["max_steps", "epochs"]).flatMap { key, value in
      value.integer(in: counts).map { count -> Manifest.Duration in
        key == "epochs" ? .epochs(count) : .steps(count)
      }
    }
    let order = choice(mapping.optional("order"), default: ExampleOrder.torch)
    let optimizer = mapping.required("optimizer").flatMap(decodeOptimizer)
    let rate = mapping.required("learning_rate")?.number("above 0 and at most 1") {
      $0 > 0 && $0 <= 1
    }
    let schedule = mapping.required("schedule")?.choice(of: LearningRateSchedule.Shape.self)
    let warmUp = mapping.exactlyOne(of: ["warmup_ratio", "warmup_steps"])
      .flatMap { decodeWarmUp($0.key, $0.value, duration) }
    let norm = mapping.required("max_gradient_norm", "a number or none").flatMap(decodeNorm)
    let reduction = choice(mapping.optional("reduction"), default: Reduction.tokenWindow)
    let interval = mapping.optional("checkpoint_every_steps")?.integer(in: counts)
    let keptInterval = mapping.optional("keep_checkpoint_every_steps").flatMap { reader in
      decodeKeptInterval(reader, checkpoints: interval)
    }
    guard let seeds, let microBatchSize, let accumulation, let duration, let order, let optimizer,
      let rate, let schedule, let warmUp, let reduction
    else { return nil }
    return Manifest.Training(
      seeds: seeds, microBatchSize: microBatchSize, accumulationSteps: accumulation,
      duration: duration, order: order, optimizer: optimizer, learningRate: rate,
      schedule: schedule, warmUp: warmUp, maximumGradientNorm: norm, reduction: reduction,
      checkpointInterval: interval, keptCheckpointInterval: keptInterval)
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

  private func decodeOptimizer(_ reader: NodeReader) -> AdamW.Settings? {
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
    return AdamW.Settings(beta1: betas[0], beta2: betas[1], epsilon: epsilon, weightDecay: decay)
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

  private func decodeWarmUp(_ key: String, _ value: NodeReader, _ duration: Manifest.Duration?)
    -> WarmUp?
  {
    if key == "warmup_ratio" {
      return value.number("from 0 to 1") { $0 >= 0 && $0 <= 1 }.map(WarmUp.ratio)
    }
    guard let steps = value.integer(in: 0...1_000_000) else { return nil }
    if case .steps(let total) = duration, steps > total {
      value.report(
        .contradiction, "\(value.name) is \(steps), more than the \(total) steps of the training")
    }
    return .steps(steps)
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

// MARK: - Arms

extension ManifestDecoder {
  /// Reads `arms:`.
  ///
  /// `reduction` is that of the training, which arms use unless they say otherwise.
  func decodeArms(_ reader: NodeReader, reduction: Reduction?) -> [Manifest.Arm] {
    guard let mapping = reader.mapping(path: "arms") else { return [] }
    let arms = mapping.named().compactMap { name, value -> Manifest.Arm? in
      guard let arm = value.mapping(path: "arms.\(name)") else { return nil }
      defer { arm.finish() }
      let isOptional = arm.optional("optional").map { $0.boolean() } ?? false
      guard let treatment = decodeTreatment(arm, reduction), let isOptional else { return nil }
      return Manifest.Arm(name: name, treatment: treatment, isOptional: isOptional)
    }
    let trained = arms.filter { $0.treatment != .untouched }
    if arms.count == mapping.entries.count, trained.allSatisfy(\.isOptional) {
      reader.report(
        .contradiction,
        trained.isEmpty
          ? "none of the arms is trained, so there is nothing to compare"
          : "all arms that are trained are optional, so there is nothing to compare without them")
    }
    return arms
  }

  private func decodeTreatment(_ mapping: MappingReader, _ shared: Reduction?)
    -> Manifest.Treatment?
  {
    let objectiveKeys = ["preset", "k", "alpha", "normalizer"]
    if let train = mapping.optional("train"), train.boolean() != true {
      for key in ["objective", "reduction"] + objectiveKeys {
        mapping.forbid(key, "'train' is false, so this arm is the untouched model")
      }
      return .untouched
    }
    let reduction = mapping.optional("reduction").map { $0.choice(of: Reduction.self) }
    guard
      let kind = mapping.required("objective", "what is minimised, or 'train: false'")?
        .choice(of: ObjectiveName.self)
    else {
      for key in objectiveKeys { _ = mapping.optional(key) }
      return nil
    }
    var objective: Objective? = .crossEntropy
    switch kind {
    case .crossEntropy:
      for key in objectiveKeys {
        mapping.forbid(key, "only an arm with the objective 'eaft' has it")
      }
    case .eaft: objective = decodeEAFT(mapping)
    }
    // A problem in 'training' has been reported there.
    guard let objective, let reduction = reduction ?? (shared ?? .tokenWindow) else { return nil }
    return .trained(objective, reduction: reduction)
  }

  private func decodeEAFT(_ mapping: MappingReader) -> Objective? {
    var values: Objective?
    var preset: Objective.Preset?
    let presetReader = mapping.optional("preset")
    if let presetReader {
      preset = presetReader.choice(of: Objective.Preset.self)
      values = preset?.objective
    }
    let keys = ["k", "alpha", "normalizer"]
    let absent = keys.filter { mapping.optional($0) == nil }
    if presetReader == nil, !absent.isEmpty {
      let words = absent.map { "'\($0)'" }.joined(separator: ", ")
      mapping.reportMissing(absent + ["preset"], "\(words) (or a 'preset', which has all values)")
    }
    let k = mapping.optional("k").map { $0.integer(in: 1...1024) } ?? values?.k
    let alpha =
      mapping.optional("alpha").map { $0.number("from 0 to 100") { $0 >= 0 && $0 <= 100 } }
      ?? values?.alpha
    let normalizerReader = mapping.optional("normalizer")
    let normalizer = normalizerReader.map { decodeNormalizer($0) } ?? values?.normalizer
    guard let k, let alpha, let normalizer, presetReader == nil || preset != nil else { return nil }
    if normalizer == .lnK, k < 2 {
      (normalizerReader ?? presetReader)?.report(
        .contradiction, "the normalizer 'ln-k' needs a 'k' of at least 2: ln 1 is 0")
    }
    return try? Objective(k: k, alpha: alpha, normalizer: normalizer)
  }

  private func decodeNormalizer(_ reader: NodeReader) -> Objective.Normalizer? {
    guard reader.isMapping else {
      return switch reader.choice(of: NormalizerName.self) {
      case .none?: Objective.Normalizer.none
      case .lnK?: .lnK
      case nil: nil
      }
    }
    guard let mapping = reader.mapping(path: "normalizer") else { return nil }
    defer { mapping.finish() }
    return mapping.required("constant")?.number("above 0") { $0 > 0 }
      .map(Objective.Normalizer.constant)
  }
}

/// Optimizers by name.
private enum OptimizerName: String, CaseIterable {
  case adamw
}

/// Objectives by name.
private enum ObjectiveName: String, CaseIterable {
  case crossEntropy = "cross-entropy"
  case eaft
}

/// Normalizers that are words.
private enum NormalizerName: String, CaseIterable {
  case none
  case lnK = "ln-k"
}
