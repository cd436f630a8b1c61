import Manifests
import Scoring
import Statistics

extension SeedwiseTest {
  /// A claim that an arm costs less than others that have learned as much.
  ///
  /// Every seed has a line through what the other arms gain and cost, by which the cost at the arm's own gain is known. With
  /// three seeds or more, the arm's cost less that one is tested by Student's t.
  struct Frontier {
    /// The arm's cost and gain.
    let arm: (cost: ArmRow, gain: ArmRow)
    /// The others' costs and gains.
    let others: [(cost: ArmRow, gain: ArmRow)]
    /// How much less it has to cost.
    let least: Double
  }

  /// Tests a frontier.
  ///
  /// - Throws: an ``Obstacle``: untestable with fewer than three seeds, invalid for arms with different seeds, inconclusive for
  ///   arms that gain the same, which have no line.
  init(_ frontier: Frontier) throws(Obstacle) {
    let (cost, gain) = frontier.arm
    let seedCount = cost.values.count
    guard seedCount >= DifferenceTest.leastSeedCount else {
      throw Obstacle(
        status: .untestable,
        why:
          "What other arms cost at equal learning is known seed by seed; it takes \(DifferenceTest.leastSeedCount) seeds to tell, and there are \(seedCount)."
      )
    }
    var differences: [Double] = []
    var outside = 0
    var farthest = 0.0
    for seed in 0..<seedCount {
      var points: [(gain: Double, cost: Double)] = []
      for other in frontier.others {
        guard let costs = cost.paired(with: other.cost), let gains = gain.paired(with: other.gain)
        else {
          throw Obstacle(
            status: .invalid,
            why:
              "The arms \"\(cost.arm)\" and \"\(other.cost.arm)\" were trained with different seeds, so that they cannot be compared seed by seed."
          )
        }
        points.append(
          (gain: gains[seed].second * gain.advantage, cost: costs[seed].second * cost.advantage))
      }
      let own = gain.values[seed] * gain.advantage
      guard let line = Self.line(through: points, at: own) else {
        throw Obstacle(
          status: .inconclusive,
          why:
            "The arms that \"\(cost.arm)\" is held against have learned the same, so that no line goes through them."
        )
      }
      differences.append(line.value - cost.values[seed] * cost.advantage)
      if line.beyond > 0 { outside += 1 }
      farthest = max(farthest, line.beyond)
    }
    row = cost.name
    values = differences
    count = cost.count
    limit = 0 - frontier.least
    seeds = Estimate(ofSeeds: differences)
    documents = nil
    let sign = cost.advantage
    shown = { sign < 0 ? $0 : 0 - $0 }
    let names = frontier.others.map(\.cost.arm).joined(separator: " and ")
    let sentence = "On \(cost.name), at equal \(gain.name), \(cost.arm) minus \(names) is "
    subject = { "\(sentence)\($0) \(cost.quantity.unit.rawValue)" }
    comparison = "better than"
    remark =
      outside > 0
      ? "; in \(outside) of \(seedCount) seeds \(cost.arm) has learned more or less than all of them, so that their line is continued"
      : ""
    obstacle =
      farthest > 1
      ? "it is continued further than they are apart, which tells nothing" : nil
  }

  /// The cost on a line through points at a gain, and how far beyond the points that lies, in widths of theirs.
  ///
  /// Between two points it is straight; beyond the last ones the line of these goes on. Nil without two different gains.
  static func line(through points: [(gain: Double, cost: Double)], at gain: Double)
    -> (value: Double, beyond: Double)?
  {
    let sorted = points.sorted { $0.gain < $1.gain }
    guard let first = sorted.first, let last = sorted.last, last.gain > first.gain,
      zip(sorted, sorted.dropFirst()).allSatisfy({ $0.gain < $1.gain })
    else { return nil }
    let next = sorted.dropFirst().firstIndex { $0.gain >= gain } ?? sorted.count - 1
    let (a, b) = (sorted[next - 1], sorted[next])
    let value = a.cost + (b.cost - a.cost) * ((gain - a.gain) / (b.gain - a.gain))
    let distance = max(0, first.gain - gain, gain - last.gain)
    return (value, distance / (last.gain - first.gain))
  }
}
