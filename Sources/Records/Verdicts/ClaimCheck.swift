import Files
import Manifests
import Statistics

/// A claim and what has to be measured for it.
struct ClaimCheck {
  let claim: DocumentedResults.Claim
  let documented: DocumentedResults

  /// One row of a claim: settled, or a test that has to be corrected for the others first.
  enum Part {
    case settled(Finding)
    case open(any RowTest)
  }

  /// The rows of the claim, in its order; never empty.
  func parts(_ results: MeasuredResults) -> [Part] {
    let parts: [Part] =
      switch claim.test {
      case .better(let arm, let than, let least, let rows):
        rows.map { test(.better(by: least), arm, than, $0, results) }
      case .worse(let arm, let than, let least, let rows):
        rows.map { test(.better(by: least), arm, than, $0, results, isReversed: true) }
      case .notBetter(let arm, let than, let rows, let margin):
        rows.map { test(.notBetter(margin: margin), arm, than, $0, results) }
      case .equivalent(let arm, let other, let rows, let margin):
        rows.map { test(.equivalent(margin: margin), arm, other, $0, results) }
      case .retained(let arm, let than, let base, let rows):
        rows.map { retention(arm, than, base, $0, results) }
      case .ratio(let arm, let other, let limit, let rows):
        rows.map { ratio(arm, other, limit, $0, results) }
      case .frontier(let arm, let others, let cost, let gain, let least):
        [frontier(arm, others, cost, gain, least, results)]
      case .noneCorrect(let arms, let rows, let count, let rate):
        rows.flatMap { row in
          arms.map { .settled(noneCorrect($0, row, results, count, rate)) }
        }
      case .untestable(let reason):
        [.settled(Finding(status: .untestable, why: Self.sentence(reason), isEvaluated: false))]
      }
    guard parts.isEmpty else { return parts }
    return [.settled(Finding(status: .invalid, why: "The claim names no row to look at."))]
  }

  // MARK: - Two arms

  private func test(
    _ hypothesis: ClaimTest.Hypothesis, _ arm: String, _ than: String,
    _ name: DocumentedResults.RowName, _ results: MeasuredResults, isReversed: Bool = false
  ) -> Part {
    attempt(name) { () throws(Obstacle) in
      let first = try ArmRow(name, arm: arm, in: results)
      let second = try ArmRow(name, arm: than, in: results)
      let pair = try PairedRow.testable(first, second)
      return ClaimTest(
        hypothesis: hypothesis, difference: DifferenceTest(pair, isReversed: isReversed),
        documented: documented.difference(arm, than, name))
    }
  }

  private func ratio(
    _ arm: String, _ other: String, _ limit: Double, _ name: DocumentedResults.RowName,
    _ results: MeasuredResults
  ) -> Part {
    attempt(name) { () throws(Obstacle) in
      try SeedwiseTest(
        ratioOf: try ArmRow(name, arm: arm, in: results),
        to: try ArmRow(name, arm: other, in: results), below: limit)
    }
  }

  private func frontier(
    _ arm: String, _ others: [String], _ cost: DocumentedResults.RowName,
    _ gain: DocumentedResults.RowName, _ least: Double, _ results: MeasuredResults
  ) -> Part {
    attempt(cost) { () throws(Obstacle) in
      func rows(_ arm: String) throws(Obstacle) -> (cost: ArmRow, gain: ArmRow) {
        (
          cost: try ArmRow(cost, arm: arm, in: results),
          gain: try ArmRow(gain, arm: arm, in: results)
        )
      }
      var points: [(cost: ArmRow, gain: ArmRow)] = []
      for other in others { points.append(try rows(other)) }
      return try SeedwiseTest(
        SeedwiseTest.Frontier(arm: try rows(arm), others: points, least: least))
    }
  }

  private func retention(
    _ arm: String, _ than: String, _ base: String, _ name: DocumentedResults.RowName,
    _ results: MeasuredResults
  ) -> Part {
    attempt(name) { () throws(Obstacle) in
      let untouched = try ArmRow(name, arm: base, in: results)
      let first = try ArmRow(name, arm: arm, in: results)
      let second = try ArmRow(name, arm: than, in: results)
      // Base minus arm, and base minus the other arm: their difference is arm minus other arm, item by item.
      let losses = ClaimTest.Losses(
        first: DifferenceTest(try PairedRow.testable(untouched, first)),
        second: DifferenceTest(try PairedRow.testable(untouched, second)))
      return ClaimTest(
        hypothesis: .retained(losses: losses),
        difference: DifferenceTest(try PairedRow.testable(first, second)),
        documented: documented.difference(arm, than, name))
    }
  }

  private func attempt(
    _ name: DocumentedResults.RowName, _ body: () throws(Obstacle) -> any RowTest
  ) -> Part {
    do throws(Obstacle) {
      return .open(try body())
    } catch {
      return .settled(Self.finding(error, name))
    }
  }

  private static func finding(_ obstacle: Obstacle, _ name: DocumentedResults.RowName) -> Finding {
    var finding = Finding(status: obstacle.status, why: obstacle.why)
    finding.row = name
    return finding
  }

  // MARK: - Counts

  private func noneCorrect(
    _ arm: String, _ name: DocumentedResults.RowName, _ results: MeasuredResults,
    _ leastCount: Int?, _ largestRate: Double?
  ) -> Finding {
    let row: ArmRow
    do throws(Obstacle) {
      row = try ArmRow(name, arm: arm, in: results)
    } catch {
      return Self.finding(error, name)
    }
    // Averaged over seeds: above zero if any seed has it right.
    let scores = row.items.flatMap(\.scores)
    let right = scores.count { $0 > 0 }
    let seeds = row.values.count > 1 ? " in at least one of \(row.values.count) seeds" : ""
    let answers = row.items[0].answers.map(\.scores.count) ?? 1
    let tries = answers > 1 ? " in at least one of \(answers) answers" : ""
    var why = "\(arm) answers \(right) of \(row.count) items of \(name) correctly\(tries)\(seeds)"
    var status: Verdict.Status = right == 0 ? .consistent : .diverged
    if right == 0, let interval = Proportion.clopperPearsonInterval(successes: 0, count: row.count)
    {
      let limit = Decimals.fixed(100 * interval.upperBound, 1)
      why += "; on other items it could still be up to \(limit) % (95 %, Clopper-Pearson)"
      if let largestRate, interval.upperBound > largestRate {
        status = .inconclusive
        why += ", which is not below the \(Decimals.fixed(100 * largestRate, 1)) % that was named"
      } else if let leastCount, row.count < leastCount {
        status = .inconclusive
        why += ", and \(leastCount) were to be asked"
      } else if largestRate == nil, leastCount == nil {
        status = .inconclusive
        why += ", and how many it takes was not said"
      }
    }
    if let share = row.cutOffShare {
      why += "; \(Decimals.fixed(100 * share, 1)) % of its answers were cut off at their longest"
    }
    var finding = Finding(status: status, why: why + ".")
    finding.row = name
    finding.expected = "0"
    finding.values = row.values
    finding.observed = row.value
    finding.count = row.count
    finding.onOtherItems = ShareInterval(row)
    return finding
  }

  private static func sentence(_ reason: String) -> String {
    reason.hasSuffix(".") ? reason : reason + "."
  }
}
