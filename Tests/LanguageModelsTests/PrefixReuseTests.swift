import TestSupport
import Testing

@testable import LanguageModels
@testable import Tensors

/// What requests begin with alike is computed once, and no bit shows it.
@Suite("Reuse of shared beginnings")
struct PrefixReuseTests {
  /// A random model small enough to be run thousands of times.
  enum Family: String, CaseIterable, Sendable {
    case llama
    /// Sliding, full, sliding, with a window of 24.
    case gemma3

    var model: LanguageModel {
      let isGemma = self == .gemma3
      let configuration = ModelConfiguration(
        family: isGemma ? .gemma3 : .llama, vocabularySize: 61, hiddenSize: 20,
        intermediateSize: 28, headCount: 4, keyValueHeadCount: 2, headDimension: 6,
        attentionKinds: isGemma ? [.sliding, .full, .sliding] : [.full, .full], slidingWindow: 24,
        ropeTheta: 10000, slidingRopeTheta: 500, attentionScale: 0.4, normEpsilon: 1e-5,
        tiesEmbeddings: true, maximumPositions: 2048, beginOfSequenceID: nil, endOfSequenceIDs: [],
        paddingID: nil)
      return LanguageModel(configuration: configuration, seed: 3, standardDeviation: 0.3)
    }
  }

