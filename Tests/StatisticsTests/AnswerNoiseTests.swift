import Foundation
import Testing

@testable import Statistics

@Suite("Noise of answers and of items")
struct AnswerNoiseTests {
  /// `Fixtures/answer_noise.json`, made by `make_answer_noise.py`.
  private struct Oracle: Decodable {
    struct Case: Decodable {
      let scores: [[Double]]
      let prediction, data, standardError: Double
    }
    let cases: [Case]
  }

  @Test("is told apart as by an analysis of variance")
  func oracle() throws {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let oracle = try decoder.decode(
      Oracle.self, from: Data(contentsOf: folder.appending(path: "answer_noise.json")))
    #expect(oracle.cases.count == 14 && oracle.cases.contains { $0.data < 0 })
    for expected in oracle.cases {
      let noise = try #require(AnswerNoise(expected.scores))
      let scale = expected.prediction + expected.data.magnitude
      #expect((noise.predictionVariance - expected.prediction).magnitude < 1e-12 * scale)
      #expect((noise.dataVariance - expected.data).magnitude < 1e-12 * scale)
      let (items, answers) = (Double(noise.itemCount), Double(noise.answerCount))
      #expect(items == Double(expected.scores.count))
      #expect(
        (noise.predictionError - (expected.prediction / items / answers).squareRoot()).magnitude
          < 1e-12)
      guard expected.data >= 0 else {
        #expect(noise.dataError == 0)
        continue
      }
      // Both parts together are the usual standard error of the mean.
      let total = (noise.dataError, noise.predictionError)
      #expect(
        ((total.0 * total.0 + total.1 * total.1).squareRoot() - expected.standardError).magnitude
          < 1e-12)
      #expect(
        (noise.standardError(answers: answers) - expected.standardError).magnitude < 1e-12)
      #expect(noise.standardError(answers: 2 * answers) < expected.standardError)
      #expect(noise.standardError(answers: 1e12) - noise.dataError < 1e-6)
    }
  }

  @Test("is right on average: over all outcomes of three items with two answers each")
  func unbiased() throws {
    let shares = [0.1, 0.5, 0.8]
    var (prediction, data, total) = (0.0, 0.0, 0.0)
    for outcome in 0..<64 {
      let scores = (0..<3).map { item in
        (0..<2).map { Double(outcome >> (2 * item + $0) & 1) }
      }
      let probability = zip(scores, shares).reduce(1.0) { product, item in
        item.0.reduce(product) { $0 * ($1 == 1 ? item.1 : 1 - item.1) }
      }
      let noise = try #require(AnswerNoise(scores))
      prediction += probability * noise.predictionVariance
      data += probability * noise.dataVariance
      total += probability
    }
    #expect((total - 1).magnitude < 1e-12)
    // The mean of p(1 - p), and the variance of p between these items.
    #expect((prediction - (0.09 + 0.25 + 0.16) / 3).magnitude < 1e-12)
    #expect((data - (try #require(Sample.variance(shares)))).magnitude < 1e-12)
  }

  @Test("takes two items with two answers each at least, and as many of each")
  func refusals() {
    #expect(AnswerNoise([]) == nil && AnswerNoise([[1, 0]]) == nil)
    #expect(AnswerNoise([[1], [0]]) == nil && AnswerNoise([[], []]) == nil)
    #expect(AnswerNoise([[1, 0], [1, 0, 1]]) == nil)
    let none = AnswerNoise([[1, 1], [1, 1]])
    #expect(none?.predictionError == 0 && none?.dataError == 0)
  }
}
