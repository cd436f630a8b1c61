import Files
import Manifests
import Scoring
import Statistics

extension ClaimTest {
  /// Why the claim's test comes out as it does, as one sentence; `level` is that of a test after correction.
  func sentence(_ status: Verdict.Status, _ test: SignificanceTest, level: Double) -> String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    let place = "On \(difference.pair.first.name)"
    let numbers = "(\(numbers(test)))"
    let outlook = outlook(level)
    switch (hypothesis, status) {
    case (.better(let least), .consistent):
      let more = least.map { ", more than \(fixed($0))" } ?? ""
      return "\(place) \(first) scores \(side) than \(second) by \(gap)\(more) \(numbers)\(size)."
    case (.better, .diverged):
      guard difference.value >= 0 || difference.twoSided >= test.pValue else {
        return "\(place) \(reversal) \(numbers)."
      }
      guard let refutable else { return "\(place) \(reversal) \(numbers)." }
      return
        "\(place) \(first) minus \(second) is \(gap) \(numbers), which excludes \(effect(refutable))."
    case (.notBetter(let margin), .consistent):
      return
        "\(place) \(first) minus \(second) is \(gap), \(bound) the margin of \(fixed(margin)) \(numbers)."
    case (.notBetter(let margin), .diverged):
      return
        "\(place) \(first) does score \(side) than \(second), by \(gap), more than the margin of \(fixed(margin)) \(numbers)."
    case (.equivalent(let margin), .consistent):
      return
        "\(place) \(first) and \(second) differ by \(gap), less than the margin of \(fixed(margin)) \(numbers)."
    case (.equivalent(let margin), .diverged):
      return
        "\(place) \(first) and \(second) differ by \(gap), more than the margin of \(fixed(margin)) \(numbers)."
    case (.notBetter(let margin), _), (.equivalent(let margin), _):
      return
        "\(place) \(first) minus \(second) is \(gap) \(numbers): that cannot be told from a difference of the margin, \(fixed(margin))\(outlook)."
    case (.retained(let losses), _):
      return retention(losses, status, test, numbers: numbers, outlook: outlook)
    case (.better, .untestable): return "\(place) \(outOfReach)"
    case (.better(let least), _):
      let other = least.map { $0 > 0 ? effect($0) : "no difference" } ?? "no difference"
      return
        "\(place) \(first) minus \(second) is \(gap) \(numbers), which cannot be told from \(other)\(outlook)."
    }
  }

  private func retention(
    _ losses: Losses, _ status: Verdict.Status, _ test: SignificanceTest, numbers: String,
    outlook: String
  ) -> String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    let base = losses.second.pair.first.arm
    let place =
      "On \(difference.pair.first.name) \(second) \(change(losses.second)) against \(base) and \(first) \(change(losses.first))"
    let kept = fixedDifference(difference.value)
    switch status {
    case .consistent: return "\(place): \(first) keeps \(kept) more than \(second) \(numbers)."
    case .diverged:
      return "\(place): it is \(first) that loses more, the difference is \(kept) \(numbers)."
    case .untestable: return "\(place); \(outOfReach)"
    default:
      // The loss is what is missing, by itself or after correction.
      let isMissing = losses.pValue >= min(Self.level, favourable)
      guard !isMissing else { return "\(place): \(withoutLoss(losses, test))" }
      return
        "\(place); the difference is \(kept) \(numbers), which cannot be told from none\(outlook)."
    }
  }

  /// Why there is nothing to be retained.
  private func withoutLoss(_ losses: Losses, _ test: SignificanceTest) -> String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    let end = ", so there is no forgetting that \(first) could have less of."
    guard losses.second.value > 0 else { return "\(second) lost nothing" + end }
    var chance = "p \(probability(losses.pValue))"
    if losses.pValue == test.pValue, test.adjustedPValue != test.pValue {
      chance += ", adjusted \(probability(test.adjustedPValue))"
    }
    return "\(second) lost nothing that can be shown (\(chance))" + end
  }

  // MARK: - Parts

  /// First minus second with its sign, error and unit.
  private var gap: String {
    fixedDifference(difference.sign < 0 ? 0 - difference.value : difference.value)
  }

  private func fixedDifference(_ value: Double) -> String {
    Decimals.signed(value, 4) + error(difference) + unit
  }

  /// The unit of what is no share, to stand behind a number.
  private var unit: String {
    let quantity = difference.pair.first.quantity
    return quantity.unit == .share ? "" : " \(quantity.unit.rawValue)"
  }

  /// On which side of the second arm the claim puts the first one.
  private var side: String { difference.sign > 0 ? "higher" : "lower" }

  private var bound: String { difference.sign > 0 ? "below" : "on the right side of" }

  private var reversal: String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    return "it is the other way round: \(first) minus \(second) is \(gap)"
  }

  /// An effect that was to be found.
  private func effect(_ size: Double) -> String {
    let signed = Decimals.signed(difference.sign < 0 ? 0 - size : size, 4)
    if case .better(.some) = hypothesis { return "the smallest effect of interest, \(signed)" }
    return "the documented \(signed)"
  }

  /// What a claim that is shown lacks of the documented size, as the end of a sentence.
  private var size: String {
    guard case .better(nil) = hypothesis, let refutable,
      2 * difference.below(refutable) < Self.level
    else { return "" }
    return ", less than \(effect(refutable))"
  }

  /// Why no outcome could have been significant.
  private var outOfReach: String {
    let count = difference.paired.independentCount
    return
      "nothing could be shown, whatever the answers: even if all \(count) independent items spoke for the same arm, p would be \(probability(difference.smallestTwoSided ?? 1))."
  }

  /// What it would take to decide, as the end of a sentence; empty if there is nothing to say.
  private func outlook(_ level: Double) -> String {
    let items = difference.pair.differences.count
    if difference.isIdentical, !isOneSided {
      return "; they score all \(items) items the same, so that nothing speaks for either"
    }
    if isAgainstZero, let count = difference.decidingSigns {
      let least = SignFlipTest.smallestPValue(count: count)
      let units =
        difference.pair.clusters == nil
        ? "\(items) items" : "\(difference.paired.independentCount) clusters"
      if least >= Self.level {
        return
          "; of \(units) \(count) differ, and even if all of these spoke for the same arm, p would be \(probability(least))"
      }
    }
    guard
      let smallest = difference.smallestDetectable(level: level, isOneSided: isOneSided)
    else { return "" }
    let detectable = "; the smallest detectable difference is \(fixed(smallest))"
    guard let (distance, name) = target,
      let count = difference.countNeeded(for: distance, level: level, isOneSided: isOneSided)
    else { return detectable }
    let units = difference.isOfSeeds ? "seeds" : "items"
    return detectable + ", and to show \(name) takes about \(grouped(count)) \(units)"
  }

  /// How far from what is to be excluded, and what that is called; nil if it lies on the wrong side.
  private var target: (distance: Double, name: String)? {
    let distance: Double
    switch hypothesis {
    case .better(nil), .retained:
      if let documented, documented * difference.sign > 0 {
        return (abs(documented), "the documented \(Decimals.signed(documented, 4))")
      }
      guard difference.value > 0 else { return nil }
      let signed = Decimals.signed(difference.value * difference.sign, 4)
      return (difference.value, "a difference of \(signed)")
    case .better(let least): distance = difference.value - (least ?? 0)
    case .notBetter(let margin): distance = margin - difference.value
    case .equivalent(let margin): distance = margin - abs(difference.value)
    }
    return distance > 0 ? (distance, "this") : nil
  }

  private func numbers(_ test: SignificanceTest) -> String {
    var parts = ["n \(difference.pair.differences.count)"]
    if difference.pair.clusters != nil {
      parts.append("\(difference.paired.independentCount) clusters")
    }
    // Without a spread, the name is what was found.
    let isFinding = difference.estimate == nil && test.name == difference.name(spread: "")
    parts.append("\(test.name)\(isFinding ? "," : "") p \(probability(test.pValue))")
    if test.adjustedPValue != test.pValue {
      parts.append("adjusted \(probability(test.adjustedPValue))")
    }
    parts.append(Self.scope(of: difference))
    return parts.joined(separator: ", ")
  }

  /// What the p value is about: seeds with both errors, or no more than the checkpoints at hand.
  static func scope(of difference: DifferenceTest) -> String {
    guard let seeds = difference.seeds else {
      let count = difference.pair.first.values.count + difference.pair.second.values.count
      return "of these \(count == 2 ? "two" : "\(count)") checkpoints"
    }
    let items = difference.paired.standardError.map { Decimals.fixed($0, 4) } ?? "none"
    return
      "SE \(Decimals.fixed(seeds.standardError, 4)) over \(difference.seedCount) seeds, \(items) over items"
  }

  /// What an arm loses against the base, or gains.
  private func change(_ loss: DifferenceTest) -> String {
    "\(loss.value < 0 ? "gains" : "loses") \(fixed(abs(loss.value)))\(error(loss))\(unit)"
  }

  /// The standard error of a difference, to be put behind it; empty without a spread, which says nothing about the error.
  private func error(_ difference: DifferenceTest) -> String {
    difference.estimate.map { " ± \(fixed($0.standardError))" } ?? ""
  }

  private func fixed(_ value: Double) -> String { Decimals.fixed(value, 4) }

  private func probability(_ value: Double) -> String { ProbabilityText.text(value) }

  /// A number rounded to three digits, with a comma at every thousand.
  private func grouped(_ number: Int) -> String {
    var unit = 1
    while number / unit >= 1000 { unit *= 10 }
    let digits = Array(String((number + unit - 1) / unit * unit))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}

/// Probabilities as sentences show them.
enum ProbabilityText {
  /// Four digits after the point.
  static func text(_ value: Double) -> String {
    value < 0.0001 ? "below 0.0001" : Decimals.fixed(value, 4)
  }
}
