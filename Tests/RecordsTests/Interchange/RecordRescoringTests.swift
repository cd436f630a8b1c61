import Files
import Foundation
import Provenance
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Records

@Suite struct RecordRescoringTests {
  /// Seals a record with samples and metrics that `edit` may have changed; rescores it.
  private func rescored(
    arm: String = "base", seed: Int? = nil, evaluation: String = "gsm8k",
    result: BenchmarkResult? = nil,
    edit: (inout [String], inout [RunSummary.Metric]) -> Void = { _, _ in }
  ) throws -> (outcome: RecordRescoring.Outcome, folder: TemporaryFolder) {
    let fixtures = try InterchangeFixtures()
    let result = try result ?? #require(fixtures.results.first { $0.name == "gsm8k" })
    var lines = result.tasks[0].samples.map(\.jsonLine)
    var metrics = result.summary(of: evaluation)
    edit(&lines, &metrics)
    let artifacts = fixtures.folder.path(of: "runs")
    let start = try RunStore(artifacts: artifacts).begin(RunFixture.description)
    guard case .open(let record) = start.kind else {
      throw RunError(.sealed, "The record was expected to be open.")
    }
    let name = RecordFile.samples(
      evaluation: evaluation, arm: arm, seed: seed.map { UInt64($0) })
    try record.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: name)
    let sealed = try record.seal(
      RunSummary(arms: [RunSummary.Arm(name: arm, seed: seed, metrics: metrics)]))
    let outcome = try RecordRescoring(
      String(sealed.id.prefix(4)), artifacts: artifacts, languageData: nil
    ).run()
    return (outcome, fixtures.folder)
  }

  @Test(
    "a record whose scores come out the same has nothing to tell",
    arguments: [("base", nil, "gsm8k"), ("sft", 7, "my.evaluation"), ("a.b", 7, "x")])
  func unchanged(arm: String, seed: Int?, evaluation: String) throws {
    let outcome = try rescored(arm: arm, seed: seed, evaluation: evaluation).outcome
    #expect(outcome.exitCode == 0 && outcome.documents == 2)
    #expect(outcome.notes.isEmpty && outcome.aggregateDifferences.isEmpty)
    #expect(outcome.text.plain.hasSuffix("2 samples scored anew, no score changed."))
  }

  @Test("a score that changed is told with its document, and the values that it changes")
  func changedScore() throws {
    let outcome = try rescored { lines, metrics in
      lines[1] = lines[1].replacing(
        #""filter":"flexible-extract","value":1"#, with: #""filter":"flexible-extract","value":0"#)
      metrics[1].value = 0.5
    }.outcome
    let difference = try #require(outcome.differences.first)
    #expect(outcome.differences.count == 1 && outcome.exitCode == 1)
    #expect(difference.kind == .scorer && difference.file == "samples/gsm8k.base.jsonl")
    #expect(difference.document == 1 && difference.recorded == [0] && difference.computed == [1])
    #expect(outcome.aggregateDifferences.map(\.name) == ["exact_match,flexible-extract"])
    #expect(outcome.aggregateDifferences.first?.computed == 1)
  }

  @Test("another answer of the same response is a text that differs, even with the same score")
  func changedText() throws {
    let outcome = try rescored { lines, _ in
      lines[1] = lines[1].replacing(#""text":"1,000.""#, with: #""text":"1,000""#)
    }.outcome
    #expect(outcome.differences.map(\.kind) == [.text])
    #expect(outcome.differences.first.map { $0.recorded == $0.computed } == true)
    #expect(outcome.aggregateDifferences.isEmpty && outcome.exitCode == 1)
  }

  /// Two documents with three answers each, of which the filters do not take the same.
  private func severalAnswers() throws -> BenchmarkResult {
    let texts = [[" It is 2.\n#### 2", "I say 2", "2, no: #### 3"], ["7", "#### 7", "8"]]
    let samples = try zip(texts, ["#### 2", "#### 7"]).enumerated().map { index, document in
      try SampleResult(
        task: GSM8K.task, documentIndex: index, prompt: "p\(index)", target: document.1,
        response: .generation(
          .init(
            texts: document.0, stopStrings: [], maximumNewTokens: 64,
            sampling: AnswerSampling(count: 3, temperature: 1, seed: 1),
            areCutOff: [false, true, false])), truncatedTokens: 0)
    }
    return BenchmarkResult(
      Benchmark(GSM8K.task), tasks: [try TaskResult(task: GSM8K.task, samples: samples)])
  }

  @Test("several answers are scored anew one by one, and so is what of the error comes of them")
  func severalAnswersAnew() throws {
    let result = try severalAnswers()
    #expect(
      result.tasks[0].samples.map { $0.scores.map(\.values) }
        == [[[1, 0, 0], [1, 1, 0]], [[0, 1, 0], [1, 1, 0]]])
    let same = try rescored(result: result).outcome
    #expect(same.exitCode == 0 && same.documents == 2 && same.notes.isEmpty)
    let score = try rescored(result: result) { lines, metrics in
      lines[0] = lines[0].replacing(
        #""flexible-extract","values":[1.0,1.0,0.0]"#,
        with: #""flexible-extract","values":[1.0,1.0,1.0]"#)
      metrics[1].predictionStandardError = 0.25
    }.outcome
    let difference = try #require(score.differences.first)
    #expect(score.differences.count == 1 && difference.kind == .scorer)
    #expect(difference.recorded == [1, 1, 1] && difference.computed == [1, 1, 0])
    #expect(
      score.aggregateDifferences.map(\.name)
        == ["exact_match,flexible-extract prediction standard error"])
    let text = try rescored(result: result) { lines, _ in
      lines[0] = lines[0].replacing(#""texts":["2","2","3"]"#, with: #""texts":["2","9","3"]"#)
    }.outcome
    #expect(text.differences.map(\.kind) == [.text])
    #expect(text.differences[0].recordedAnswer == "9" && text.differences[0].answer == "2")
  }

  @Test("the last bit of a value counts")
  func lastBit() throws {
    let outcome = try rescored { _, metrics in metrics[0].value = metrics[0].value.nextUp }.outcome
    #expect(outcome.aggregateDifferences.count == 1 && outcome.exitCode == 1)
  }

  @Test("metrics without samples are told, and samples without an arm are scored")
  func missingParts() throws {
    let outcome = try rescored { _, metrics in
      metrics.append(
        .init(task: "mmlu", name: "acc,none", value: 0.5, standardError: nil, count: 2))
    }.outcome
    #expect(outcome.exitCode == 0)
    #expect(
      outcome.notes == ["Of base, mmlu acc,none was not computed: there are no samples of it."])
  }

  @Test("a sample file that is not the sealed one is told, whether its scores changed or not")
  func tampered() throws {
    let (outcome, folder) = try rescored()
    let path = "\(outcome.record.path)/samples/gsm8k.base.jsonl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    func rescore(_ text: String?) throws -> RecordRescoring.Outcome {
      if let text { try Data(text.utf8).write(to: URL(filePath: path)) }
      return try RecordRescoring(
        outcome.record.path, artifacts: folder.path(of: "nowhere"), languageData: nil
      ).run()
    }
    let response = try rescore(text.replacing("1,000.", with: "2,000."))
    #expect(response.exitCode == 3 && response.findings.count == 1)
    #expect(response.findings[0].contains("was sealed"))
    #expect(response.differences.count == 1 && !response.aggregateDifferences.isEmpty)
    let unreadable = try rescore("{\n" + text)
    #expect(unreadable.exitCode == 3 && unreadable.findings.count == 2)
    #expect(unreadable.findings[1].contains("Line 1 of \(path)"))
    #expect(try rescore(text + text).findings.contains { $0.contains("already a sample") })
    #expect(try rescore(text.replacing(#""task":"gsm8k""#, with: #""task":"x""#)).exitCode == 3)
    #expect(
      try rescore(text.replacing(#""target":"#, with: #""source":"a","target":"#)).exitCode == 3)
    try FileManager.default.removeItem(atPath: path)
    #expect(try rescore(nil).exitCode == 3)
  }

  @Test("an import's record can be scored anew without the folder that it came from")
  func importedRecord() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try fixtures.read().record
    try FileManager.default.removeItem(atPath: fixtures.folder.path(of: "out"))
    let outcome = try RecordRescoring(
      record.id, artifacts: fixtures.folder.path(of: "art"), languageData: nil
    ).run()
    #expect(outcome.exitCode == 0 && outcome.documents == 15 && outcome.notes.isEmpty)
  }

  @Test("a record without samples, and an id of none, are refused")
  func nothing() throws {
    let folder = try TemporaryFolder()
    guard
      case .open(let record) = try RunStore(artifacts: folder.path).begin(RunFixture.description)
        .kind
    else { throw RunError(.sealed, "The record was expected to be open.") }
    _ = try record.seal(RunSummary(arms: []))
    #expect(throws: InterchangeError.self) {
      try RecordRescoring(record.id, artifacts: folder.path, languageData: nil).run()
    }
    #expect(throws: RunError.self) {
      try RecordRescoring("ffffffffffff0", artifacts: folder.path, languageData: nil)
    }
  }
}

/// What a record of a run is made from.
private enum RunFixture {
  static let description = RunDescription(
    name: "tiny", identity: SHA256.digest(of: "identity"), manifest: Array("name: tiny\n".utf8),
    session: RunSession(
      version: "0", code: .noRepository, environment: .current(libraries: [:]),
      selfTest: .ofThisProcess))
}
