import Files
package import Statistics

extension Band {
  /// The limits of a band, as fractions.
  package struct Limits: Sendable, Equatable {
    /// The lower limit; it belongs to the band.
    package let lower: Double
    /// The upper limit; it belongs to the band.
    package let upper: Double
    /// The numbers of right answers that lie in the band, if it is one of counts.
    package var counts: ClosedRange<Int>?
    /// The middle with the standard error of a repetition's distance from it; nil if the limits come from no distribution.
    package var estimate: Estimate?
    /// The share of repetitions that lie inside, if they are distributed so.
    package var level: Double?
    /// The exact distribution of the items gained and lost, where few change; nil for other limits.
    package var flips: FlipDistribution?
    /// The number of those items.
    package var flipCount: Int?

    /// Creates limits.
    package init(
      lower: Double, upper: Double, counts: ClosedRange<Int>? = nil, estimate: Estimate? = nil,
      level: Double? = nil
    ) {
      self.lower = lower
      self.upper = upper
      self.counts = counts
      self.estimate = estimate
      self.level = level
    }

    /// Whether nothing could lie outside.
    package var isVacuous: Bool { lower <= 0 && upper >= 1 }
    /// The middle of the band.
    package var center: Double { (lower + upper) / 2 }
    /// Half of the band's width.
    package var halfWidth: Double { (upper - lower) / 2 }

    /// Whether a value lies inside; never for NaN.
    ///
    /// The last bits of a sum do not decide: a limit reaches 1e-12 further.
    package func contains(_ value: Double) -> Bool {
      value >= lower - 1e-12 && value <= upper + 1e-12
    }
  }

  /// What a band is put around: a documented value, and what is known of it.
  package struct Center: Sendable, Equatable {
    /// The value as it was printed.
    package let text: String
    /// How it is printed.
    package let unit: DocumentedResults.Unit
    /// Number of items that it is a mean over; nil if it is not known.
    package let count: Int?

    /// Creates a center.
    package init(text: String, unit: DocumentedResults.Unit, count: Int?) {
      self.text = text
      self.unit = unit
      self.count = count
    }

    /// The text as a fraction; nil if it is not a decimal number.
    func fraction(_ text: String) -> Double? {
      unit.printed(text)?.value
    }
  }

  /// Why a band has no limits, as a sentence without its full stop.
  package struct Undefined: Error, Equatable, CustomStringConvertible {
    /// The sentence.
    package let description: String
  }

  /// The limits that follow from the kind and its inputs.
  ///
  /// - Parameters:
  ///   - center: the documented value.
  ///   - ownCount: number of items of the repetition, if it is another one than documented; binomial bands depend on it.
  ///   - ownRuns: number of runs whose mean is compared; bands from repeated runs allow less for more of them.
  /// - Returns: Limits as fractions, not cut off at 0 and 1.
  /// - Throws: ``Undefined`` when an input is missing or is none.
  package func limits(
    around center: Center, ownCount: Int? = nil, ownRuns: Int = 1
  ) throws(Undefined) -> Limits {
    guard let value = center.unit.printed(center.text) else {
      throw Undefined(description: "the value \"\(center.text)\" is not a decimal number")
    }
    switch kind {
    case .rounding:
      return Limits(lower: value.value - value.halfUnit, upper: value.value + value.halfUnit)
    case .exactCount:
      let count = try items(center)
      guard let counts = GRIM.possibleCounts(of: value, count: count) else {
        throw Undefined(description: "no count of \(count) items is printed as \(center.text)")
      }
      return Limits(
        lower: Double(counts.lowerBound) / Double(count),
        upper: Double(counts.upperBound) / Double(count), counts: counts)
    case .seedPrediction(let runs, let level):
      let values = try fractions(runs, center)
      guard let interval = PredictionInterval(runs: values, level: level, ownRuns: ownRuns) else {
        throw Undefined(description: "a prediction interval needs two runs and a level below 1")
      }
      // Of runs that are all equal, one item more or less may be chance.
      let least = center.unit.isShare ? center.count.map { 1 / Double($0) } ?? 0 : 0
      guard let estimate = interval.estimate, interval.halfWidth >= least else {
        return Limits(lower: interval.mean - least, upper: interval.mean + least)
      }
      return try limits(estimate, level)
    case .referenceConvergence(let runs, let level, let dropped):
      let values = try fractions(runs, center)
      guard let test = ReferenceConvergence(values, ownRuns: ownRuns, dropped: dropped) else {
        throw Undefined(
          description: "reference convergence points need \(2 * dropped + 2) runs")
      }
      guard let estimate = test.estimate else {
        return Limits(lower: test.mean, upper: test.mean)
      }
      return try limits(estimate, level)
    case .conditionalFlip(let discordance, _, let level):
      let count = try items(center)
      let error = (discordance / Double(count)).squareRoot()
      let estimate = Estimate(value: value.value, standardError: error)
      guard let flips = FlipDistribution(count: count, discordance: discordance) else {
        return try limits(estimate, level)
      }
      guard let bound = flips.bound(level: level) else { return try limits(nil, level) }
      // As the value was rounded, so may be the count that lies so many items off.
      let distance = Double(bound) / Double(count) + value.halfUnit
      var limits = Limits(
        lower: value.value - distance, upper: value.value + distance, estimate: estimate,
        level: level)
      (limits.flips, limits.flipCount) = (flips, count)
      return limits
    case .binomial(let level):
      let count = Double(try items(center))
      let variance = value.value * (1 - value.value)
      guard variance > 0 else { return Limits(lower: value.value, upper: value.value) }
      let own = ownCount.map(Double.init) ?? count
      // Fewer are some of the documented items, as of a run with a limit: the more of them, the nearer. More have others among
      // them, and are as random as the documented ones.
      let spread =
        own == count ? 1 / count : own < count ? 1 / own - 1 / count : 1 / count + 1 / own
      return try limits(
        Estimate(value: value.value, standardError: (variance * spread).squareRoot()), level)
    case .authored:
      guard let stored, let lower = center.fraction(stored.lower),
        let upper = center.fraction(stored.upper), lower <= upper
      else {
        throw Undefined(
          description: "an authored band needs a lower and an upper limit, in this order")
      }
      return Limits(lower: lower, upper: upper)
    }
  }

