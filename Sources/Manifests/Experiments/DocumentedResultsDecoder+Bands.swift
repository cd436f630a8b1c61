extension DocumentedResultsDecoder {
  /// The kinds of band as files name them.
  private enum Kind: String, CaseIterable {
    case rounding
    case exactCount = "exact-count"
    case seedPrediction = "seed-prediction"
    case referenceConvergence = "rcp"
    case conditionalFlip = "conditional-flip"
    case binomial
    case authored
  }

  /// Reads a `band:`.
  ///
  /// `isCommon` says whether it is that of all values without one, which cannot share limits.
  func band(_ reader: NodeReader, isCommon: Bool) -> Band? {
    guard let mapping = reader.mapping(path: "band") else { return nil }
    defer { mapping.finish() }
    guard let name = mapping.required("kind")?.choice(of: Kind.self) else {
      // Which keys belong to it is not known.
      for entry in mapping.entries { _ = mapping.optional(entry.key) }
      return nil
    }
    if isCommon {
      for side in ["lower", "upper"] {
        mapping.forbid(side, "the limits of this band are different for each value")
      }
    }
    let kind = kind(name, mapping)
    let stored = isCommon ? nil : stored(mapping, isRequired: name == .authored)
    if name == .authored, isCommon {
      mapping.reportMissing([], "limits of its own for each value, which an authored band has")
    }
    return kind.map { Band(kind: $0, stored: stored) }
  }

  private func kind(_ kind: Kind, _ mapping: MappingReader) -> Band.Kind? {
    switch kind {
    case .rounding: return .rounding
    case .exactCount: return .exactCount
    case .seedPrediction:
      let runs = runs(mapping, atLeast: 2)
      guard let runs, let level = level(mapping) else { return nil }
      return .seedPrediction(runs: runs, level: level)
    case .referenceConvergence:
      let dropped =
        mapping.optional("dropped_each_side").map { $0.integer(in: 1...1000) } ?? 1
      let runs = runs(mapping, atLeast: 2 * (dropped ?? 1) + 2)
      guard let runs, let dropped, let level = level(mapping) else { return nil }
      return .referenceConvergence(runs: runs, level: level, dropped: dropped)
    case .conditionalFlip:
      let share = mapping.required("discordance", "the share of items that flip between two runs")?
        .number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
      let origin = mapping.required("discordance_from", "where the share is known from")?.line()
      let level = level(mapping)
      guard let share, let origin, let level else { return nil }
      return .conditionalFlip(discordance: share, from: origin, level: level)
    case .binomial: return level(mapping).map { .binomial(level: $0) }
    case .authored:
      return mapping.required("reason", "why these limits")?.line().map { .authored(reason: $0) }
    }
  }

  private func level(_ mapping: MappingReader) -> Double? {
    mapping.required("level")?.number("between 0 and 1") { $0 > 0 && $0 < 1 }
  }

  private func runs(_ mapping: MappingReader, atLeast count: Int) -> [String]? {
    guard let reader = mapping.required("runs", "the values of the runs"),
      let entries = reader.list()
    else { return nil }
    // A common band is for rows of any unit; each row looks whether they can be its values.
    let texts = entries.compactMap { decimal($0, .nats) }
    guard texts.count == entries.count else { return nil }
    guard texts.count >= count else {
      reader.report(
        .invalidValue, "'runs' has to have at least \(count) runs: fewer have no spread")
      return nil
    }
    return texts
  }

  private func stored(_ mapping: MappingReader, isRequired: Bool) -> Band.Stored? {
    let readers = ["lower", "upper"].map { side in
      isRequired ? mapping.required(side) : mapping.optional(side)
    }
    if !isRequired, readers.contains(where: { $0 == nil }), readers.contains(where: { $0 != nil }) {
      mapping.reportMissing([], "one of 'lower' and 'upper', which go together")
    }
    let texts = readers.map { reader in reader.flatMap(limit) }
    guard let lower = texts[0], let upper = texts[1] else { return nil }
    guard Double(lower) ?? 0 <= Double(upper) ?? 0 else {
      readers[0]?.report(.contradiction, "'lower' is above 'upper'")
      return nil
    }
    return Band.Stored(lower: lower, upper: upper)
  }

  /// A limit of a band as decimal text; limits may lie outside of what can be printed.
  private func limit(_ reader: NodeReader) -> String? {
    guard let text = reader.line() else { return nil }
    guard text.utf8.count <= 20, text.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?/) != nil else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to be a decimal number, but it is '\(NodeReader.shortened(text))'")
      return nil
    }
    return text
  }
}

extension Band {
  /// Whether its limits are computed from the number of items.
  var needsCount: Bool {
    switch kind {
    case .exactCount, .conditionalFlip, .binomial: true
    case .rounding, .seedPrediction, .referenceConvergence, .authored: false
    }
  }

  /// Whether its limits come from runs, so that a run cannot be judged by what it went into itself.
  package var isOfRuns: Bool {
    switch kind {
    case .seedPrediction, .referenceConvergence, .conditionalFlip: true
    case .rounding, .exactCount, .binomial, .authored: false
    }
  }

  /// Whether it is about other items.
  package var isBinomial: Bool {
    if case .binomial = kind { true } else { false }
  }

  /// Whether it is about right answers, which likelihoods do not have.
  var isOfShares: Bool { needsCount }
}
