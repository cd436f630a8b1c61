internal import CKernels
package import Tensors

/// A sequence whose last tokens are to be scored.
package struct ScoringRequest: Sendable, Equatable {
  /// Context and continuation; at least one token of context.
  package let tokens: [Int32]
  /// How many of the last tokens are the continuation.
  package let continuationCount: Int

  /// Creates a request; needs at least one context token.
  package init(tokens: [Int32], continuationCount: Int) {
    precondition(
      continuationCount >= 0 && continuationCount < tokens.count,
      "A continuation of \(continuationCount) in \(tokens.count) tokens leaves no context.")
    self.tokens = tokens
    self.continuationCount = continuationCount
  }
}

/// What the model gives a continuation.
package struct ContinuationScore: Sendable, Equatable {
  /// Sum of the continuation tokens' natural log-probabilities.
  package let logLikelihood: Double
  /// Whether each continuation token is the model's first choice (lowest id on ties).
  package let isGreedy: Bool

  /// Creates a score from its parts.
  package init(logLikelihood: Double, isGreedy: Bool) {
    self.logLikelihood = logLikelihood
    self.isGreedy = isGreedy
  }
}

/// A model that gives numbers which are not finite: its weights are damaged, or training diverged.
package struct NonFiniteLogits: Error, Equatable, CustomStringConvertible {
  package var description: String {
    "The model's logits are not finite numbers; its weights are damaged, or training diverged."
  }
}

