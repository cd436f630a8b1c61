import Testing

@testable import Evaluation
@testable import Scoring

struct PythonRandomTests {
  @Test("The generator gives CPython's words, also after its state was renewed")
  func words() throws {
    for expected in try PythonRules.load().words {
      var random = PythonRandom(seed: expected.seed)
      #expect((0..<5).map { _ in random.bits(32) } == expected.bits)
      for _ in 5..<2000 { _ = random.bits(32) }
      #expect((0..<5).map { _ in random.bits(3) } == expected.later)
    }
  }

  @Test("Samples equal random.sample on both of its algorithms and at their boundary")
  func samples() throws {
    for expected in try PythonRules.load().samples {
      var random = PythonRandom(seed: expected.seed)
      for draw in expected.draws {
        #expect(random.sample(expected.count, from: expected.population) == draw)
      }
    }
  }
}
