import Foundation
import Tensors
import Testing

@testable import LanguageModels

/// Scoring and generation against transformers on PyTorch, fp32.
@Suite("Parity of inference with transformers")
struct ParityInferenceTests {
  private func generate(
    _ fixture: ParityFixture, threads: Int, stopIDs: Set<Int32> = [], maximumNewTokens: Int = 12
  ) throws -> [[Int32]] {
    try InferenceEngine(model: fixture.model, threads: threads).generate(
      prompts: fixture.expected.generations.map(\.prompt), maximumNewTokens: maximumNewTokens,
      stopIDs: stopIDs, isFinished: { _, _ in false })
  }

  private func requests(_ fixture: ParityFixture) -> [ScoringRequest] {
    fixture.expected.scores.map {
      ScoringRequest(
        tokens: fixture.expected.context + $0.continuation,
        continuationCount: $0.continuation.count)
    }
  }

  @Test(
    "Greedy generation with a cache gives the same tokens", arguments: ParityFixture.Name.allCases)
  func generation(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let expected = fixture.expected.generations.map(\.continuation)
    for threads in 1...3 {
      #expect(try generate(fixture, threads: threads) == expected)
    }
  }

  @Test("More prompts than fit side by side give each its own continuation")
  func manyPrompts() throws {
    let fixture = try ParityFixture(.gemma3Tied)
    let generations = fixture.expected.generations
    let prompts = (0..<37).map { generations[$0 % generations.count].prompt }
    let found = try InferenceEngine(model: fixture.model, threads: 2).generate(
      prompts: prompts, maximumNewTokens: 12, stopIDs: [], isFinished: { _, _ in false })
    for (index, continuation) in found.enumerated() {
      #expect(continuation == generations[index % generations.count].continuation)
    }
  }

  @Test("Generation ends before a stop id, and where the caller says so")
  func ends() throws {
    let fixture = try ParityFixture(.llamaUntied)
    let expected = fixture.expected.generations.map(\.continuation)
    let stop = expected[0][5]
    let found = try generate(fixture, threads: 1, stopIDs: [stop])
    #expect(found == expected.map { Array($0.prefix { $0 != stop }) })
    let finished = try InferenceEngine(model: fixture.model, threads: 1).generate(
      prompts: fixture.expected.generations.map(\.prompt), maximumNewTokens: 12, stopIDs: [],
      isFinished: { prompt, generated in generated.count == prompt + 3 })
    #expect(finished == [Array(expected[0].prefix(3)), Array(expected[1].prefix(4))])
    #expect(try generate(fixture, threads: 1, maximumNewTokens: 0) == [[], []])
  }

  @Test("Damaged weights end a generation with an error and give no score")
  func damagedWeights() throws {
    let fixture = try ParityFixture(.gemma3Untied)
    fixture.model.parameters.pointer[fixture.model.layout.finalNorm] = .nan
    #expect(throws: NonFiniteLogits.self) { try generate(fixture, threads: 1) }
    let scores = try InferenceEngine(model: fixture.model, threads: 1).score([requests(fixture)])[0]
    #expect(scores.allSatisfy { $0.logLikelihood.isNaN && !$0.isGreedy })
  }

  @Test(
    "Log-likelihoods of continuations agree within 1e-4", arguments: ParityFixture.Name.allCases)
  func scores(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let expected = fixture.expected.scores
    let shared = try InferenceEngine(model: fixture.model, threads: 1).score([requests(fixture)])[0]
    let separate = try InferenceEngine(model: fixture.model, threads: 1).score(
      requests(fixture).map { [$0] })
    #expect(shared.count == expected.count)
    for (index, wanted) in expected.enumerated() {
      for found in [shared[index], separate[index][0]] {
        #expect(abs(found.logLikelihood - wanted.logLikelihood) <= 1e-4)
        #expect(found.isGreedy == wanted.isGreedy)
      }
    }
  }

  @Test("A long shared context is scored as the training pass sees it")
  func longContext() throws {
    for name in ParityFixture.Name.allCases {
      let fixture = try ParityFixture(name)
      let tokens = try #require(fixture.expected.sequences.max { $0.count < $1.count })
      // Continuations of one document: they begin inside the window, at its edge, and after other continuations.
      let ends = [(140, 145), (140, 150), (3, 9), (140, 141), (1, tokens.count)]
      let scores = try InferenceEngine(model: fixture.model, threads: 2).score([
        ends.map { ScoringRequest(tokens: Array(tokens[..<$1]), continuationCount: $1 - $0) }
      ])[0]
      for (index, (start, end)) in ends.enumerated() {
        var batch = PackedBatch()
        let labels = tokens.enumerated().map { $0 < start ? PackedBatch.ignored : $1 }
        batch.append(tokens: Array(tokens[..<end]), labels: Array(labels[..<end]))
        let loss = CrossEntropyPass(fixture.model, batch, dividingBy: 1).loss
        #expect(abs(scores[index].logLikelihood + loss) <= 1e-4 * max(1, loss))
      }
    }
  }