  private func items(_ center: Center) throws(Undefined) -> Int {
    guard let count = center.count, count > 0 else {
      throw Undefined(description: "a \(name) band needs the number of items")
    }
    return count
  }

  private func fractions(_ texts: [String], _ center: Center) throws(Undefined) -> [Double] {
    var values: [Double] = []
    for text in texts {
      guard let value = center.fraction(text) else {
        throw Undefined(description: "the run \"\(text)\" is not a decimal number")
      }
      values.append(value)
    }
    return values
  }

  private func limits(_ estimate: Estimate?, _ level: Double) throws(Undefined) -> Limits {
    guard let estimate, let interval = estimate.confidenceInterval(level: level) else {
      throw Undefined(description: "a \(name) band needs a level between 0 and 1")
    }
    return Limits(
      lower: interval.lowerBound, upper: interval.upperBound, estimate: estimate, level: level)
  }
}

// MARK: - Names

extension Band {
  /// The kind's name in files.
  package var name: String {
    switch kind {
    case .rounding: "rounding"
    case .exactCount: "exact-count"
    case .seedPrediction: "seed-prediction"
    case .referenceConvergence: "rcp"
    case .conditionalFlip: "conditional-flip"
    case .binomial: "binomial"
    case .authored: "authored"
    }
  }

  /// The question that lying inside answers.
  package var question: String {
    switch kind {
    case .rounding: "Is it the value that was printed?"
    case .exactCount: "Are as many items right as in the documented run?"
    case .seedPrediction(let runs, let level):
      "Same items, another training run: is it what the \(runs.count) runs predict of another, or of the mean of as many as were made, at the level \(Self.percent(level))?"
    case .referenceConvergence(let runs, let level, _):
      "Same items, other training runs: is their mean that of the \(runs.count) reference runs, at the level \(Self.percent(level))?"
    case .conditionalFlip(let discordance, let origin, let level):
      "Same items, another training run: could the \(Self.percent(discordance)) of items that flip between two runs (\(origin)) move it that far, at the level \(Self.percent(level))?"
    case .binomial(let level):
      "Other items of the same kind: would it hold on them, at the level \(Self.percent(level))? It says nothing about a repetition on the same items."
    case .authored(let reason): "Is it within the limits that the author chose (\(reason))?"
    }
  }

  private static func percent(_ share: Double) -> String {
    let text = Decimals.fixed(100 * share, 1)
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
  }
}

// MARK: - Stored limits

extension Band {
  /// A stored limit that is not the one that follows from kind and inputs.
  package struct Contradiction: Sendable, Equatable {
    /// Which of the two: "lower" or "upper".
    package let side: String
    /// The limit as it was written down.
    package let stored: String
    /// The limit that was computed, with as many decimals.
    package let computed: String
  }

  /// Compares the stored limits with the computed ones, rounded to the decimals of the stored, which has as many as the
  /// value at least; nil if they agree.
  ///
  /// Where limits depend on the number of our runs, stored ones are those for one run.
  package func contradiction(around center: Center) throws(Undefined) -> Contradiction? {
    guard let stored else { return nil }
    let limits = try limits(around: center)
    if case .authored = kind { return nil }
    for (side, text, limit) in [
      ("lower", stored.lower, limits.lower), ("upper", stored.upper, limits.upper),
    ] {
      guard let number = center.unit.printed(text) else {
        throw Undefined(description: "the \(side) limit \"\(text)\" is not a decimal number")
      }
      let least = center.unit.printed(center.text)?.decimals ?? 0
      guard number.decimals >= least else {
        throw Undefined(
          description:
            "the \(side) limit \"\(text)\" has fewer decimals than the value \"\(center.text)\"")
      }
      // Any way to round a half is allowed; the last bits of the limit are no half.
      guard !(abs(limit - number.value) <= number.halfUnit * (1 + 1e-9)) else { continue }
      let (scale, decimals) =
        center.unit == .percent ? (100.0, number.decimals - 2) : (1, number.decimals)
      return Contradiction(
        side: side, stored: text, computed: Decimals.fixed(limit * scale, decimals))
    }
    return nil
  }
}
