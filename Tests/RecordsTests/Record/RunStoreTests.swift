import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Records

@Suite("Store of runs")
struct RunStoreTests {
  private let fixtures: RunFixtures
  private var store: RunStore { fixtures.store }

  init() throws { fixtures = try RunFixtures() }

  @Test("The id of an attempt is a function of its identity: value computed with Python's hashlib")
  func ids() throws {
    // hashlib.sha256(f"replicate/record-id/v1\n{hashlib.sha256(b'x').hexdigest()}\n2\n".encode())
    #expect(RunID.id(identity: SHA256.digest(of: "x"), attempt: 2) == "3b054a2d38ea")
    let first = try fixtures.seal()
    #expect(first.id == RunID.id(identity: first.identity, attempt: 1))
  }

  @Test("A finished run is found again; repeating it makes the next attempt")
  func finished() throws {
    let first = try fixtures.seal()
    let again = try store.begin(RunFixtures.description(threads: 8))
    guard case .finished(let found) = again.kind else {
      Issue.record("The same run is finished.")
      return
    }
    #expect(found == first)
    #expect(again.reason.contains(first.id))
    let second = try fixtures.seal(repeating: true)
    #expect(second.attempt == 2)
    #expect(second.id != first.id)
    #expect(second.resultsDigest == first.resultsDigest)
    #expect(try store.list().map(\.status) == [.sealed, .sealed])
    guard case .finished(let latest) = try store.begin(RunFixtures.description()).kind else {
      Issue.record("The same run is finished.")
      return
    }
    #expect(latest.id == second.id)
  }

  @Test("Bits that were known before they were judged are told of, with the run that gave them")
  func knownBefore() throws {
    let expectations = Array("schema: 1\n".utf8)
    let digest = SHA256.digest(of: expectations)
    func judged(_ name: String) throws -> SealedRecord {
      let record = try fixtures.begin(RunFixtures.description(name), repeating: true)
      try record.write(expectations, to: RecordFile.expectations)
      return try record.seal(RunFixtures.summary)
    }
    let first = try fixtures.seal()
    let second = try judged("tiny")
    #expect(try first.precedence(over: digest) == nil)
    let sentence = try #require(try second.precedence(over: digest))
    #expect(sentence.hasPrefix("These bits were known before the lock: the run \(first.id) of "))
    // A repetition of what was fixed before the first attempt is none.
    _ = try judged("other")
    #expect(try judged("other").precedence(over: digest) == nil)
  }

