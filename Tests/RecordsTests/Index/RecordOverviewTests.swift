import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records

@Suite("One record, shown")
struct RecordOverviewTests {
  private let fixtures: RunFixtures

  init() throws { fixtures = try RunFixtures() }

  @Test("A sealed record is shown whole, by the first digits of its id and by its path")
  func sealed() throws {
    let record = try fixtures.begin()
    try record.append(.inputs(RunFixtures.inputs))
    try record.write(RunFixtures.samples, to: "samples/gsm8k.sft.jsonl")
    let sealed = try record.seal(RunFixtures.summary)
    for name in [sealed.id, String(sealed.id.prefix(5)), sealed.path, sealed.path + "/"] {
      let shown = try fixtures.show(name)
      #expect(shown.id == sealed.id && shown.status == .sealed && shown.findings == [])
      #expect(shown.arms == RunFixtures.summary.arms && shown.files == sealed.files)
      #expect(shown.inputs.map(\.digest) == [SHA256.digest(of: "train")])
      #expect(shown.chain.head == sealed.chainHead && shown.recordDigest == sealed.digest)
    }
  }

  @Test("A run that is not finished is shown as far as its log goes")
  func unfinished() throws {
    var record: RunRecord? = try fixtures.begin()
    let id = try #require(record?.id)
    #expect(try fixtures.show(id).arms == [] && fixtures.show(id).inputs == [])
    try record?.append(.inputs(RunFixtures.inputs))
    let steps = (1...3).map {
      RunSummary.Step(number: $0, batchDigest: nil, values: ["loss": Double($0)])
    }
    func train(_ numbers: ClosedRange<Int>) throws {
      try record?.append(RunFixtures.started)
      for number in numbers {
        // As versions wrote it that did not note the seed.
        try record?.append(
          .trainingStep(.init(arm: "sft", seed: nil), steps[number - 1]))
      }
    }
    try train(1...3)
    // After a kill it goes on at the checkpoint of step 1.
    try train(2...2)
    #expect(try fixtures.show(id).status == .running)
    #expect(try fixtures.show(id).arms == [.init(name: "sft", seed: 42, steps: Array(steps[..<2]))])
    let weights = SHA256.digest(of: "weights")
    try record?.append(.trainingFinished(RunFixtures.sft, weights: weights))
    try record?.append(
      .trainingReused(
        .init(arm: "eaft", seed: 42), key: weights, weights: weights, checkpoints: []))
    try record?.append(
      .evaluationFinished(RunFixtures.sft, evaluation: "gsm8k", key: weights, samples: weights))
    record = nil
    let shown = try fixtures.show(id)
    #expect(shown.status == .interrupted && shown.resultsDigest == nil)
    #expect(shown.arms.map(\.digests) == [["weights": weights], ["weights": weights]])
    #expect(shown.evaluations == [.init(arm: "sft", seed: 42, name: "gsm8k")])
    // The index tells the same arms.
    #expect(try RunIndex(artifacts: fixtures.folder.path).runs[0].arms == ["sft", "eaft"])
    // A line that a kill has cut off is no damage.
    let log = "\(shown.path)/events.jsonl"
    try put(try OpenFile.contents(of: log) + Array("{\"data".utf8), log)
    #expect(try fixtures.show(id).arms == shown.arms)
  }

  @Test("What was changed after sealing is told, and the exit code is 3")
  func changed() throws {
    let sealed = try fixtures.seal()
    try put([1], sealed.path + "/manifest.yaml")
    let shown = try fixtures.show(sealed.id)
    #expect(shown.findings.count == 1 && shown.exitCode == 3)
  }

  @Test("What there is not, what is not clear and what cannot be read are errors that say so")
  func errors() throws {
    let sealed = try fixtures.seal()
    let other = String(sealed.id.prefix(11)) + (sealed.id.hasSuffix("0") ? "1" : "0")
    try FileManager.default.createDirectory(
      atPath: fixtures.store.path(of: other), withIntermediateDirectories: true)
    #expect(runErrorCode { _ = try fixtures.show("xyz") } == .notFound)
    #expect(runErrorCode { _ = try fixtures.show(String(sealed.id.prefix(11))) } == .ambiguous)
    #expect(runErrorCode { _ = try fixtures.show(other) } == .damaged)
    try put([0x7B], sealed.path + "/events.jsonl")
    #expect(runErrorCode { _ = try fixtures.show(sealed.id) } == .damaged)
  }

  @Test("Logs that were changed at random are shown or refused, and never more than that")
  func fuzzing() throws {
    var record: RunRecord? = try fixtures.begin()
    let path = try #require(record?.path)
    try record?.append(.inputs(RunFixtures.inputs))
    try record?.append(RunFixtures.started)
    record = nil
    let whole = try OpenFile.contents(of: path + "/events.jsonl")
    try fuzz(200) { _, generator in
      try put(mutated(whole, &generator), path + "/events.jsonl")
      _ = try? fixtures.show(path)
    }
  }
}
