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
  /// Sum over the continuation's tokens of the Kullback-Leibler divergence of the model's distribution of the token from
  /// the reference model's, in nats; 0 without a reference.
  package let divergence: Double

  /// Creates a score from its parts.
  package init(logLikelihood: Double, isGreedy: Bool, divergence: Double = 0) {
    self.logLikelihood = logLikelihood
    self.isGreedy = isGreedy
    self.divergence = divergence
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
    /// Rows (tokens) of a forward pass; more only where more sequences are generated side by side.
    package var rows = 2048
    /// Sequences that are generated side by side.
    package var sequences = 32

    /// Limits; the defaults are fast.
    package init(rows: Int = 2048, sequences: Int = 32) {
      precondition(rows > 0 && sequences > 0, "A pass has at least one row and one sequence.")
      self.rows = rows
      self.sequences = sequences
    }

    /// Limits where every pass reads the weights from a file: with more at once, reading is a smaller part of the work.
    package static let readingWeights = PassLimits(rows: 4096, sequences: 256)
  }

  /// Bytes that the keys and values of generations may take side by side; long answers are fewer at a time.
  static let cacheByteBudget = 4 << 30
  private let transformer: IncrementalTransformer
  private let rules: LogitRules
  private let limits: PassLimits
  private let threads: Int
  /// Is told of every operation's result, with a key for every row; nil costs nothing.
  package var observer: OperationObserver? {
    get { transformer.observer }
    set { transformer.observer = newValue }
  }

  /// Prepares inference with a model's weights, which are read anew in each call.
  package init(
    weights: InferenceWeights, threads: Int, numerics: Numerics = .portable,
    limits: PassLimits = PassLimits()
  ) {
    precondition(threads > 0, "Inference needs at least one thread.")
    self.limits = limits
    self.threads = threads
    rules = LogitRules(weights.configuration)
    transformer = IncrementalTransformer(
      weights: weights, threads: threads, numerics: numerics, slots: limits.sequences)
  }

  /// The same with a model in fp32.
  package convenience init(
    model: LanguageModel, threads: Int, numerics: Numerics = .portable,
    limits: PassLimits = PassLimits()
  ) {
    self.init(
      weights: InferenceWeights(model), threads: threads, numerics: numerics, limits: limits)
  }

  // MARK: - Scoring

  /// Log-likelihoods of the requests of each document.
  ///
  /// What requests begin with alike, of one document or of many, is computed once, however long it is. Documents are
  /// done in their order but for those that go with an earlier one because they share its beginning. `completed` is
  /// called once for each document, with its index and its scores, as soon as these are known; what it throws ends
  /// the work. With a `reference`, an engine of a model with the same vocabulary, that model goes over the same passes,
  /// unless `remembered` has what it gave, and scores say how far this one has moved away from it. Throws what reading
  /// weights does, too, where they are read layer by layer.
  @discardableResult
  package func score(
    _ documents: [[ScoringRequest]], reference: InferenceEngine? = nil,
    remembered: ReferenceStates? = nil,
    completed: (_ document: Int, _ scores: [ContinuationScore]) throws -> Void = { _, _ in }
  ) throws -> [[ContinuationScore]] {
    var ledger = ScoreLedger(documents)
    func report() throws {
      for document in ledger.takeFinished() { try completed(document, ledger.scores(of: document)) }
    }
    try report()
    let tree = RequestTree(documents.flatMap(\.self))
    defer {
      transformer.cache.release(0)
      reference?.transformer.cache.release(0)
    }
    let passes = (tree.rowCount + limits.rows - 1) / limits.rows
    var targets = tree.targets[...]
    var comparison = reference.map {
      ReferencePasses($0.transformer, over: tree, remembered: remembered)
    }
    for index in 0..<passes {
      let window = Parallel.range(of: index, tiles: passes, count: tree.rowCount)
      let own = targets.prefix { $0.row < window.upperBound }
      targets = targets.dropFirst(own.count)
      var pass = tree.pass(window, slot: 0, withKeys: observer != nil)
      for target in own where pass.outputs.last != target.row - window.lowerBound {
        // Several requests may want different tokens of one row.
        pass.outputs.append(target.row - window.lowerBound)
      }
      try transformer.run(pass)
      try comparison?.run(pass)
      score(
        own, rows: pass.outputs.map { $0 + window.lowerBound }, reference: reference, into: &ledger)
      try report()
    }
    comparison?.remember()
    return documents.indices.map { ledger.scores(of: $0) }
  }

  /// Looks up tokens that the last pass's outputs predict; `rows` are the outputs as rows of the tree.
  private func score(
    _ targets: ArraySlice<RequestTree.Target>, rows: [Int], reference: InferenceEngine?,
    into ledger: inout ScoreLedger
  ) {
    let vocabulary = transformer.configuration.vocabularySize
    let block = Self.rowsPerBlock(vocabulary: vocabulary)
    var rest = targets
    for first in stride(from: 0, to: rows.count, by: block) {
      let outputs = first..<min(rows.count, first + block)
      let logits = transformer.logits(ofOutputs: outputs)
      let summaries = transformer.summaries(of: logits, rows: outputs.count)
      let divergences = reference.map { reference in
        transformer.divergences(
          of: logits, from: reference.transformer.logits(ofOutputs: outputs), rows: outputs.count)
      }
      for (index, output) in outputs.enumerated() {
        while let target = rest.first, target.row == rows[output] {
          let logit = logits[index * vocabulary + Int(target.token)]
          ledger.add(
            logProbability: Double(logit - summaries[index].logSumExp),
            isFirstChoice: summaries[index].best == Int(target.token),
            divergence: divergences?[index] ?? 0, to: target.request)
          rest.removeFirst()
        }
      }
    }
  }

  /// Rows of logits that exist at once when requests are scored.
  static func rowsPerBlock(vocabulary: Int) -> Int { max(16, min(512, (1 << 25) / vocabulary)) }

  // MARK: - Generation

  /// Continues each prompt, which has at least one token, by the model's generation rules: greedily (lowest id on ties), or as
  /// `draws` say, one for each prompt.
  ///
  /// Prompts that are the same, one after the other, are computed once. A generation ends before a token of `stopIDs`, after
  /// `maximumNewTokens` tokens, or when `isFinished`, asked after each token with the prompt's index and what was
  /// generated, says so. `completed` is called once for each prompt, with its index and what was generated, as soon as
  /// its generation ended; what it throws ends the work. Throws ``NonFiniteLogits`` for damaged weights.
  @discardableResult
  package func generate(
    prompts: [[Int32]], draws: [TokenDraw]? = nil, maximumNewTokens: Int, stopIDs: Set<Int32>,
    isFinished: (_ prompt: Int, _ generated: [Int32]) -> Bool,
    completed: (_ prompt: Int, _ generated: [Int32]) throws -> Void = { _, _ in }
  ) throws -> [[Int32]] {
    precondition(prompts.allSatisfy { !$0.isEmpty }, "A prompt has at least one token.")
    precondition(draws?.count ?? prompts.count == prompts.count, "Each prompt is drawn for.")
    var generated = [[Int32]](repeating: [], count: prompts.count)
    guard maximumNewTokens > 0 else {
      for prompt in prompts.indices { try completed(prompt, []) }
      return generated
    }
    let longest = (prompts.map(\.count).max() ?? 0) + maximumNewTokens
    let affordable = Self.cacheByteBudget / transformer.cache.byteCount(positions: longest)
    var slots = Array((0..<max(1, min(limits.sequences, affordable))).reversed())
    var active: [Generation] = []
    var waiting = prompts.indices[...]
    defer { for slot in 0..<limits.sequences { transformer.cache.release(slot) } }
    while !(waiting.isEmpty && active.isEmpty) {
      while let slot = slots.last, let prompt = waiting.first {
        let tokens = prompts[prompt]
        var generation = Generation(
          prompt: prompt, slot: slot, promptCount: tokens.count, tokens: tokens,
          draw: draws?[prompt])
        if let twin = active.last(where: { prompts[$0.prompt] == tokens }) {
          // All of the prompt but the last token, whose logits every generation needs for itself.
          generation.cachedCount = tokens.count - 1
          guard twin.cachedCount >= generation.cachedCount else { break }
          transformer.cache.copy(
            positions: generation.cachedCount, from: twin.slot, to: slot)
        }
        waiting.removeFirst()
        slots.removeLast()
        active.append(generation)
      }
      for (index, token) in try step(&active) {
        let prompt = active[index].prompt
        var goesOn = !stopIDs.contains(token)
        if goesOn {
          active[index].tokens.append(token)
          generated[prompt].append(token)
          goesOn =
            generated[prompt].count < maximumNewTokens && !isFinished(prompt, generated[prompt])
        }
        guard !goesOn else { continue }
        active[index].hasEnded = true
        slots.append(active[index].slot)
        try completed(prompt, generated[prompt])
      }
      active.removeAll(where: \.hasEnded)
    }
    return generated
  }

  /// A sequence that is being generated.
  private struct Generation {
    let prompt: Int
    let slot: Int
    let promptCount: Int
    /// Prompt and generated tokens.
    var tokens: [Int32]
    /// How the next ones are drawn; nil for the likeliest.
    let draw: TokenDraw?
    /// How many of the tokens the cache holds.
    var cachedCount = 0
    var hasEnded = false

    /// How many of the tokens are still to be computed.
    var missingCount: Int { tokens.count - cachedCount }
  }

  /// Computes the next tokens of sequences in one pass, prompts in parts where they are too long for one.
  ///
  /// Gives the next token of each sequence, by its index, that is through with those that it has.
  private func step(_ sequences: inout [Generation]) throws -> [(index: Int, token: Int32)] {
    var pass = InferencePass()
    var ready: [Int] = []
    // Sequences that go on come first: all of them wait for the pass.
    let order = sequences.indices.sorted {
      (sequences[$0].missingCount > 1 ? 1 : 0, $0) < (sequences[$1].missingCount > 1 ? 1 : 0, $1)
    }
    for index in order {
      let sequence = sequences[index]
      let start = sequence.cachedCount
      let spare = max(0, limits.rows - pass.tokens.count)
      let count = sequence.missingCount == 1 ? 1 : min(sequence.missingCount, spare)
      guard count > 0 else { continue }
      let rows = pass.tokens.count..<pass.tokens.count + count
      pass.readCache(sequence.slot, positions: 0..<start, rows: rows)
      pass.append(
        sequence.tokens[start..<start + count], position: start, end: rows.upperBound)
      pass.store(rows, slot: sequence.slot)
      if observer != nil {
        pass.keys += TokenPrefixKey.empty.appending(sequence.tokens[..<(start + count)])
          .suffix(count)
      }
      if count == sequence.missingCount {
        ready.append(index)
        pass.outputs.append(rows.upperBound - 1)
      }
      sequences[index].cachedCount += count
    }
    try transformer.run(pass)
    let logits = transformer.logits(ofOutputs: pass.outputs.indices)
    let summaries = transformer.summaries(of: logits, rows: ready.count)
    guard summaries.allSatisfy(\.logSumExp.isFinite) else { throw NonFiniteLogits() }
    let vocabulary = transformer.configuration.vocabularySize
    let rows = ready.indices.map {
      UnsafeMutableBufferPointer(start: logits + $0 * vocabulary, count: vocabulary)
    }
    if !rules.isPlain {
      for (row, index) in zip(rows, ready) {
        rules.apply(
          to: row, after: sequences[index].tokens, promptCount: sequences[index].promptCount)
      }
    }
    let drawn = zip(rows, ready).compactMap { row, index in
      let sequence = sequences[index]
      return sequence.draw.map {
        TokenDraw.Row(
          logits: row, draw: $0, position: sequence.tokens.count - sequence.promptCount)
      }
    }
    let tokens =
      drawn.isEmpty
      ? zip(rows, summaries).map { rules.isPlain ? Int32($1.best) : LogitRules.best($0) }
      : TokenDraw.tokens(drawn, threads: threads)
    return zip(ready, tokens).map { (index: $0, token: $1) }
  }
}
