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
  /// Where the value and the runs of its band are from; nil if that is not known.
  var source: DocumentedResults.Source?

  /// What a run says about the value.
  func verdict(_ results: MeasuredResults) -> Verdict {
    Verdict(
      subject: .cell, id: cell.verdictID(of: value.arm), title: cell.label,
      isRequired: cell.isRequired, first: finding(results))
  }

  private func finding(_ results: MeasuredResults) -> Finding {
    do throws(Obstacle) {
      return finding(try MeasuredCell(cell, value, in: results))
    } catch {
      return completed(Finding(status: error.status, why: error.why), nil, nil)
    }
  }

  private func finding(_ measured: MeasuredCell) -> Finding {
    if let why = unfitness(measured) {
      return completed(Finding(status: .invalid, why: why), measured, nil)
    }
    let limits: Band.Limits
    do throws(Band.Undefined) {
      limits = try self.limits(measured)
    } catch {
      return completed(
        Finding(status: .invalid, why: "There is no band to compare with: \(error)."), measured, nil
      )
    }
    let (status, why) = judged(measured, limits)
    return completed(Finding(status: status, why: why), measured, limits)
  }

  // MARK: - Evidence

  /// Why the run is none that the value could be compared with, as a sentence; nil if it is.
  private func unfitness(_ measured: MeasuredCell) -> String? {
    if let count = cell.count, count != measured.row.count, !band.isBinomial {
      return
        "\(measured.row.count) items were evaluated and \(count) are documented, so this is not a repetition on the same items."
    }
    if let documents = cell.documents {
      guard let own = measured.row.documents else {
        return
          "The documents \(documents.hex.prefix(16)) are documented, but what these were is not recorded."
      }
      if own != documents {
        return
          "These are other documents: their SHA-256 is \(own.hex.prefix(16)), and \(documents.hex.prefix(16)) is documented."
      }
    }
    // What does not vary between runs cannot be fitted to one.
    let own = measured.row.seeds.compactMap(\.self).filter { source?.seeds.contains($0) ?? false }
    if let seed = own.first, band.isOfRuns {
      return
        "The band is made from a run with the seed \(seed), which is one of this run's own: it holds whatever was done."
    }
    return nil
  }

  private func limits(_ measured: MeasuredCell) throws(Band.Undefined) -> Band.Limits {
    let center = Band.Center(text: value.text, unit: cell.unit, count: cell.count)
    let limits = try band.limits(
      around: center, ownCount: measured.row.count, ownRuns: measured.values.count)
    guard limits.counts != nil, let counts else { return limits }
    let count = Double(measured.row.count)
    return Band.Limits(
      lower: Double(counts.lowerBound) / count, upper: Double(counts.upperBound) / count,
      counts: counts)
  }

  // MARK: - Judging

  private func judged(_ measured: MeasuredCell, _ limits: Band.Limits) -> (Verdict.Status, String) {
    let count = measured.row.count
    let same = sameCount(measured)
    if let same, cell.documents != nil, measured.value > 0 { return (.reproduced, same + ".") }
    if band.isBinomial, cell.count == count {
      return (
        .untestable,
        "A binomial band is about other items, but these are the same \(count): it cannot judge a repetition on them."
      )
    }
    if let why = vacuity(limits, measured) { return (.untestable, why) }
    if let counts = limits.counts {
      let isInside = measured.rightCounts?.allSatisfy(counts.contains) ?? false
      let found = measured.rightCounts.map(Self.list) ?? "no whole number"
      guard isInside else {
        return (
          .diverged,
          "\(found) of \(count) items are right, but \(value.text) stands for \(English.range(counts))."
        )
      }
      guard let same else {
        return (
          .consistent,
          "\(found) of \(count) items are right; \(value.text) can stand for \(English.range(counts))."
        )
      }
      return (.consistent, same + reservation + ".")
    }
    return inside(compared(measured), limits)
  }

  /// Why the count alone reproduces nothing, as the end of a sentence.
  private var reservation: String {
    cell.documents == nil
      ? "; whether the items are the documented ones is not known"
      : "; so it is with any model that answers none"
  }

  /// Why no value, or none that matters, could lie outside, as a sentence; nil if one could.
  private func vacuity(_ limits: Band.Limits, _ measured: MeasuredCell) -> String? {
    if cell.unit.isShare {
      let least = measured.isDifference ? -1.0 : 0
      if limits.lower <= least, limits.upper >= 1 {
        return
          "The band reaches from \(measured.isDifference ? "-1" : "0") to 1: no value could lie outside."
      }
    }
    if case .referenceConvergence = band.kind, let estimate = limits.estimate,
      estimate.degreesOfFreedom < 2
    {
      return
        "Of so few runs the test has one degree of freedom, and its limits reach so far that next to nothing lies outside."
    }
    return nil
  }

  /// The mean over seeds, without those that the band's test leaves out.
  private func compared(_ measured: MeasuredCell) -> Double {
    guard case .referenceConvergence(_, _, let dropped) = band.kind else { return measured.value }
    return ReferenceConvergence.mean(of: measured.values, dropped: dropped) ?? .nan
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
    if let effect = cell.smallestEffect, limits.halfWidth > effect * (1 + 1e-12) {
      return (
        .inconclusive,
        "\(text(observed)) lies within \(range)\(share), but so would what is off by \(text(effect)), from which on it matters."
      )
    }
    return (.consistent, "\(text(observed)) lies within \(range)\(share).")
  }

  /// That the value is the documented one to the item, as a sentence without its full stop; nil if it is not, or if that cannot
  /// be known.
  private func sameCount(_ measured: MeasuredCell) -> String? {
    let count = measured.row.count
    guard cell.count == count, let counts, counts.count == 1, let found = measured.rightCounts,
      !found.isEmpty, found.allSatisfy(counts.contains)
    else { return nil }
    let seeds = found.count == 1 ? "" : " with each of \(found.count) seeds"
    return
      "\(Self.list(found)) of \(count) items are right\(seeds), the only count that \(value.text) can stand for"
  }

  static func toleranceUsed(_ observed: Double, _ limits: Band.Limits) -> Double? {
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

  private func completed(
    _ finding: Finding, _ measured: MeasuredCell?, _ limits: Band.Limits?
  ) -> Finding {
    var finding = finding
    finding.row = DocumentedResults.RowName(task: cell.task, metric: cell.metric)
    finding.unit = cell.unit
    finding.expected = value.text
    finding.band = band
    finding.limits = limits
    guard let measured else { return finding }
    finding.values = measured.values
    finding.observed = compared(measured)
    finding.count = measured.row.count
    finding.documents = measured.row.documents
    finding.onOtherItems = measured.isDifference ? nil : ShareInterval(measured.row)
    if let limits {
      finding.toleranceUsed = Self.toleranceUsed(compared(measured), limits)
      finding.test = limits.test(of: compared(measured), named: band.name)
      finding.smallestDetectable = limits.smallestDetectable
    }
    return finding
  }
}
