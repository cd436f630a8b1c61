import Scoring

/// The order in which documents are evaluated; with portable numerics no result depends on it.
package enum DocumentOrder: Sendable, Equatable, Codable {
  /// Longest first, then by task and position.
  ///
  /// Estimates of the time left then err on the safe side, and memory is never needed later than at the beginning.
  case longestFirst
  /// The reverse of ``longestFirst``.
  case shortestFirst
  /// Shuffled by a seed.
  case shuffled(seed: UInt32)

  /// The documents in this order.
  func sorted(_ documents: [PreparedDocument]) -> [PreparedDocument] {
    let longestFirst = documents.sorted {
      ($1.length, $0.taskIndex, $0.position) < ($0.length, $1.taskIndex, $1.position)
    }
    switch self {
    case .longestFirst: return longestFirst
    case .shortestFirst: return longestFirst.reversed()
    case .shuffled(let seed):
      var random = PythonRandom(seed: seed)
      return random.sample(longestFirst.count, from: longestFirst.count).map { longestFirst[$0] }
    }
  }
}
