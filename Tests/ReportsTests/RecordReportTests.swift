import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records
@testable import Reports

@Suite("A record, printed")
struct RecordReportTests {
  private let fixtures: RunFixtures

  init() throws { fixtures = try RunFixtures() }

  @Test("A sealed record is shown whole, as text and as JSON")
  func sealed() throws {
    let record = try fixtures.begin()
    try record.append(.inputs(RunFixtures.inputs))
    try record.write(RunFixtures.samples, to: "samples/gsm8k.sft.jsonl")
    let sealed = try record.seal(RunFixtures.summary)
    let text = RecordText.text(try fixtures.show(sealed.id)).plain
    for part in [
      sealed.id, "tiny", sealed.created, sealed.sealed, sealed.identity.hex,
      SHA256.digest(of: "train").hex, "sft, seed \(Int.max)", "0.1000 at step 1",
      SHA256.digest(of: "w").hex, "0.2500", "samples/gsm8k.sft.jsonl", sealed.chainHead.hex,
      sealed.resultsDigest.hex, sealed.digest.hex, "as they were sealed",
    ] { #expect(text.contains(part), "\(part) is not shown") }
    let json = RecordJSON.json(try fixtures.show(sealed.id))
    #expect(json["exit_code"] == 0 && json["inputs"] == .array(RunFixtures.inputs.map(\.json)))
    #expect(json["arms"] == RunFixtures.summary.json["arms"])
  }

  @Test("Inputs of one asset are one row, with a digest over their digests; JSON has all")
  func manyFiles() throws {
    let record = try fixtures.begin()
    let parts = (1...57).map {
      RecordedInput(
        asset: "mmlu", file: "mmlu/\($0)", digest: SHA256.digest(of: "\($0)"), byteCount: $0)
    }
    try record.append(.inputs(parts + RunFixtures.inputs))
    let sealed = try record.seal(RunFixtures.summary)
    let lines = RecordText.text(try fixtures.show(sealed.id)).plain.split(separator: "\n")
    let digest = SHA256.digest(of: parts.map { $0.digest.hex + "\n" }.joined())
    #expect(lines.contains("mmlu   57 files      1653  \(digest.hex) *"))
    #expect(lines.contains("train  train.jsonl      5  \(SHA256.digest(of: "train").hex)"))
    #expect(lines.count { $0.hasPrefix("* of the digests") } == 1)
    #expect(!lines.contains { $0.contains("mmlu/") })
    #expect(RecordJSON.json(try fixtures.show(sealed.id))["inputs"]?.arrayValue?.count == 58)
  }

  @Test("A run that is not finished is said to be none, with what is evaluated so far")
  func unfinished() throws {
    var record: RunRecord? = try fixtures.begin()
    let id = try #require(record?.id)
    let weights = SHA256.digest(of: "weights")
    try record?.append(RunFixtures.started)
    try record?.append(.trainingFinished(RunFixtures.sft, weights: weights))
    try record?.append(
      .evaluationFinished(RunFixtures.sft, evaluation: "gsm8k", key: weights, samples: weights))
    record = nil
    let text = RecordText.text(try fixtures.show(id)).plain
    for part in ["interrupted, last sign of life", "sft, seed 42 on gsm8k", "not finished"] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test("What was changed after sealing has a line of its own")
  func changed() throws {
    let sealed = try fixtures.seal()
    try put([1], sealed.path + "/manifest.yaml")
    let text = RecordText.text(try fixtures.show(sealed.id)).plain
    #expect(text.contains("✗ \(sealed.path)/manifest.yaml"))
  }

  @Test("Logs that were changed at random are printed or refused, and never more than that")
  func fuzzing() throws {
    var record: RunRecord? = try fixtures.begin()
    let path = try #require(record?.path)
    try record?.append(.inputs(RunFixtures.inputs))
    try record?.append(RunFixtures.started)
    record = nil
    let whole = try OpenFile.contents(of: path + "/events.jsonl")
    try fuzz(200) { _, generator in
      try put(mutated(whole, &generator), path + "/events.jsonl")
      if let shown = try? fixtures.show(path) { #expect(!RecordText.text(shown).plain.isEmpty) }
    }
  }
}