/// Scores and generates text with a model, in fp32.
///
/// Bits depend neither on the number of threads nor, with portable numerics, on what else is in a forward pass.
package final class InferenceEngine {
  /// How much is computed side by side; with portable numerics no result depends on it.
  package struct PassLimits: Sendable, Equatable, Codable {
    /// Rows of a forward pass over documents: more only if one document needs more.
    package var rows = 1024
    /// Sequences that are generated side by side.
    package var sequences = 16

    /// Limits; the defaults are fast.
    package init(rows: Int = 1024, sequences: Int = 16) {
      precondition(rows > 0 && sequences > 0, "A pass has at least one row and one sequence.")
      self.rows = rows
      self.sequences = sequences
    }
  }

  private let math: TransformerMath
  private let attention: Attention
  private let threads: Int
  private let limits: PassLimits
  private var state: InferenceState
  /// Is told of every operation's result, with a key for every row; nil costs nothing.
  package var observer: OperationObserver?
  /// Keys of the rows of the forward pass, and of those that are computed now; empty without an observer.
  private var passKeys: [TokenPrefixKey] = []
  private var rowKeys: [TokenPrefixKey] = []
  // Held so that the weights that `math` points to stay alive.
  private let model: LanguageModel

  /// Prepares inference with `model`, whose weights are read anew in each call.
  package init(
    model: LanguageModel, threads: Int, numerics: Numerics = .portable,
    limits: PassLimits = PassLimits()
  ) {
    precondition(threads > 0, "Inference needs at least one thread.")
    self.model = model
    self.threads = threads
    self.limits = limits
    math = TransformerMath(model: model, threads: threads, numerics: numerics)
    attention = Attention(
      configuration: model.configuration, threads: threads, numerics: numerics)
    state = InferenceState(model.configuration, rows: 0, positions: 0, threads: threads)
  }

  // MARK: - Scoring

  /// Log-likelihoods of the requests of each document; what a document's requests begin with alike is computed once.
  ///
  /// `completed` is called with the number of documents done so far, after each forward pass; what it throws ends
  /// the work.
  package func score(
    _ documents: [[ScoringRequest]], completed: (Int) throws -> Void = { _ in }
  ) rethrows -> [[ContinuationScore]] {
    var scores: [[ContinuationScore]] = []
    var first = 0
    while first < documents.count {
      var trees = [RequestTree(documents[first])]
      var rows = trees[0].tokens.count
      while first + trees.count < documents.count {
        let tree = RequestTree(documents[first + trees.count])
        guard rows + tree.tokens.count <= limits.rows else { break }
        rows += tree.tokens.count
        trees.append(tree)
      }
      scores += score(trees)
      first += trees.count
      try completed(first)
    }
    return scores
  }

  private func score(_ trees: [RequestTree]) -> [[ContinuationScore]] {
    let tokens = trees.flatMap(\.tokens)
    reserve(rows: tokens.count, positions: trees.map(\.depth).max() ?? 0)
    // Keys and values of a shared beginning are read where the pass itself puts them.
    let (batch, c) = (state.queryKeyValue, math.configuration)
    var segments: [AttentionSegment] = []
    var start = 0
    for tree in trees {
      let trunk = batch + start * math.attentionWidth
      for branch in tree.branches where !branch.rows.isEmpty {
        segments.append(
          AttentionSegment(
            rows: start + branch.rows.lowerBound..<start + branch.rows.upperBound,
            prefix: branch.depth == 0
              ? nil
              : AttentionSegment.Prefix(
                keys: trunk + c.queryWidth, values: trunk + c.queryWidth + c.keyValueWidth,
                stride: math.attentionWidth, count: branch.depth)))
      }
      start += tree.tokens.count
    }
    if observer != nil { passKeys = trees.flatMap(\.prefixKeys) }
    forward(tokens, segments: segments, cache: nil)

    var wanted: [(row: Int, token: Int32)] = []
    start = 0
    for tree in trees {
      wanted += tree.targets.flatMap { $0.map { (start + $0.row, $0.token) } }
      start += tree.tokens.count
    }
    var results = tokenScores(wanted)[...]
    return trees.map { tree in
      tree.targets.map { targets in
        defer { results = results.dropFirst(targets.count) }
        let own = results.prefix(targets.count)
        return ContinuationScore(
          logLikelihood: own.reduce(0) { $0 + $1.logProbability },
          isGreedy: own.allSatisfy(\.isFirstChoice))
      }
    }
  }

  private func tokenScores(
    _ wanted: [(row: Int, token: Int32)]
  ) -> [(logProbability: Double, isFirstChoice: Bool)] {
    var results: [(logProbability: Double, isFirstChoice: Bool)] = []
    let vocabulary = math.configuration.vocabularySize
    let block = max(16, min(512, (1 << 24) / vocabulary))
    for first in stride(from: 0, to: wanted.count, by: block) {
      let part = Array(wanted[first..<min(wanted.count, first + block)])
      let logits = logits(ofRows: part.map(\.row))
      results += summaries(logits, rows: part.count).enumerated().map { index, summary in
        let token = Int(part[index].token)
        let logit = logits[index * vocabulary + token]
        return (Double(logit - summary.logSumExp), summary.best == token)
      }
    }
    return results
  }

  // MARK: - Generation

  /// Continues each prompt, which has at least one token, greedily (lowest id on ties).
  ///
  /// A generation ends before a token of `stopIDs`, after `maximumNewTokens` tokens, or when `isFinished`, asked
  /// after each token with the prompt's index and what was generated, says so. `completed` is called with the number
  /// of prompts done so far; what it throws ends the work. Throws ``NonFiniteLogits`` for damaged weights.
  package func generate(
    prompts: [[Int32]], maximumNewTokens: Int, stopIDs: Set<Int32>,
    isFinished: (_ prompt: Int, _ generated: [Int32]) -> Bool,
    completed: (Int) throws -> Void = { _ in }
  ) throws -> [[Int32]] {
    var generated = [[Int32]](repeating: [], count: prompts.count)
    guard maximumNewTokens > 0, let longest = prompts.map(\.count).max() else { return generated }
    let cache = KeyValueCache(
      math.configuration, sequences: min(limits.sequences, prompts.count),
      positions: longest + maximumNewTokens)
    var free = Array((0..<cache.sequences).reversed())
    var active: [(prompt: Int, slot: Int)] = []
    var (waiting, done) = (0, 0)

    /// Takes over a token; true when the sequence goes on.
    func accept(_ token: Int32, _ prompt: Int) -> Bool {
      guard !stopIDs.contains(token) else { return false }
      generated[prompt].append(token)
      return generated[prompt].count < maximumNewTokens && !isFinished(prompt, generated[prompt])
    }
    func finish(_ sequence: (prompt: Int, slot: Int)) throws {
      free.append(sequence.slot)
      done += 1
      try completed(done)
    }

    while done < prompts.count {
      while waiting < prompts.count, let slot = free.popLast() {
        let sequence = (prompt: waiting, slot: slot)
        waiting += 1
        cache.clear(slot)
        let tokens = prompts[sequence.prompt]
        reserve(rows: tokens.count, positions: cache.positions)
        if observer != nil { passKeys = TokenPrefixKey.empty.appending(tokens) }
        forward(
          tokens, segments: [AttentionSegment(rows: 0..<tokens.count, prefix: nil)],
          cache: (cache, [slot]))
        let token = try firstChoices(ofRows: [tokens.count - 1])[0]
        if accept(token, sequence.prompt) { active.append(sequence) } else { try finish(sequence) }
      }
      guard !active.isEmpty else { continue }
      let tokens = active.compactMap { generated[$0.prompt].last }
      reserve(rows: tokens.count, positions: cache.positions)
      let segments = active.enumerated().map { row, sequence in
        AttentionSegment(rows: row..<row + 1, prefix: cache.prefix(sequence.slot, layer: 0))
      }
      if observer != nil {
        passKeys = active.compactMap {
          TokenPrefixKey.empty.appending(prompts[$0.prompt] + generated[$0.prompt]).last
        }
      }
      forward(tokens, segments: segments, cache: (cache, active.map(\.slot)))
      let choices = try firstChoices(ofRows: Array(tokens.indices))
      var remaining: [(prompt: Int, slot: Int)] = []
      for (sequence, token) in zip(active, choices) {
        if accept(token, sequence.prompt) {
          remaining.append(sequence)
        } else {
          try finish(sequence)
        }
      }
      active = remaining
    }
    return generated
  }

  private func firstChoices(ofRows rows: [Int]) throws -> [Int32] {
    try summaries(logits(ofRows: rows), rows: rows.count).map { summary in
      guard summary.logSumExp.isFinite else { throw NonFiniteLogits() }
      return Int32(summary.best)
    }
  }

  // MARK: - Forward pass

  private func reserve(rows: Int, positions: Int) {
    state.reserve(math.configuration, rows: rows, positions: positions)
    math.fullRotary.reserve(positions: positions)
    math.slidingRotary.reserve(positions: positions)
  }

  /// Leaves the last layer's residual stream in `state.stream`.
  ///
  /// `cache` is where each segment's sequence keeps its keys and values; with it, a segment's prefix is what the
  /// cache held before.
  private func forward(
    _ tokens: [Int32], segments: [AttentionSegment], cache: (store: KeyValueCache, slots: [Int])?
  ) {
    let (c, s, rows) = (math.configuration, state, tokens.count)
    let hidden = c.hiddenSize
    let positions = segments.flatMap { Array($0.start..<$0.start + $0.rows.count) }
    rowKeys = passKeys
    math.embed(tokens, into: s.stream)
    show(.embedding, s.stream, rows, hidden)
    for (index, layer) in math.layout.layers.enumerated() {
      math.norm(
        s.stream, weight: layer.inputNorm, rows: rows, into: s.normed, inverseRMS: s.inverseRMS)
      show(.layer(index, .inputNorm), s.normed, rows, hidden)
      math.project(
        s.normed, rows: rows, weight: layer.queryKeyValue, outputs: math.attentionWidth,
        columns: hidden, into: s.queryKeyValue)
      show(.layer(index, .queryKeyValue), s.queryKeyValue, rows, math.attentionWidth)
      math.prepareAttention(
        s.queryKeyValue, layer: index, positions: positions, into: s.queryKeyValue,
        inverseRMS: s.inverseRMS)
      show(.layer(index, .rotated), s.queryKeyValue, rows, math.attentionWidth)
      var here = segments
      if let cache {
        here = zip(segments, cache.slots).map { segment, slot in
          AttentionSegment(rows: segment.rows, prefix: cache.store.prefix(slot, layer: index))
        }
      }
      attention.forward(
        here, layer: index, batch: s.queryKeyValue, into: s.attended, scratch: s.scratch)
      show(.layer(index, .attention), s.attended, rows, c.queryWidth)
      if let cache {
        for (segment, slot) in zip(segments, cache.slots) {
          cache.store.append(
            s.queryKeyValue + segment.rows.lowerBound * math.attentionWidth + c.queryWidth,
            rows: segment.rows.count, stride: math.attentionWidth, slot: slot, layer: index)
        }
      }
      math.project(
        s.attended, rows: rows, weight: layer.output, outputs: hidden, columns: c.queryWidth,
        into: s.normed)
      show(.layer(index, .attentionOutput), s.normed, rows, hidden)
      addBlock(norm: layer.postAttentionNorm, rows: rows)
      show(.layer(index, .attentionResidual), s.stream, rows, hidden)
      math.norm(
        s.stream, weight: layer.preMLPNorm, rows: rows, into: s.normed, inverseRMS: s.inverseRMS)
      show(.layer(index, .mlpNorm), s.normed, rows, hidden)
      math.project(
        s.normed, rows: rows, weight: layer.gateUp, outputs: 2 * c.intermediateSize,
        columns: hidden, into: s.gateUp)
      show(.layer(index, .gateUp), s.gateUp, rows, 2 * c.intermediateSize)
      math.gate(s.gateUp, rows: rows, into: s.gated)
      show(.layer(index, .gated), s.gated, rows, c.intermediateSize)
      math.project(
        s.gated, rows: rows, weight: layer.down, outputs: hidden, columns: c.intermediateSize,
        into: s.normed)
      show(.layer(index, .down), s.normed, rows, hidden)
      addBlock(norm: layer.postMLPNorm, rows: rows)
      show(.layer(index, .mlpResidual), s.stream, rows, hidden)
    }
    if let cache {
      for (segment, slot) in zip(segments, cache.slots) {
        cache.store.advance(slot, by: segment.rows.count)
      }
    }
  }

  /// Tells the observer of a result of rows x columns, if there is an observer.
  private func show(
    _ operation: @autoclosure () -> Operation, _ result: UnsafeMutablePointer<Float>, _ rows: Int,
    _ columns: Int
  ) {
    observer?(operation(), ObservedTensor(result, rows: rows, columns: columns, rowKeys: rowKeys))
  }

  /// Adds `state.normed` to the stream, normed first where the architecture does so.
  private func addBlock(norm: Int?, rows: Int) {
    if let norm {
      math.norm(
        state.normed, weight: norm, rows: rows, into: state.normed,
        inverseRMS: state.inverseRMS)
    }
    math.add(
      state.normed, to: state.stream, rows: rows, width: math.configuration.hiddenSize)
  }

  /// Logits of some rows of the stream, in `state.logits`.
  private func logits(ofRows rows: [Int]) -> UnsafeMutablePointer<Float> {
    let (c, s) = (math.configuration, state)
    s.reserveLogits(rows: rows.count, c)
    for (index, row) in rows.enumerated() {
      (s.chosen.pointer + index * c.hiddenSize).update(
        from: s.stream + row * c.hiddenSize, count: c.hiddenSize)
    }
    if observer != nil { rowKeys = rows.map { passKeys[$0] } }
    math.norm(
      s.chosen.pointer, weight: math.layout.finalNorm, rows: rows.count, into: s.chosen.pointer,
      inverseRMS: s.chosenRMS.pointer)
    show(.finalNorm, s.chosen.pointer, rows.count, c.hiddenSize)
    math.project(
      s.chosen.pointer, rows: rows.count, weight: math.layout.head, outputs: c.vocabularySize,
      columns: c.hiddenSize, into: s.logits.pointer)
    show(.logits, s.logits.pointer, rows.count, c.vocabularySize)
    return s.logits.pointer
  }

  /// Greatest logit's lowest index and log of the sum of exponentials, for each row.
  private func summaries(
    _ logits: UnsafeMutablePointer<Float>, rows: Int
  ) -> [(best: Int, logSumExp: Float)] {
    let (kernels, vocabulary) = (math.kernels, math.configuration.vocabularySize)
    var results = [(best: Int, logSumExp: Float)](repeating: (0, 0), count: rows)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let (buffer, logits) = (buffer, logits)
      Parallel.perform(tiles: rows, threads: threads) { row in
        var best = 0
        let value = kernels.log_sum_exp(&best, logits + row * vocabulary, vocabulary)
        buffer[row] = (best, value)
      }
    }
    return results
  }
}
