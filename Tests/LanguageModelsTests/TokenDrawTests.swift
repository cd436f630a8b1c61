import Foundation
import TestSupport
import Testing

@testable import LanguageModels
@testable import Tensors

/// Tokens that are drawn, and texts of them.
@Suite("Drawn tokens")
struct TokenDrawTests {
  /// `Fixtures/drawing/drawing.json`, made by `make_drawing.py`.
  private struct Expected: Decodable {
    struct Case: Decodable {
      let row: Int
      let temperature, topP: Double
      let key: String
      let answer: UInt64
      let position: Int
      let token: Int32
    }
    let rows: [[String]]
    let cases: [Case]
  }

  private func token(_ draw: TokenDraw, _ logits: [Float], at position: Int) -> Int32 {
    var logits = logits
    return logits.withUnsafeMutableBufferPointer { draw.token($0, at: position) }
  }

  @Test("are those of the defined arithmetic, as NumPy computes it")
  func reference() throws {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let expected = try decoder.decode(
      Expected.self, from: Data(contentsOf: folder.appending(path: "drawing/drawing.json")))
    let rows = try expected.rows.map { row in
      try row.map { Float(bitPattern: try #require(UInt32($0, radix: 16))) }
    }
    var different: Set<Int32> = []
    for found in expected.cases {
      let draw = TokenDraw(
        temperature: found.temperature, topP: found.topP,
        seed: try #require(UInt64(found.key, radix: 16)), answer: found.answer)
      #expect(token(draw, rows[found.row], at: found.position) == found.token, "\(found)")
      different.insert(found.token)
    }
    #expect(expected.cases.count == 960 && different.count == 86)
  }

  @Test("are as frequent as softmax says, over answers as over positions", arguments: [0.7, 1, 3])
  func frequencies(temperature: Double) {
    let logits: [Float] = [0, 1.5, -2, 0.25, 0.25, 3, -0.5, 1, 2.5, -1]
    let weights = logits.map { ElementaryFunctions.exp(Double($0) / temperature) }
    let total = weights.reduce(0, +)
    var counts = [Double](repeating: 0, count: logits.count)
    for answer in 0..<200 {
      let draw = TokenDraw(temperature: temperature, topP: 1, seed: 11, answer: UInt64(answer))
      for position in 0..<200 { counts[Int(token(draw, logits, at: position))] += 1 }
    }
    let statistic = zip(counts, weights).reduce(0.0) { sum, pair in
      let expected = 40_000 * pair.1 / total
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    // The chi-squared distribution with 9 degrees of freedom is above 27.88 in one of a thousand; a softmax at a temperature
    // that is off by 0.05 gives over 100.
    #expect(statistic < 27.88)
  }

  @Test("come from the likeliest that reach the share, and from no other")
  func share() {
    // Probabilities .5, .25, .125 and so on, of which the third and the fourth are alike.
    let logits = [2.0, 1, 0, 0, -1, -2].map { Float($0 * ElementaryFunctions.log(2)) }
    func drawn(_ topP: Double, _ logits: [Float]) -> Set<Int32> {
      Set(
        (0..<500).map { position in
          token(
            TokenDraw(temperature: 1, topP: topP, seed: 3, answer: 0), logits, at: position)
        })
    }
    #expect(drawn(1, logits) == [0, 1, 2, 3, 4, 5])
    #expect(drawn(0.4, logits) == [0])
    #expect(drawn(0.6, logits) == [0, 1])
    // Of two that are alike the lower id is kept.
    #expect(drawn(0.8, logits) == [0, 1, 2])
    #expect(drawn(0.8, logits.reversed()) == [2, 4, 5])
    #expect(drawn(1e-12, logits) == [0])
  }

  @Test("are the lowest id where rules leave none, and the only one that they leave")
  func suppressed() {
    let draw = TokenDraw(temperature: 1, topP: 0.5, seed: 0, answer: 0)
    #expect(token(draw, [-.infinity, -.infinity], at: 0) == 0)
    #expect(token(draw, [-.infinity, -1e30, -.infinity], at: 7) == 1)
  }

  // MARK: - Texts

  @Test(
    "make the same texts alone and beside others, in parts, and with beginnings that are shared or not",
    arguments: PrefixReuseTests.Family.allCases)
  func texts(family: PrefixReuseTests.Family) throws {
    let model = family.model
    var generator = SeededGenerator(seed: 4)
    let prompts = [40, 1, 150, 2].map { count in
      (0..<count).map { _ in Int32.random(in: 0..<61, using: &generator) }
    }
    let answers = prompts.enumerated().flatMap { number, prompt in
      (0..<5).map { answer in
        (
          prompt: prompt,
          draw: TokenDraw(
            temperature: 0.8, topP: 0.9, seed: UInt64(number), answer: UInt64(answer))
        )
      }
    }
    func generate(
      _ chosen: [Int], rows: Int, sequences: Int, threads: Int = 2
    ) throws -> [[Int32]] {
      let engine = InferenceEngine(
        model: model, threads: threads,
        limits: InferenceEngine.PassLimits(rows: rows, sequences: sequences))
      return try engine.generate(
        prompts: chosen.map { answers[$0].prompt }, draws: chosen.map { answers[$0].draw },
        maximumNewTokens: 25, stopIDs: [9], isFinished: { _, tokens in tokens.last == 8 })
    }
    let expected = try answers.indices.map { try generate([$0], rows: 4096, sequences: 1)[0] }
    #expect(Set(expected).count == answers.count, "every answer is another text")
    let order = Array(answers.indices)
    for (rows, sequences) in [(1, 3), (10, 2), (64, 7), (4096, 32), (7, 1)] {
      #expect(try generate(order, rows: rows, sequences: sequences) == expected)
      let mixed = order.sorted { ($0 % 7, $0) < ($1 % 7, $1) }
      #expect(
        try generate(mixed, rows: rows, sequences: sequences) == mixed.map { expected[$0] })
    }
    for threads in [1, 3] {
      #expect(try generate(order, rows: 64, sequences: 8, threads: threads) == expected)
    }
  }

  @Test("have a beginning computed once, whose last token alone each answer computes for itself")
  func sharedBeginning() throws {
    let model = PrefixReuseTests.Family.gemma3.model
    let prompt = [Int32](0..<50)
    let engine = InferenceEngine(
      model: model, threads: 1, limits: InferenceEngine.PassLimits(rows: 4096, sequences: 8))
    var rows = 0
    engine.observer = { operation, tensor in
      if operation == .embedding { rows += tensor.rows }
    }
    let draws = (0..<6).map { TokenDraw(temperature: 1, topP: 1, seed: 1, answer: $0) }
    try engine.generate(
      prompts: draws.map { _ in prompt }, draws: draws, maximumNewTokens: 3, stopIDs: [],
      isFinished: { _, _ in false })
    // Two tokens of each answer are fed, and the prompt's last one to the five that found the rest there.
    #expect(rows == 50 + 6 * 2 + 5)
  }
}