  @Test("Scores have the same bits for one, two and three threads")
  func threads() throws {
    for name in ParityFixture.Name.allCases {
      let fixture = try ParityFixture(name)
      let documents = [requests(fixture), [requests(fixture)[2]], requests(fixture)]
      let one = try InferenceEngine(model: fixture.model, threads: 1).score(documents)
      for threads in 2...3 {
        let found = try InferenceEngine(model: fixture.model, threads: threads).score(documents)
        #expect(found == one)
      }
    }
  }

  @Test(
    "Scores have the same bits alone, beside others, in another order and in smaller passes",
    arguments: ParityFixture.Name.allCases)
  func neighboursDoNotMatter(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let vocabulary = fixture.model.configuration.vocabularySize
    // Documents whose requests part early and late, some behind more keys than one block of products has terms.
    let documents = [(3, 2), (150, 4), (420, 3), (131, 1), (40, 2)].enumerated().map {
      document, size in
      (0..<size.1).map { choice in
        let tokens = (0..<size.0 + 3 * choice + 2).map { position in
          Int32((position * 7 + document * 13 + (position < size.0 ? 0 : choice * 31)) % vocabulary)
        }
        return ScoringRequest(tokens: tokens, continuationCount: tokens.count - size.0)
      }
    }
    func bits(_ documents: [[ScoringRequest]], rows: Int) throws -> [[UInt64]] {
      try InferenceEngine(
        model: fixture.model, threads: 2, limits: InferenceEngine.PassLimits(rows: rows)
      ).score(documents).map { $0.map(\.logLikelihood.bitPattern) }
    }
    let expected = try bits(documents, rows: 1024)
    #expect(try bits(documents, rows: 7) == expected)
    #expect(try bits(documents.reversed(), rows: 600) == expected.reversed())
    for (document, wanted) in zip(documents, expected) {
      #expect(try bits(document.map { [$0] }, rows: 1).map { $0[0] } == wanted)
    }
  }

  /// What `Fixtures/parity/make_divergence.py` computed.
  private struct Divergences: Decodable {
    let factor: Float
    let divergences: [String: [Double]]
  }

  @Test(
    "How far a model has moved from another is what PyTorch computes, whatever else is in a pass",
    arguments: ParityFixture.Name.allCases)
  func divergence(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let path = try ParityFixture.path(name) + "/../divergence.json"
    let recorded = try JSONDecoder().decode(
      Divergences.self, from: Data(contentsOf: URL(filePath: path)))
    let expected = try #require(recorded.divergences[name.rawValue])
    let grown = fixture.model.copy()
    for index in 0..<grown.parameters.count { grown.parameters.pointer[index] *= recorded.factor }
    let requests = requests(fixture)
    func scores(
      _ model: LanguageModel, rows: Int, threads: Int
    ) throws -> [ContinuationScore] {
      let limits = InferenceEngine.PassLimits(rows: rows)
      return try InferenceEngine(model: model, threads: threads, limits: limits).score(
        [requests],
        reference: InferenceEngine(model: fixture.model, threads: threads, limits: limits))[0]
    }
    let found = try scores(grown, rows: 2048, threads: 2)
    for (score, expected) in zip(found, expected) {
      #expect(abs(score.divergence - expected) < 1e-5)
    }
    #expect(try scores(grown, rows: 3, threads: 1) == found)
    #expect(try scores(fixture.model, rows: 2048, threads: 2).allSatisfy { $0.divergence == 0 })
    // The likelihoods do not depend on the reference.
    let alone = try InferenceEngine(model: grown, threads: 2).score([requests])[0]
    #expect(alone.map(\.logLikelihood) == found.map(\.logLikelihood))
  }

  @Test(
    "Generations depend neither on how many run side by side nor on their order",
    arguments: ParityFixture.Name.allCases)
  func companyDoesNotMatter(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let vocabulary = fixture.model.configuration.vocabularySize
    let prompts = [5, 130, 64, 17, 1].enumerated().map { prompt, count in
      (0..<count).map { Int32(($0 * 11 + prompt * 29) % vocabulary) }
    }
    func generate(_ prompts: [[Int32]], sequences: Int) throws -> [[Int32]] {
      try InferenceEngine(
        model: fixture.model, threads: 2,
        limits: InferenceEngine.PassLimits(sequences: sequences)
      ).generate(
        prompts: prompts, maximumNewTokens: 20, stopIDs: [], isFinished: { _, _ in false })
    }
    let expected = try generate(prompts, sequences: 16)
    #expect(try generate(prompts, sequences: 1) == expected)
    #expect(try generate(prompts.reversed(), sequences: 3) == expected.reversed())
  }
}
