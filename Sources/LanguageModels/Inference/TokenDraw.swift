internal import CKernels
internal import Tensors

/// How the tokens of one answer are drawn from softmax(logits / temperature), with the same bits wherever and beside whatever they
/// are computed.
///
/// Of logits l, in fp32 and after the model's own rules, the token at `position` is found so:
///
/// 1. w[i] = exp((l[i] − max l) · s) for s = 1/temperature, in fp32: difference, product and exponential are rounded each, the
///    last one by `ck_vector_kernels.exp`.
/// 2. For `topP` below 1, ids stand by falling w, the lower one first on ties, and are kept until their w, added in fp64 in that
///    order, reach `topP` of the sum of all; the others get w = 0.
/// 3. t = u · Σ w, for u of ``CounterBasedRandom/uniform(stream:index:)`` with the stream `answer` and the index `position`.
/// 4. The token is the lowest id up to which the sum of w is above t; the last one with w above 0 where rounding leaves none.
///
/// Sums of 2 to 4 run in fp64 over rising ids, but for the one that step 2 has in its own order.
package struct TokenDraw: Sendable, Equatable {
  /// What logits are divided by, above 0.
  package let temperature: Double
  /// The share of probability that the likeliest tokens which are drawn from have to reach, above 0; 1 for all tokens.
  package let topP: Double
  /// The key of the random numbers.
  package let seed: UInt64
  /// Which answer to the prompt it is: another one draws other numbers.
  package let answer: UInt64

  /// Draws of one answer.
  package init(temperature: Double, topP: Double, seed: UInt64, answer: UInt64) {
    precondition(temperature > 0 && topP > 0 && topP <= 1, "Tokens are drawn from a distribution.")
    (self.temperature, self.topP, self.seed, self.answer) = (temperature, topP, seed, answer)
  }

  /// A row of logits of which the token at a position of an answer is drawn.
  struct Row {
    let logits: UnsafeMutableBufferPointer<Float>
    let draw: TokenDraw
    /// The number of tokens that the answer has.
    let position: Int
  }

  /// The token of each row; overwrites logits.
  static func tokens(_ rows: [Row], threads: Int) -> [Int32] {
    var tokens = [Int32](repeating: 0, count: rows.count)
    tokens.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let (buffer, rows) = (buffer, rows)
      Parallel.perform(tiles: rows.count, threads: threads) { row in
        buffer[row] = rows[row].draw.token(rows[row].logits, at: rows[row].position)
      }
    }
    return tokens
  }

  /// The token at a position; overwrites logits with weights.
  func token(_ logits: UnsafeMutableBufferPointer<Float>, at position: Int) -> Int32 {
    // Rules may have left no token; the lowest id is what a greedy choice gives then.
    guard let largest = logits.max(), largest.isFinite, let weights = logits.baseAddress else {
      return 0
    }
    let scale = Float(1 / temperature)
    for id in logits.indices { weights[id] = (weights[id] - largest) * scale }
    ck_vector().pointee.exp(weights, weights, logits.count)
    if topP < 1 { keepLikeliest(logits) }
    let random = CounterBasedRandom(seed: seed)
    let target =
      random.uniform(stream: answer, index: UInt64(position)) * Self.sum(logits)
    var (sum, last) = (0.0, 0)
    for id in logits.indices where weights[id] > 0 {
      sum += Double(weights[id])
      last = id
      if sum > target { break }
    }
    return Int32(last)
  }

  private func keepLikeliest(_ weights: UnsafeMutableBufferPointer<Float>) {
    let total = Self.sum(weights)
    let needed = topP * total
    // All that weigh no more than this together weigh no more than what may be left out: they need not be sorted.
    let least = (total - needed) / Double(weights.count)
    var ids = weights.indices.filter { Double(weights[$0]) > least }
    ids.sort { (weights[$1], $0) < (weights[$0], $1) }
    var (sum, count) = (0.0, 0)
    while count < ids.count, sum < needed {
      sum += Double(weights[ids[count]])
      count += 1
    }
    let kept = ids.prefix(count).map { (id: $0, weight: weights[$0]) }
    weights.update(repeating: 0)
    for (id, weight) in kept { weights[id] = weight }
  }

  private static func sum(_ weights: UnsafeMutableBufferPointer<Float>) -> Double {
    weights.reduce(0) { $0 + Double($1) }
  }
}
