import Files
import Foundation
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Records

@Suite struct InterchangeFuzzTests {
  private func isSentence(_ error: any Error) -> Bool {
    switch error {
    case is InterchangeError, is RunError, is LogError, is EvaluationError: true
    default: false
    }
  }

  @Test("mutated samples and results are read or refused with a sentence, never more")
  func folders() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let paths = ["gsm8k", "hellaswag", "mmlu_anatomy", "aime24"].map(fixtures.samples)
    let files = try (paths + [fixtures.resultsPath]).map { ($0, try OpenFile.contents(of: $0)) }
    try fuzz(60) { round, generator in
      let (path, bytes) = files[round % files.count]
      try Data(mutated(bytes, &generator)).write(to: URL(filePath: path))
      do {
        let comparison = try fixtures.compare()
        _ = try CanonicalJSON.encode(comparison.json)
        _ = fixtures.text(comparison)
      } catch {
        #expect(isSentence(error), "round \(round): \(error)")
      }
      try Data(bytes).write(to: URL(filePath: path))
    }
  }

  @Test("mutated arrays of samples, of known tasks and of others, are read or refused, never more")
  func arrays() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<3).map {
      #"{"doc_id": \#($0), "doc": {"question": "Q", "choices": {"text": ["x", ""], "label": ["A", "B"]}, "answerKey": "B"}, "target": 1, "arguments": [[["P"], " x"], [["P"], " "]], "resps": [[[-1.5, false]], [[-0.0, true]]], "filtered_resps": [[-1.5, false], [-0.0, true]], "acc": 1.0, "acc_norm": 1.0}"#
    }
    let samples = Array("[\n\(lines.joined(separator: ",\n"))\n]".utf8)
    let results = Array(
      #"{"results": {"arc_challenge": {"acc,none": 1.0, "alias": " - a"}, "piqa": {"acc,none": 1.0, "acc_stderr,none": 0.0}, "pair": {"acc,none": 1.0, "acc_stderr,none": 0.0}, "all": {"acc,none": 1.0}}, "groups": {"all": {"acc,none": 1.0}}, "group_subtasks": {"piqa": [], "pair": ["piqa", "piqa"], "all": ["pair", "arc_challenge"]}, "n-samples": {"piqa": {"effective": 3}}, "configs": {"piqa": {"metric_list": [{"metric": "acc", "aggregation": "mean"}]}}, "config": {"model_args": "p=x"}}"#
        .utf8)
    let files = [
      ("out/p__x_arc_challenge.jsonl", samples),
      ("out/p__x_piqa.jsonl", samples), ("out/results.json", results),
    ]
    for (name, bytes) in files { _ = try folder.write(bytes, to: name) }
    func compare() throws -> HarnessComparison {
      HarnessComparison(
        try HarnessFolder(at: folder.path(of: "out"), names: TaskNames(), languageData: nil),
        names: TaskNames())
    }
    let whole = try compare()
    #expect(whole.exitCode == 0 && whole.documents == 3 && whole.recorded.count == 1)
    try fuzz(150) { round, generator in
      let (name, bytes) = files[round % files.count]
      _ = try folder.write(mutated(bytes, &generator), to: name)
      do {
        _ = try CanonicalJSON.encode(try compare().json)
      } catch {
        #expect(isSentence(error), "round \(round): \(error)")
      }
      _ = try folder.write(bytes, to: name)
    }
  }

  @Test("mutated samples of a record are scored or refused with a sentence, never more")
  func records() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try fixtures.read().record
    let names = record.files.map(\.name).filter(RecordFile.isOfSamples)
    let files = try names.map { ($0, try OpenFile.contents(of: "\(record.path)/\($0)")) }
    fuzz(200) { round, generator in
      let (name, bytes) = files[round % files.count]
      do {
        let file = try SampleRecord(
          mutated(bytes, &generator), name: name, source: "\(record.path)/\(name)")
        let outcome = try file.rescored(tools: nil)
        _ = try CanonicalJSON.encode(.array(outcome.differences.map(\.json)))
      } catch {
        #expect(isSentence(error), "round \(round): \(error)")
      }
    }
  }
}
