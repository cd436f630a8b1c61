/// What is known so far of the scores of documents.
struct ScoreLedger {
  private var finished: [Int]
  /// Index of each document's first request, and behind them the number of requests.
  private let firstRequests: [Int]
  private let documents: [Int]
  private var sums: [Double]
  private var areGreedy: [Bool]
  private var divergences: [Double]
  private var missingTokens: [Int]
  /// For each document its requests that are not known.
  private var missingRequests: [Int]

  /// A ledger in which only requests without a continuation are known.
  init(_ requests: [[ScoringRequest]]) {
    firstRequests = requests.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    documents = requests.indices.flatMap { Array(repeating: $0, count: requests[$0].count) }
    missingTokens = requests.flatMap { $0.map(\.continuationCount) }
    sums = [Double](repeating: 0, count: missingTokens.count)
    areGreedy = [Bool](repeating: true, count: missingTokens.count)
    divergences = [Double](repeating: 0, count: missingTokens.count)
    missingRequests = requests.map { $0.count { $0.continuationCount > 0 } }
    finished = missingRequests.indices.filter { [missingRequests] in missingRequests[$0] == 0 }
  }

  /// Takes in the next token of a request's continuation.
  mutating func add(
    logProbability: Double, isFirstChoice: Bool, divergence: Double, to request: Int
  ) {
    sums[request] += logProbability
    divergences[request] += divergence
    areGreedy[request] = areGreedy[request] && isFirstChoice
    missingTokens[request] -= 1
    guard missingTokens[request] == 0 else { return }
    let document = documents[request]
    missingRequests[document] -= 1
    if missingRequests[document] == 0 { finished.append(document) }
  }

  /// Documents that became known since the last call, in the order in which they did.
  mutating func takeFinished() -> [Int] {
    defer { finished = [] }
    return finished
  }

  /// Scores of a document's requests.
  func scores(of document: Int) -> [ContinuationScore] {
    (firstRequests[document]..<firstRequests[document + 1]).map {
      ContinuationScore(
        logLikelihood: sums[$0], isGreedy: areGreedy[$0], divergence: divergences[$0])
    }
  }
}
