import Files
import Statistics

extension ClaimTest {
  /// Why the claim's test comes out as it does, as one sentence.
  func sentence(_ status: Verdict.Status, _ test: SignificanceTest) -> String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    let place = "On \(difference.pair.first.name)"
    let gap = Decimals.signed(difference.value, 4) + error(difference)
    let numbers = "(\(numbers(test)))"
    switch (hypothesis, status) {
    case (.better, .consistent):
      return "\(place) \(first) scores higher than \(second) by \(gap) \(numbers)."
    case (.better, .diverged):
      return "\(place) it is the other way round: \(first) minus \(second) is \(gap) \(numbers)."
    case (.notBetter(let margin), .consistent):
      return
        "\(place) \(first) minus \(second) is \(gap), below the margin of \(fixed(margin)) \(numbers)."
    case (.notBetter(let margin), .diverged):
      return
        "\(place) \(first) does score higher than \(second), by \(gap), more than the margin of \(fixed(margin)) \(numbers)."
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
      return retention(losses, status, test, gap: gap, numbers: numbers)
    case (.better, .untestable): return "\(place) \(outOfReach)"
    case (.better, _):
      return
        "\(place) \(first) minus \(second) is \(gap) \(numbers), which cannot be told from no difference\(outlook)."
    }
  }

  private func retention(
    _ losses: Losses, _ status: Verdict.Status, _ test: SignificanceTest, gap: String,
    numbers: String
  ) -> String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    let base = losses.second.pair.first.arm
    let place =
      "On \(difference.pair.first.name) \(second) \(change(losses.second)) against \(base) and \(first) \(change(losses.first))"
    switch status {
    case .consistent: return "\(place): \(first) keeps \(gap) more than \(second) \(numbers)."
    case .diverged:
      return "\(place): it is \(first) that loses more, the difference is \(gap) \(numbers)."
    case .untestable: return "\(place); \(outOfReach)"
    default:
      // The loss is what is missing, by itself or after correction.
      let isMissing = losses.pValue >= min(Self.level, favourable)
      guard !isMissing else { return "\(place): \(withoutLoss(losses, test))" }
      return
        "\(place); the difference is \(gap) \(numbers), which cannot be told from none\(outlook)."
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

  /// Why no outcome could have been significant.
  private var outOfReach: String {
    let (first, second) = (difference.pair.first.arm, difference.pair.second.arm)
    guard !difference.isIdentical else {
      return
        "\(first) and \(second) score all \(difference.pair.differences.count) items the same, so that nothing speaks for either."
    }
    let items = difference.pair.differentCount
    return
      "\(first) and \(second) differ on \(items) of \(difference.pair.differences.count) items; even if all of these spoke for the same arm, p would be \(probability(difference.smallestTwoSided ?? 1))."
  }

  /// What it would take to decide, as the end of a sentence; empty if there is nothing to say.
  private var outlook: String {
    guard let smallest = difference.smallestDetectable else { return "" }
    let detectable = "; the smallest detectable difference is \(fixed(smallest))"
    let target: (value: Double, name: String)?
    switch hypothesis {
    case .better, .retained:
      if let documented, documented > 0 {
        target = (documented, "the documented \(Decimals.signed(documented, 4))")
      } else if difference.value > 0 {
        target = (difference.value, "a difference of \(Decimals.signed(difference.value, 4))")
      } else {
        target = nil
      }
    case .notBetter(let margin):
      let distance = margin - difference.value
      target = distance > 0 ? (distance, "this") : nil
    case .equivalent(let margin):
      let distance = margin - abs(difference.value)
      target = distance > 0 ? (distance, "this") : nil
    }
    guard let target, let items = difference.itemsNeeded(for: target.value) else {
      return detectable
    }
    return detectable + ", and to show \(target.name) takes about \(grouped(items)) items"
  }

  private func numbers(_ test: SignificanceTest) -> String {
    var parts = ["n \(difference.pair.differences.count)"]
    if difference.pair.clusters != nil {
      parts.append("\(difference.paired.independentCount) clusters")
    }
    // Without a spread, the name is what was found.
    let isFinding = difference.estimate == nil && !isExact
    parts.append("\(test.name)\(isFinding ? "," : "") p \(probability(test.pValue))")
    if test.adjustedPValue != test.pValue {
      parts.append("adjusted \(probability(test.adjustedPValue))")
    }
    return parts.joined(separator: ", ")
  }

  /// What an arm loses against the base, or gains.
  private func change(_ loss: DifferenceTest) -> String {
    "\(loss.value < 0 ? "gains" : "loses") \(fixed(abs(loss.value)))\(error(loss))"
  }

  /// The standard error of a difference, to be put behind it; empty without a spread, which says nothing about the error.
  private func error(_ difference: DifferenceTest) -> String {
    difference.estimate.map { " ± \(fixed($0.standardError))" } ?? ""
  }

  private func fixed(_ value: Double) -> String { Decimals.fixed(value, 4) }

  private func probability(_ value: Double) -> String {
    value < 0.0001 ? "below 0.0001" : Decimals.fixed(value, 4)
  }

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
