import Files
import Foundation
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
