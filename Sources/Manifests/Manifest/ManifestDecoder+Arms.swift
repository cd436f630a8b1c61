import Recipes
import Tensors

extension ManifestDecoder {
  /// Reads `arms:`.
  ///
  /// `training` are the settings that arms use unless they say otherwise, `numerics` the arithmetic of all; nil if there
  /// is something wrong with them.
  func decodeArms(
    _ reader: NodeReader, training: Manifest.Training?, numerics: Numerics?
  ) -> [Manifest.Arm] {
    guard let mapping = reader.mapping(path: "arms") else { return [] }
    let ranks = training?.settings.ranks
    let arms = mapping.named().compactMap { name, value -> Manifest.Arm? in
      guard let arm = value.mapping(path: "arms.\(name)") else { return nil }
      defer { arm.finish() }
      let isOptional = arm.optional("optional").map { $0.boolean() } ?? false
      guard let treatment = decodeTreatment(arm, ranks: ranks, numerics: numerics),
        let isOptional
      else { return nil }
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

  private func decodeTreatment(
    _ mapping: MappingReader, ranks: Int?, numerics: Numerics?
  ) -> Manifest.Treatment? {
    if let train = mapping.optional("train"), train.boolean() != true {
      for key in ["objective", "reduction", "learning_rate", "precision"]
        + Self.objectiveKeys
      {
        mapping.forbid(key, "'train' is false, so this arm is the untouched model")
      }
      return .untouched
    }
    let own = mapping.optional("reduction").map { decodeReduction($0, ranks: ranks) }
    let rate = mapping.optional("learning_rate").map(decodeLearningRate)
    let precision = mapping.optional("precision").map { reader in
      let precision = decodePrecision(reader)
      check(precision, named: "precision", numerics, reader)
      return precision
    }
    guard
      let name = mapping.required("objective", "what is minimised, or 'train: false'")?
        .choice(among: Objective.names)
    else {
      for key in Self.objectiveKeys { _ = mapping.optional(key) }
      return nil
    }
    for key in Self.objectiveKeys {
      let owners = Objective.names.filter { Self.objectiveKeys(of: $0).contains(key) }
      guard !owners.contains(name) else { continue }
      let words = owners.map { "'\($0)'" }.joined(separator: " or ")
      mapping.forbid(key, "only an arm with the objective \(words) has it")
    }
    guard let objective = decodeObjective(name, mapping), let reduction = own ?? sharedReduction
    else { return nil }
    if case .some(nil) = rate { return nil }
    if case .some(nil) = precision { return nil }
    return .trained(
      objective, reduction: reduction.of(objective, ranks: ranks ?? 1), learningRate: rate ?? nil,
      precision: precision ?? nil)
  }
}

// MARK: - Objectives

extension ManifestDecoder {
  /// The keys of an arm that say more of its objective.
  private static func objectiveKeys(of name: String) -> [String] {
    (Objective.presets(of: name).isEmpty ? [] : ["preset"]) + Objective.keys(of: name).map(\.name)
  }

  /// Those of all objectives, each once.
  private static let objectiveKeys = Objective.names.flatMap(objectiveKeys(of:))
    .reduce(into: [String]()) { keys, key in if !keys.contains(key) { keys.append(key) } }

  /// Reads what an arm says of its objective; the values of a preset hold unless the arm has its own.
  private func decodeObjective(_ name: String, _ mapping: MappingReader) -> Objective? {
    let keys = Objective.keys(of: name)
    let presets = Objective.presets(of: name)
    let presetReader = presets.isEmpty ? nil : mapping.optional("preset")
    let preset = presetReader.map { decodePreset($0, among: presets) }
    let readers = keys.map { (key: $0, reader: mapping.optional($0.name)) }
    let absent = readers.filter { $0.reader == nil }.map(\.key.name)
    if presetReader == nil, !absent.isEmpty {
      let words = absent.map { "'\($0)'" }.joined(separator: ", ")
      mapping.reportMissing(absent + ["preset"], "\(words) (or a 'preset', which has all values)")
    }
    var values: [String: ObjectiveValue]? = preset.map { $0?.declaration.values } ?? [:]
    for case (let key, let reader?) in readers {
      guard let value = decodeValue(reader, of: key) else {
        values = nil
        continue
      }
      values?[key.name] = value
    }
    guard let values, presetReader != nil || absent.isEmpty else { return nil }
    do {
      return try Objective(named: name, values)
    } catch {
      let reader = mapping.optional(error.key) ?? presetReader
      reader?.report(.contradiction, error.message)
      return nil
    }
  }

  private func decodePreset(_ reader: NodeReader, among presets: [ObjectivePreset]) -> Objective? {
    reader.choice(among: presets.map(\.name), orRetired: presets.compactMap(\.formerName))
      .flatMap { name in presets.first { $0.name == name || $0.formerName == name } }?.objective
  }

  private func decodeValue(_ reader: NodeReader, of key: ObjectiveKey) -> ObjectiveValue? {
    switch key.form {
    case .integer(let range): return reader.integer(in: range).map(ObjectiveValue.integer)
    case .number(let range):
      return reader.number("from \(range.lowerBound) to \(range.upperBound)") {
        $0 >= Double(range.lowerBound) && $0 <= Double(range.upperBound)
      }.map(ObjectiveValue.number)
    case .wordOrConstant(let words):
      guard reader.isMapping else {
        return reader.choice(among: words).map(ObjectiveValue.word)
      }
      guard let mapping = reader.mapping(path: key.name) else { return nil }
      defer { mapping.finish() }
      return mapping.required("constant")?.number("above 0") { $0 > 0 }
        .map(ObjectiveValue.constant)
    }
  }
}

// MARK: - Reductions

/// A reduction as a manifest declares it: itself, or by whose it is.
enum DeclaredReduction {
  case reduction(Reduction)
  case preset(Reduction.Preset)

  /// The reduction of an arm with this objective.
  func of(_ objective: Objective, ranks: Int) -> Reduction {
    switch self {
    case .reduction(let reduction): reduction
    case .preset(let preset): preset.reduction(of: objective, ranks: ranks)
    }
  }

  /// The reduction of all arms whose loss is not plain cross entropy.
  func ofWeightedLosses(ranks: Int) -> Reduction { of(.probabilityWeighted, ranks: ranks) }
}

extension ManifestDecoder {
  /// Reads a reduction; without a reader, every token counts the same.
  ///
  /// `ranks` are those of the training; nil if there is something wrong with them.
  func decodeReduction(_ reader: NodeReader?, ranks: Int?) -> DeclaredReduction? {
    guard let reader else { return .reduction(.tokenWindow) }
    let words = Reduction.allCases.map(\.rawValue) + Reduction.Preset.allCases.map(\.rawValue)
    guard let word = reader.choice(among: words) else { return nil }
    if let preset = Reduction.Preset(rawValue: word) { return .preset(preset) }
    let reduction = Reduction(rawValue: word)
    if reduction == .rankMean, ranks == 1 {
      reader.report(
        .contradiction,
        "the reduction 'rank-mean' needs 'ranks' of at least 2 in 'training': a single one is 'token-window'"
      )
    }
    return reduction.map(DeclaredReduction.reduction)
  }
}
