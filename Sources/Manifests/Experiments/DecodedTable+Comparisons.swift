import Scoring
import Statistics

extension DocumentedResults {
  /// The pairs of arms with values that the claims compare.
  ///
  /// If they compare none, all pairs of up to three arms, or the first of more arms with each other one.
  var comparedArms: [(minuend: String, subtrahend: String)] {
    let printed = arms.map(\.name).filter { arm in valueCells.contains { $0.value(of: arm) != nil }
    }
    var pairs: [(minuend: String, subtrahend: String)] = []
    for pair in claims.flatMap(\.test.comparedArms) {
      let isNew = !pairs.contains {
        [$0.minuend, $0.subtrahend].allSatisfy([pair.0, pair.1].contains)
      }
      if isNew, printed.contains(pair.0), printed.contains(pair.1) { pairs.append(pair) }
    }
    guard pairs.isEmpty else { return pairs }
    let minuends = printed.count <= 3 ? printed : Array(printed.prefix(1))
    return minuends.enumerated().flatMap { index, first in
      printed.dropFirst(index + 1).map { (minuend: first, subtrahend: $0) }
    }
  }
}

extension DocumentedResults.Test {
  /// The pairs of arms that the claim compares, the one said to be ahead first.
  fileprivate var comparedArms: [(String, String)] {
    switch self {
    case .better(let arm, let other, _, _), .worse(let arm, let other, _, _),
      .notBetter(let arm, let other, _, _), .equivalent(let arm, let other, _, _),
      .ratio(let arm, let other, _, _):
      [(arm, other)]
    case .frontier(let arm, let others, _, _, _): others.map { (arm, $0) }
    case .retained(let arm, let other, let base, _): [(arm, other), (arm, base), (other, base)]
    case .noneCorrect, .untestable: []
    }
  }
}

extension DecodedTable.ComparedRow {
  /// Compares two arms in a row; nil unless both have a value there.
  init?(
    _ row: DecodedTable.Row, _ minuend: String, _ subtrahend: String,
    _ compositions: [DecodedTable.Composition]
  ) {
    guard let first = row.value(of: minuend), let second = row.value(of: subtrahend) else {
      return nil
    }
    cell = row.cell
    let means = [first, second].map { value in
      compositions.first { $0.cell == row.cell && $0.arm == value.arm }?.recomputedMean
    }
    difference = (means[0] ?? first.printed.value) - (means[1] ?? second.printed.value)
    isRecomputed = means.contains { $0 != nil }
    unpairedStatistic = first.estimate.flatMap { estimate in
      second.estimate.flatMap { estimate.unpairedDifference(from: $0)?.statistic }
    }
    frontier = DecodedTable.Frontier(first, second)
    typicalStatistic = Self.typicalStatistic(difference, row.cell, first, second)
  }

  /// The difference in standard errors that are published as typical of the benchmark; nil for what is no share of documents.
  private static func typicalStatistic(
    _ difference: Double, _ cell: DocumentedResults.Cell, _ first: DecodedTable.Value,
    _ second: DecodedTable.Value
  ) -> Double? {
    guard [.fraction, .percent].contains(cell.unit), first.runs == 1, second.runs == 1,
      let count = first.itemCount, let noise = PublishedNoise.ofTask(cell.task)
    else { return nil }
    return difference / noise.standardError(documents: count)
  }
}

extension DecodedTable.Frontier {
  /// What a paired test could say of two values; nil without possible counts of both, and for means of several runs.
  ///
  /// If several counts are possible, those that lie farthest apart are taken: what they cannot show, none can.
  init?(_ first: DecodedTable.Value, _ second: DecodedTable.Value) {
    guard let itemCount = first.itemCount, let left = first.countsOfRun,
      let right = second.countsOfRun
    else { return nil }
    self.itemCount = itemCount
    net = (left.lowerBound - right.upperBound)...(left.upperBound - right.lowerBound)
    // An item answered differently is right in one arm and wrong in the other. b + c is even or odd as b − c is.
    func possible(_ first: Int, _ second: Int) -> Int {
      min(first + second, 2 * itemCount - first - second)
    }
    let outer = [(left.lowerBound, right.upperBound), (left.upperBound, right.lowerBound)]
    let ends = outer.prefix(net.count == 1 ? 1 : 2).map { first, second in
      let largest = DiscordanceFrontier.largestDiscordantCount(
        difference: first - second, count: itemCount)
      let limit = possible(first, second)
      return (discordance: largest.map { min($0, limit) }, limit: limit)
    }
    let widest = ends.max { ($0.discordance ?? -1) < ($1.discordance ?? -1) }
    largestDiscordance = widest?.discordance
    possibleDiscordance = widest?.limit ?? 0
  }
}

/// Whole numbers as tables show them.
package enum CountText {
  /// One number, or the first and the last of several.
  package static func text(_ range: ClosedRange<Int>) -> String {
    switch range.count {
    case 1: "\(range.lowerBound)"
    case 2: "\(range.lowerBound) or \(range.upperBound)"
    default: "\(range.lowerBound) to \(range.upperBound)"
    }
  }
}
