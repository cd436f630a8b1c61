import Files
import Manifests
import Statistics

/// One documented value of one arm, with the band that a repetition is held against.
struct CellCheck {
  let cell: DocumentedResults.Cell
  let value: DocumentedResults.Value
  let band: Band
  /// The numbers of right answers of one run that the value can stand for, narrowed by the rows it is summed up with; nil for
  /// means, and if they are not known.
  let counts: ClosedRange<Int>?

  /// What a run says about the value.
  func verdict(_ results: MeasuredResults) -> Verdict {
    Verdict(
      subject: .cell, id: "\(cell.id).\(value.arm)", title: cell.label,
      isRequired: cell.isRequired, first: finding(results))
  }

  private func finding(_ results: MeasuredResults) -> Finding {
    let name = DocumentedResults.RowName(task: cell.task, metric: cell.metric)
    do throws(Obstacle) {
      return finding(try ArmRow(name, arm: value.arm, in: results))
    } catch {
      return completed(Finding(status: error.status, why: error.why), nil, nil)
    }
  }

  private func finding(_ row: ArmRow) -> Finding {
    let isBinomial = band.name == "binomial"
    if let count = cell.count, count != row.count, !isBinomial {
      return completed(
        Finding(
          status: .invalid,
          why:
            "\(row.count) items were evaluated and \(count) are documented, so this is not a repetition on the same items."
        ), row, nil)
    }
    let limits: Band.Limits
    do throws(Band.Undefined) {
      limits = try self.limits(row)
    } catch {
      return completed(
        Finding(status: .invalid, why: "There is no band to compare with: \(error)."), row, nil)
    }
    let (status, why) = judged(row, limits)
    return completed(Finding(status: status, why: why), row, limits)
  }

  private func limits(_ row: ArmRow) throws(Band.Undefined) -> Band.Limits {
    let center = Band.Center(text: value.text, unit: cell.unit, count: cell.count)
    let limits = try band.limits(
      around: center, ownCount: row.count, ownRuns: row.values.count)
    guard limits.counts != nil, let counts else { return limits }
    let count = Double(row.count)
    return Band.Limits(
      lower: Double(counts.lowerBound) / count, upper: Double(counts.upperBound) / count,
      counts: counts)
  }

  private func judged(_ row: ArmRow, _ limits: Band.Limits) -> (Verdict.Status, String) {
    if let why = sameCount(row) { return (.reproduced, why) }
    if band.name == "binomial", cell.count == row.count {
      return (
        .untestable,
        "A binomial band is about other items, but these are the same \(row.count): it cannot judge a repetition on them."
      )
    }
    if cell.unit.isShare, limits.isVacuous {
      return (.untestable, "The band reaches from 0 to 1: no value could lie outside.")
    }
    if let counts = limits.counts {
      let isInside = row.rightCounts?.allSatisfy(counts.contains) ?? false
      let found = row.rightCounts.map(Self.list) ?? "no whole number"
      return isInside
        ? (
          .consistent,
          "\(found) of \(row.count) items are right; \(value.text) can stand for \(English.range(counts))."
        )
        : (
          .diverged,
          "\(found) of \(row.count) items are right, but \(value.text) stands for \(English.range(counts))."
        )
    }
    return inside(compared(row), limits)
  }

  /// The mean over seeds, without those that the band's test leaves out.
  private func compared(_ row: ArmRow) -> Double {
    guard case .referenceConvergence(_, _, let dropped) = band.kind else { return row.value }
    return ReferenceConvergence.mean(of: row.values, dropped: dropped) ?? .nan
  }

