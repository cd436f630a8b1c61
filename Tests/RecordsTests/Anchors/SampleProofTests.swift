import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Provenance
@testable import Records
@testable import Scoring

@Suite("Disclosed samples") struct SampleProofTests {
  private let fixtures: RunFixtures
  private let record: SealedRecord

  init() throws {
    fixtures = try RunFixtures(artifacts: "/artifacts")
    let run = try fixtures.begin()
    let task = try #require(Benchmark.named("arc_challenge")).tasks[0]
    for arm in ["base", "sft.\(Int.max)"] {
      let lines = try (0..<5).map { index in
        let sample = try SampleResult(
          task: task, documentIndex: index, prompt: "é\u{202E}\(index) of \(arm)", target: "0",
          response: .choices(
            [
              .init(text: "a", logLikelihood: -1, isGreedy: false),
              .init(text: "b", logLikelihood: -2, isGreedy: false),
            ], delimiter: " "), truncatedTokens: 0)
        return sample.jsonLine + "\n"
      }
      try run.write(Array(lines.joined().utf8), to: "samples/arc_challenge.\(arm).jsonl")
    }
    record = try run.seal(RunFixtures.summary)
  }

  private func file(_ json: JSON) throws -> String {
    try fixtures.folder.write(CanonicalJSON.encode(json), to: "proof.json")
  }

  private func check(_ json: JSON, repository: String? = nil) throws -> SampleProofCheck {
    try SampleProofCheck(
      file(json), record: nil, artifacts: fixtures.folder.path(of: "artifacts"),
      repository: repository)
  }

  @Test("hold against the record, every arm's sample of the document by itself")
  func holding() throws {
    for index in 0..<5 {
      let proof = try SampleProof(of: "arc_challenge:\(index)", in: record)
      #expect(proof.leaves.count == 2 && proof.leaves[1].proof.index == 5 + index)
      let check = try check(proof.json)
      #expect(check.exitCode == 0 && check.authorities.count == 1, "\(check.text.plain)")
      #expect(!check.text.plain.contains("the word of who made the proof"))
      #expect(check.proof.leaves == proof.leaves)
    }
  }

  @Test("hold against the anchor alone, when nobody has the record")
  func anchored() async throws {
    let repository = fixtures.folder.path(of: "repository")
    try runProgram("/usr/bin/env", ["git", "init", "-q", repository])
    let proof = try SampleProof(of: "arc_challenge:3", in: record)
    _ = try await RecordAnchor.anchor(
      record, in: repository, artifacts: fixtures.folder.path(of: "artifacts"))
    try FileManager.default.removeItem(atPath: fixtures.folder.path(of: "artifacts"))
    let whole = try check(proof.json, repository: repository)
    #expect(whole.exitCode == 0 && whole.authorities.first?.hasPrefix("the anchor") == true)
    #expect(whole.text.plain.contains("the word of who made the proof"))
    #expect(try check(proof.json).exitCode == 7)
    let edited = try CanonicalJSON.encode(proof.json)
    let text = String(decoding: edited, as: UTF8.self).replacing("of base", with: "of bass")
    let json = try JSONParser.parse(Array(text.utf8), source: "edited")
    #expect(json != proof.json)
    #expect(try check(json, repository: repository).exitCode == 3)
  }

  @Test("do not hold with another text, place, count, way or file, and say which sample it is")
  func forged() throws {
    let proof = try SampleProof(of: "arc_challenge:2", in: record)
    let text = String(decoding: try CanonicalJSON.encode(proof.json), as: UTF8.self)
    let hash = try #require(proof.leaves[0].proof.path.first).hex
    for (old, new) in [
      ("2 of base", "3 of base"), ("\"index\":2", "\"index\":3"), ("\"count\":10", "\"count\":11"),
      (hash, String(repeating: "0", count: 64)),
      ("samples/arc_challenge.base.jsonl", "samples/arc_challenge.sft.jsonl"),
    ] {
      let edited = text.replacing(old, with: new)
      #expect(edited != text, "\(old)")
      let check = try check(JSONParser.parse(Array(edited.utf8), source: "edited"))
      #expect(check.exitCode == 3, "\(old)")
      #expect(check.text.plain.contains("samples/arc_challenge.base.jsonl"), "\(old)")
    }
  }

  @Test("are refused for documents that there are not, and for records that were changed")
  func refusals() throws {
    for document in ["arc_challenge:5", "arc_challenge", "gsm8k:1", "arc_challenge:x", "a:1:2", ""]
    {
      #expect(runErrorCode { _ = try SampleProof(of: document, in: record) } == .notFound)
    }
    try put([1], record.path + "/samples/arc_challenge.base.jsonl")
    let changed = try SealedRecord(at: record.path)
    #expect(runErrorCode { _ = try SampleProof(of: "arc_challenge:1", in: changed) } == .damaged)
  }

  @Test("in files that were changed at random are refused or do not hold, and never more than that")
  func fuzzing() throws {
    let proof = try SampleProof(of: "arc_challenge:1", in: record)
    let whole = try CanonicalJSON.encode(proof.json)
    fuzz(200) { _, generator in
      let bytes = mutated(whole, &generator)
      guard bytes != whole, let read = try? SampleProof(bytes, source: "fuzz") else { return }
      _ = read.leaves.map {
        $0.proof.holds(for: Array($0.line.utf8), root: record.sampleTree.root)
      }
    }
  }
}