  private func tokens(_ count: Int, _ generator: inout SeededGenerator) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: 0..<61, using: &generator) }
  }

  /// Documents of four choices each; groups of documents begin alike, and groups of groups.
  private func documents(sharing counts: [Int]) -> [[ScoringRequest]] {
    var generator = SeededGenerator(seed: 1)
    let common = tokens(6, &generator)
    return counts.flatMap { count in
      let prefix = common + tokens(count, &generator)
      return (0..<3).map { document in
        let context = prefix + tokens(9 + 31 * document, &generator)
        return (1...4).map { length in
          let continuation = tokens(3 * length, &generator)
          return ScoringRequest(
            tokens: context + continuation, continuationCount: continuation.count)
        }
      }
    }
  }

  private func engine(
    _ model: LanguageModel, rows: Int = 1024, sequences: Int = 16
  ) -> InferenceEngine {
    InferenceEngine(
      model: model, threads: 2,
      limits: InferenceEngine.PassLimits(rows: rows, sequences: sequences))
  }

  private func bits(_ scores: [ContinuationScore]) -> [UInt64] {
    scores.map(\.logLikelihood.bitPattern)
  }

  // MARK: - Scoring

  @Test(
    "Documents that share a beginning get the bits that each request has alone",
    arguments: Family.allCases)
  func bitsOfEachAlone(family: Family) throws {
    let model = family.model
    // Shorter and longer than the window, than a block of queries, and than a block of a product's terms.
    let documents = documents(sharing: [0, 11, 40, 140, 420])
    let expected = try documents.map { document in
      try document.map { bits(try engine(model, rows: 4096).score([[$0]])[0])[0] }
    }
    for rows in [1, 13, 64, 129, 300, 1024, 100_000] {
      let engine = engine(model, rows: rows)
      #expect(try engine.score(documents).map(bits) == expected)
      guard rows > 1 else { continue }
      var order = Array(documents.indices)
      var generator = SeededGenerator(seed: UInt64(rows))
      order.shuffle(using: &generator)
      let shuffled = try engine.score(order.map { documents[$0] })
      #expect(shuffled.map(bits) == order.map { expected[$0] })
    }
  }

  @Test("Few different tokens, which begin alike in every way, give the bits that each has alone")
  func tangledBeginnings() throws {
    let models = Family.allCases.map(\.model)
    try fuzz(12) { round, generator in
      let model = models[round % models.count]
      let documents = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          let tokens = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            Int32(Int.random(in: 0..<12, using: &generator) == 0 ? 1 : 0)
          }
          return ScoringRequest(
            tokens: tokens, continuationCount: Int.random(in: 0..<tokens.count, using: &generator))
        }
      }
      let engine = engine(model, rows: Int.random(in: 1...60, using: &generator))
      var reported = [[UInt64]?](repeating: nil, count: documents.count)
      let scores = try engine.score(documents) { document, scores in
        #expect(reported[document] == nil)
        reported[document] = bits(scores)
      }
      #expect(scores.map(bits) == reported)
      for (document, scores) in zip(documents, scores) {
        for (request, score) in zip(document, scores) {
          let alone = try engine.score([[request]])
          #expect(alone == [[score]])
        }
      }
    }
  }

  @Test("A beginning is computed once however many documents have it, and however they are mixed")
  func rowsAreSaved() {
    var generator = SeededGenerator(seed: 5)
    let prefixes = (0..<3).map { _ in tokens(700, &generator) }
    let requests = (0..<30).map { index in
      ScoringRequest(
        tokens: prefixes[index % 3] + [Int32(index)] + tokens(19, &generator), continuationCount: 1)
    }
    let tree = RequestTree(requests)
    // The last token is never fed.
    #expect(tree.rowCount == 3 * 700 + 30 * 19)
    // Documents with the first one's beginning come first.
    #expect(tree.targets.prefix(10).map(\.request) == Array(stride(from: 0, to: 30, by: 3)))
  }

  @Test("Every request's input is a path of the tree, and few common tokens are not shared")
  func treeHoldsRequests() {
    func requests(_ tokens: [[Int32]]) -> RequestTree {
      RequestTree(tokens.map { ScoringRequest(tokens: $0, continuationCount: 1) })
    }
    // The second begins with the first; the third parts from them after three tokens.
    let tree = requests([[1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, 6, 7, 0], [1, 2, 3, 9, 9, 0]])
    #expect(tree.nodes.map(\.positions) == [0..<5, 5..<7, 0..<5])
    #expect(tree.nodes.map(\.parent) == [nil, 0, nil])
    #expect(tree.nodes.map(\.end) == [7, 7, 12])
    #expect(tree.targets.map(\.row) == [4, 6, 11])
    let same = requests([[1, 2, 0], [1, 2, 3]])
    #expect(same.rowCount == 2)
    #expect(same.targets.map(\.token) == [0, 3])
    #expect(RequestTree([]).rowCount == 0)
  }

  @Test("A beginning of a beginning, as often as there are requests, is no recursion")
  func deepTree() {
    let all = [Int32](repeating: 1, count: 20_002)
    let requests = (1...20_000).map {
      ScoringRequest(tokens: Array(all[...$0]), continuationCount: 1)
    }
    #expect(RequestTree(requests).rowCount == 20_000)
  }

  @Test("Each document is told once, as soon as it is known; an error ends the work")
  func tellsDocuments() throws {
    struct Interruption: Error {}
    let engine = engine(Family.llama.model, rows: 40)
    let documents = documents(sharing: [0, 40]) + [[]]
    let expected = try engine.score(documents)
    var order: [Int] = []
    try engine.score(documents) { document, scores in
      #expect(scores == expected[document])
      order.append(document)
    }
    #expect(order == [6, 0, 1, 2, 3, 4, 5])
    var count = 0
    #expect(throws: Interruption.self) {
      try engine.score(documents) { _, _ in
        count += 1
        if count == 3 { throw Interruption() }
      }
    }
    #expect(count == 3)
    // What was cut off leaves nothing behind.
    #expect(try engine.score(documents) == expected)
  }

  @Test(
    "An observer, which is shown rows that nobody asked for, changes no bit",
    arguments: Family.allCases)
  func observed(family: Family) throws {
    let model = family.model
    let documents = documents(sharing: [0, 40])
    let prompts = documents.map { $0[3].tokens }
    func results(_ engine: InferenceEngine) throws -> ([[UInt64]], [[Int32]]) {
      (
        try engine.score(documents).map(bits),
        try engine.generate(
          prompts: prompts, maximumNewTokens: 5, stopIDs: [], isFinished: { _, _ in false })
      )
    }
    let (plain, watched) = (engine(model, rows: 50), engine(model, rows: 50))
    var rows: [Operation: Int] = [:]
    watched.observer = { operation, tensor in
      #expect(tensor.rowKeys.count == tensor.rows)
      rows[operation, default: 0] += tensor.rows
    }
    let expected = try results(plain)
    #expect(try results(watched) == expected)
    let last = model.configuration.layerCount - 1
    #expect(rows[.layer(last, .mlpResidual)] == rows[.embedding])
    #expect(try #require(rows[.logits]) < #require(rows[.embedding]))
  }

  // MARK: - Generation

  @Test(
    "Prompts computed in parts, beside sequences that go on, are continued as alone",
    arguments: Family.allCases)
  func promptsInParts(family: Family) throws {
    struct Interruption: Error {}
    let model = family.model
    var generator = SeededGenerator(seed: 2)
    let prompts = [3, 150, 1, 40, 24, 300, 7].map { tokens($0, &generator) }
    func generate(_ engine: InferenceEngine, _ prompts: [[Int32]]) throws -> [[Int32]] {
      var told = [[Int32]?](repeating: nil, count: prompts.count)
      let all = try engine.generate(
        prompts: prompts, maximumNewTokens: 30, stopIDs: [],
        isFinished: { _, generated in generated.last.map { $0 % 10 == 7 } ?? false },
        completed: { prompt, generated in
          #expect(told[prompt] == nil)
          told[prompt] = generated
        })
      #expect(told == all)
      return all
    }
    let expected = try prompts.map { try generate(engine(model, rows: 4096), [$0])[0] }
    for (rows, sequences) in [(1, 3), (10, 2), (64, 16), (1024, 4)] {
      let engine = engine(model, rows: rows, sequences: sequences)
      #expect(try generate(engine, prompts) == expected)
      #expect(throws: Interruption.self) {
        try engine.generate(
          prompts: prompts, maximumNewTokens: 30, stopIDs: [], isFinished: { _, _ in false },
          completed: { _, _ in throw Interruption() })
      }
      #expect(try generate(engine, prompts.reversed()) == expected.reversed())
    }
  }
}
