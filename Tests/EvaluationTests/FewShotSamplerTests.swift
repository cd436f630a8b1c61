import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct FewShotSamplerTests {
  private func document(_ number: Int) throws -> Document {
    try Document(question: "q\(number)", answer: .text("a\(number)"))
  }

  /// A task with this rule.
  private func task(_ rule: EvaluationTask.FewShotRule) throws -> EvaluationTask {
    let tasks = Benchmark.all.flatMap(\.tasks)
    return try #require(tasks.first { $0.fewShotRule == rule })
  }

  @Test("Each document takes the next draw of one generator")
  func draws() throws {
    let pool = try (0..<7473).map(document)
    var sampler = try FewShotSampler(task: task(.sample), pool: pool, count: 5, seed: 1234)
    #expect(
      try sampler.next(for: document(0)).map(\.question)
        == ["q6374", "q3610", "q957", "q61", "q742"])
    #expect(
      try sampler.next(for: document(1)).map(\.question)
        == ["q7462", "q6610", "q4769", "q286", "q5501"])
  }

  @Test("Excluding the document draws one row more and drops the document, or the last row")
  func exclusion() throws {
    let pool = try (0..<12).map(document)
    // random.Random(1234).sample(range(12), 5) is [7, 1, 0, 10, 9], then [10, 1, 11, 5, 3].
    var sampler = try FewShotSampler(
      task: task(.sampleExcludingDocument), pool: pool, count: 4, seed: 1234)
    #expect(try sampler.next(for: document(99)).map(\.question) == ["q7", "q1", "q0", "q10"])
    #expect(try sampler.next(for: document(1)).map(\.question) == ["q10", "q11", "q5", "q3"])
  }

  @Test("Copies of the document are redrawn from the rows that differ")
  func redraw() throws {
    let pool = try (0..<6).map { try document($0 == 5 ? 1 : 0) } + [document(2)]
    var sampler = try FewShotSampler(
      task: task(.sampleExcludingDocument), pool: pool, count: 2, seed: 0)
    for _ in 0..<20 {
      let shots = try sampler.next(for: document(0)).map(\.question)
      #expect(shots.sorted() == ["q1", "q2"])
    }
    var starved = try FewShotSampler(
      task: task(.sampleExcludingDocument), pool: [document(0), document(0), document(0)],
      count: 2, seed: 0)
    let error = #expect(throws: EvaluationError.self) { try starved.next(for: document(0)) }
    #expect(error?.code == .tooFewExamples)
  }

  @Test("The first rows are the same for every document")
  func firstRows() throws {
    var sampler = try FewShotSampler(
      task: task(.firstRows), pool: try (0..<5).map(document), count: 2, seed: 1)
    for number in 0..<3 {
      #expect(try sampler.next(for: document(number)).map(\.question) == ["q0", "q1"])
    }
  }

  @Test("No examples need no pool; too few rows are refused")
  func poolSizes() throws {
    var sampler = try FewShotSampler(task: task(.sample), pool: [], count: 0, seed: 1)
    #expect(try sampler.next(for: document(0)).isEmpty)
    let error = #expect(throws: EvaluationError.self) {
      try FewShotSampler(
        task: task(.sampleExcludingDocument), pool: [document(0)], count: 1, seed: 1)
    }
    #expect(error?.code == .tooFewExamples)
  }

  @Test("Rows are equal code point by code point")
  func equality() throws {
    let spellings = try ["\u{E9}", "e\u{301}"].map { try Document(question: $0, answer: .text("")) }
    #expect(spellings[0] != spellings[1])
    let rows = try ["train/1", "train/2"].map {
      try Document(
        question: "q", answer: .choice(choices: ["a"], goldIndex: 0), identity: $0)
    }
    #expect(rows[0] != rows[1])
    #expect(rows[0] == rows[0])
  }
}