  @Test("An interrupted run is resumed in the same record, and both sessions are told")
  func resumed() throws {
    var record: RunRecord? = try fixtures.begin()
    let id = try #require(record?.id)
    try record?.append(.unknown(type: "step", ["n": 1]))
    try record?.write([1], to: "a")
    #expect(store.listing(of: id).status == .running)
    record = nil
    #expect(store.listing(of: id).status == .interrupted)

    let start = try store.begin(RunFixtures.description(threads: 3))
    guard case .open(let resumed) = start.kind else {
      Issue.record("The run is not finished.")
      return
    }
    #expect(resumed.id == id)
    #expect(start.reason.hasPrefix("resuming"))
    #expect(resumed.contains("a"))
    let sealed = try resumed.seal(RunFixtures.summary)
    #expect(
      sealed.sessions.map { $0["internal_parameters"]?["threads"]?.integerValue } == [1, 3])
    #expect(try sealed.findings() == [])
  }

  @Test("A run that is under way cannot be begun a second time")
  func locked() throws {
    let record = try fixtures.begin()
    #expect {
      try store.begin(RunFixtures.description())
    } throws: {
      ($0 as? FileError)?.code == .locked
    }
    // Another run is no trouble.
    let other = try fixtures.begin(RunFixtures.description("other"))
    #expect(try store.list().map(\.status) == [.running, .running])
    try other.append(.unknown(type: "x", [:]))
    try record.append(.unknown(type: "x", [:]))
  }

  @Test("Many threads that begin the same run get one record between them")
  func concurrentBeginnings() throws {
    final class Owners: @unchecked Sendable {
      let lock = NSLock()
      var records: [RunRecord] = []
    }
    let owners = Owners()
    let store = store
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      guard let start = try? store.begin(RunFixtures.description()),
        case .open(let record) = start.kind
      else { return }
      owners.lock.withLock { owners.records.append(record) }
    }
    #expect(owners.records.count == 1)
    #expect(try store.ids().count == 1)
  }

  @Test("A record that cannot be used is passed over, with the reason, and kept")
  func damaged() throws {
    let first = try fixtures.seal()
    try put([0x7B], "\(first.path)/record.json")
    guard case .damaged(let problem) = store.listing(of: first.id).status else {
      Issue.record("The damage must be seen.")
      return
    }
    #expect(problem.contains("record.json"))
    let start = try store.begin(RunFixtures.description())
    guard case .open(let record) = start.kind else {
      Issue.record("A damaged record is not a finished one.")
      return
    }
    #expect(record.attempt == 2)
    #expect(start.reason.contains("record.json"))
    #expect(try store.ids().count == 2)
  }

  @Test("An interrupted record that lost a file is passed over as well")
  func lostFile() throws {
    var record: RunRecord? = try fixtures.begin()
    try record?.write([1], to: "a/b")
    let path = try #require(record?.path)
    record = nil
    try FileManager.default.removeItem(atPath: path + "/a/b")
    let start = try store.begin(RunFixtures.description())
    #expect(start.reason.contains("a/b is missing"))
  }

  @Test("What a kill left while a record was being created is removed and never listed")
  func unfinishedCreation() throws {
    let path = store.path + "/.creating-0123456789ab"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try put([1], path + "/events.jsonl")
    #expect(try store.list() == [])
    let record = try fixtures.begin()
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try store.ids() == [record.id])
  }

  @Test("Records are found by the first digits of their ids")
  func prefixes() throws {
    let ids = try ["a", "b"].map { try fixtures.seal(RunFixtures.description($0)).id }
    let id = try #require(ids.first)
    #expect(try store.id(beginning: String(id.prefix(8))) == id)
    #expect(try store.sealedRecord(beginning: id).id == id)
    #expect(runErrorCode { _ = try store.id(beginning: "xyz") } == .notFound)
    #expect(runErrorCode { _ = try store.id(beginning: "") } == .notFound)
    try FileManager.default.createDirectory(
      atPath: store.path(of: id.prefix(11) + (id.hasSuffix("0") ? "1" : "0")),
      withIntermediateDirectories: true)
    #expect(runErrorCode { _ = try store.id(beginning: String(id.prefix(11))) } == .ambiguous)
    #expect(try RunStore(artifacts: fixtures.folder.path + "/absent").list() == [])
  }

  @Test("A log cut off anywhere is resumed or passed over, never an error")
  func truncation() throws {
    var record: RunRecord? = try fixtures.begin()
    let folder = try #require(record?.path)
    let path = folder + "/events.jsonl"
    try record?.append(.unknown(type: "step", ["n": 1]))
    record = nil
    let whole = try OpenFile.contents(of: path)
    let lastLine = try #require(whole.dropLast().lastIndex(of: 0x0A)) + 1
    // Every byte of the last line is cut at in the tests of the event log itself.
    let cuts =
      [0, 1, lastLine / 2, lastLine - 1] + Array(stride(from: lastLine, to: whole.count, by: 31))
      + [whole.count - 1, whole.count]
    for cut in cuts {
      // The bytes are put into the same file: a new attempt may exist beside it by now.
      try put(Array(whole[..<cut]), path)
      for id in try store.ids() where store.path(of: id) + "/events.jsonl" != path {
        try FileManager.default.removeItem(atPath: store.path(of: id))
      }
      try put(RunFixtures.manifest, folder + "/manifest.yaml")
      let resumed = try fixtures.begin()
      if cut >= lastLine {
        #expect(resumed.attempt == 1, "cut at \(cut)")
      }
      _ = try resumed.seal(RunFixtures.summary)
      try FileManager.default.removeItem(atPath: resumed.path + "/record.json")
    }
  }
}