  private func inside(_ observed: Double, _ limits: Band.Limits) -> (Verdict.Status, String) {
    let range = "\(text(limits.lower)) to \(text(limits.upper)) (\(band.name))"
    let used = Self.toleranceUsed(observed, limits)
    guard limits.contains(observed) else {
      let side = observed < limits.lower ? "below" : "above"
      let factor = used.map { ", \(Decimals.fixed($0, 1)) times the tolerance" } ?? ""
      return (
        .diverged,
        "\(text(observed)) lies \(side) \(range), off the middle by \(text(abs(observed - limits.center)))\(factor)."
      )
    }
    let share = used.map { ", which uses \(Decimals.fixed(100 * $0, 0)) % of the tolerance" } ?? ""
    return (.consistent, "\(text(observed)) lies within \(range)\(share).")
  }

  /// Why the value is the documented one to the item; nil if it is not, or if that cannot be known.
  private func sameCount(_ row: ArmRow) -> String? {
    guard cell.count == row.count, let counts, counts.count == 1, let found = row.rightCounts,
      !found.isEmpty, found.allSatisfy(counts.contains)
    else { return nil }
    let seeds = found.count == 1 ? "" : " with each of \(found.count) seeds"
    return
      "\(Self.list(found)) of \(row.count) items are right\(seeds), the only count that \(value.text) can stand for."
  }

  private static func toleranceUsed(_ observed: Double, _ limits: Band.Limits) -> Double? {
    limits.halfWidth > 0 ? abs(observed - limits.center) / limits.halfWidth : nil
  }

  /// Distinct numbers, smallest first.
  private static func list(_ counts: [Int]) -> String {
    let distinct = Set(counts).sorted()
    guard let first = distinct.first, let last = distinct.last else { return "none" }
    if distinct.count > 4 { return "\(first) to \(last)" }
    return distinct.map(String.init).joined(separator: ", ")
  }

  /// A fraction in the unit of the cell.
  private func text(_ fraction: Double) -> String { cell.unit.text(fraction) }

  private func completed(_ finding: Finding, _ row: ArmRow?, _ limits: Band.Limits?) -> Finding {
    var finding = finding
    finding.row = DocumentedResults.RowName(task: cell.task, metric: cell.metric)
    finding.unit = cell.unit
    finding.expected = value.text
    finding.band = band
    finding.limits = limits
    guard let row else { return finding }
    finding.values = row.values
    finding.observed = compared(row)
    finding.count = row.count
    finding.onOtherItems = ShareInterval(row)
    if let limits {
      finding.toleranceUsed = Self.toleranceUsed(compared(row), limits)
      finding.test = test(compared(row), limits)
      finding.smallestDetectable = limits.smallestDetectable
    }
    return finding
  }

  /// The test that the band comes to: of the observed value's distance from the documented one.
  private func test(_ observed: Double, _ limits: Band.Limits) -> SignificanceTest? {
    guard let center = limits.estimate, let level = limits.level,
      let distance = Estimate(
        value: observed - center.value, standardError: center.standardError,
        degreesOfFreedom: center.degreesOfFreedom)
    else { return nil }
    return SignificanceTest(
      name: distance.degreesOfFreedom.isFinite ? "t of \(band.name)" : "z of \(band.name)",
      statistic: distance.statistic,
      degreesOfFreedom: distance.degreesOfFreedom.isFinite ? distance.degreesOfFreedom : nil,
      pValue: distance.pValue, adjustedPValue: distance.pValue,
      standardError: distance.standardError,
      interval: distance.confidenceInterval(level: level).map {
        SignificanceTest.Interval($0, level: level)
      })
  }
}

extension Band.Limits {
  /// How far off a repetition has to be on average to lie outside four times in five; nil if the limits come from no
  /// distribution.
  var smallestDetectable: Double? {
    estimate.map { halfWidth + NormalDistribution.quantile(at: 0.8) * $0.standardError }
  }
}

extension DocumentedResults.Unit {
  /// A fraction as values of this unit are shown: four digits after the point, two of a percentage.
  package func text(_ fraction: Double) -> String {
    switch self {
    case .fraction: Decimals.fixed(fraction, 4)
    case .percent: Decimals.fixed(100 * fraction, 2)
    case .nats, .bits: Decimals.fixed(fraction, 4)
    }
  }
}
