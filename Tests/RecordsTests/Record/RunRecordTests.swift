import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Files
@testable import Provenance
@testable import Records

@Suite("Record of a run")
struct RunRecordTests {
  private let fixtures: RunFixtures

  init() throws { fixtures = try RunFixtures() }

  @Test("A sealed record holds everything, bit for bit, and finds nothing wrong with itself")
  func sealed() throws {
    let sealed = try fixtures.seal()
    #expect(sealed.summary == RunFixtures.summary)
    #expect(sealed.summary.arms[1].steps[1].values["loss"]?.sign == .minus)
    #expect(sealed.files.map(\.name) == ["manifest.yaml", "samples/gsm8k.sft.jsonl"])
    #expect(sealed.files.map(\.byteCount) == [11, 18])
    #expect(sealed.files.first?.digest == SHA256.digest(of: RunFixtures.manifest))
    #expect(try sealed.findings() == [])
    let log = try EventLog.read(ContainedPath(sealed.path + "/events.jsonl"), recordID: sealed.id)
    #expect(log.chain.count == sealed.eventCount)
    #expect(log.chain.head == sealed.chainHead)
    #expect(
      log.events.map(\.type) == [
        "run-created", "file-added", "session-started", "file-added", "sealed",
      ])
    let bytes = try OpenFile.contents(of: sealed.path + "/record.json")
    #expect(SHA256.digest(of: bytes) == sealed.digest)
    #expect(try CanonicalJSON.encode(JSONParser.parse(bytes)) == bytes)
  }

  @Test("Results are the same digest wherever and however they were computed")
  func resultsDigest() throws {
    let other = try RunFixtures()
    let here = try fixtures.seal()
    let there = try other.seal(RunFixtures.description(threads: 7))
    #expect(here.resultsDigest == there.resultsDigest)
    #expect(here.id == there.id)
    #expect(here.digest != there.digest)
  }

  @Test("A file is written once: the same bytes are no change, others are an error")
  func writtenOnce() throws {
    let record = try fixtures.begin()
    try record.write([1, 2], to: "samples/a.jsonl")
    let count = record.chain.count
    try record.write([1, 2], to: "samples/a.jsonl")
    try record.write(to: "samples/a.jsonl") { try $0.write([1, 2]) }
    #expect(record.chain.count == count)
    #expect(runErrorCode { try record.write([1, 3], to: "samples/a.jsonl") } == .differs)
    #expect(
      runErrorCode { try record.write(to: "samples/a.jsonl") { try $0.write([3]) } } == .differs)
    try record.write(to: "checkpoints/b") { try $0.write([9]) }
    #expect(record.contains("checkpoints/b"))
    #expect(try OpenFile.contents(of: record.path(of: "samples/a.jsonl")) == [1, 2])
    #expect(try record.seal(RunFixtures.summary).findings() == [])
  }

  @Test(
    "Names that would leave the record, hide or clash are refused",
    arguments: [
      "", "/a", "a/", "../a", "a/../b", "a//b", ".a", "a/.b", "a b", "a\nb", "a\\b", "é", "a\0b",
      "events.jsonl", "record.json", String(repeating: "a", count: 300), "a/b/c/d/e/f/g/h/i",
    ])
  func badNames(name: String) throws {
    let record = try fixtures.begin()
    #expect(runErrorCode { try record.write([1], to: name) } == .invalidName)
    #expect(runErrorCode { try record.write(to: name) { try $0.write([1]) } } == .invalidName)
    #expect(!record.contains(name))
  }

  @Test("After a kill between a file and its event, the file is removed and the log says so")
  func unannounced() throws {
    var record: RunRecord? = try fixtures.begin()
    let path = try #require(record?.path)
    try record?.write([1], to: "samples/a")
    record = nil
    try put([2], path + "/samples/b")
    try put([3], path + "/samples/.unfinished-1-2")
    let resumed = try fixtures.begin()
    #expect(!FileManager.default.fileExists(atPath: path + "/samples/b"))
    #expect(!FileManager.default.fileExists(atPath: path + "/samples/.unfinished-1-2"))
    try resumed.write([2, 2], to: "samples/b")
    let sealed = try resumed.seal(RunFixtures.summary)
    #expect(try sealed.findings() == [])
    let events = try EventLog.read(ContainedPath(path + "/events.jsonl"), recordID: sealed.id)
      .events
    let removed = try #require(events.first { $0.type == "unannounced-file-removed" })
    #expect(removed.data["name"] == "samples/b")
  }

  @Test("A kill between the last event and the summary is resumed, and sealed again")
  func killedWhileSealing() throws {
    let first = try fixtures.seal()
    try FileManager.default.removeItem(atPath: first.path + "/record.json")
    let resumed = try fixtures.begin()
    #expect(resumed.id == first.id)
    let second = try resumed.seal(RunFixtures.summary)
    #expect(second.resultsDigest == first.resultsDigest)
    #expect(second.eventCount == first.eventCount + 2)
    #expect(try second.findings() == [])
  }

  @Test("A sealed record takes nothing more")
  func afterSealing() throws {
    let record = try fixtures.begin()
    let sealed = try record.seal(RunFixtures.summary)
    #expect(runErrorCode { try record.append(.unknown(type: "x", [:])) } == .sealed)
    #expect(runErrorCode { try record.write([1], to: "x") } == .sealed)
    #expect(runErrorCode { _ = try record.seal(RunFixtures.summary) } == .sealed)
    #expect(try sealed.findings() == [])
    #expect(!FileManager.default.fileExists(atPath: record.path(of: "x")))
  }

  @Test("Files changed, added or removed behind the record's back keep it from being sealed")
  func tamperedBeforeSealing() throws {
    for change in ["edit", "add", "remove", "link"] {
      let record = try fixtures.begin(RunFixtures.description(change))
      try record.write([1], to: "a")
      let path = record.path(of: "a")
      switch change {
      case "edit": try put([2], path)
      case "add": try put([2], record.path(of: "b"))
      case "remove": try FileManager.default.removeItem(atPath: path)
      default:
        try FileManager.default.createSymbolicLink(
          atPath: record.path(of: "c"), withDestinationPath: path)
      }
      #expect(runErrorCode { _ = try record.seal(RunFixtures.summary) } == .damaged, "\(change)")
      #expect(!FileManager.default.fileExists(atPath: record.path(of: "record.json")))
    }
  }

  @Test("The patch of a dirty tree is part of the record")
  func patch() throws {
    let patch = Array("--- a\n+++ b\n".utf8)
    let state = GitRepositoryState(
      commit: "0123", branch: nil, changedFileCount: 1, patchDigest: SHA256.digest(of: patch),
      patch: patch)
    let description = RunFixtures.description(code: .repository(state))
    _ = try fixtures.begin(description)
    // A second process with the same tree adds no second copy.
    let sealed = try fixtures.begin(description).seal(RunFixtures.summary)
    let file = try #require(sealed.files.first { $0.name.hasPrefix("code/") })
    #expect(file.digest == SHA256.digest(of: patch))
    #expect(sealed.sessions.first?["code"]?["dirty"] == true)
    #expect(try sealed.findings() == [])
  }
}
