import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records

@Suite("Heartbeat of a run")
struct HeartbeatTests {
  private let fixtures: RunFixtures

  init() throws { fixtures = try RunFixtures() }

  private func path(of record: RunRecord) -> String { "\(record.path)/heartbeat" }

  @Test("A run under way has one, and a sealed one has none and gets none")
  func lifetime() throws {
    let record = try fixtures.begin()
    #expect(FileManager.default.fileExists(atPath: path(of: record)))
    let sealed = try record.seal(RunFixtures.summary)
    #expect(!FileManager.default.fileExists(atPath: path(of: record)))
    #expect(sealed.files.map(\.name) == ["manifest.yaml"])
    #expect(try sealed.findings() == [])
    // Somebody who adds a file of that name to a sealed record is found out.
    try put([], path(of: record))
    #expect(try sealed.findings().count == 1)
  }

  @Test("What a kill left of it is no file of the run: a resumed run says nothing of it")
  func leftBehind() throws {
    var record: RunRecord? = try fixtures.begin()
    let path = path(of: try #require(record))
    record = nil
    #expect(FileManager.default.fileExists(atPath: path))
    let resumed = try fixtures.begin()
    let sealed = try resumed.seal(RunFixtures.summary)
    let events = try RunHistory(recordAt: sealed.place, id: sealed.id).events
    #expect(!events.contains { if case .fileRemoved = $0.content { true } else { false } })
    #expect(try sealed.findings() == [])
  }

  @Test("A file of a record cannot take its name")
  func reserved() throws {
    let record = try fixtures.begin()
    #expect(runErrorCode { try record.write([1], to: "heartbeat") } == .invalidName)
    try record.write([1], to: "samples/heartbeat")
    #expect(try record.seal(RunFixtures.summary).findings() == [])
  }

  /// Waits for the interval of the heartbeat once.
  @Test("It is renewed while nothing else happens, without a word in the log")
  func renewed() async throws {
    let record = try fixtures.begin()
    let count = record.chain.count
    let first = try #require(try SignsOfLife(ofRecordAt: record.place).heartbeat)
    var last = first
    // Many times the looks that the interval takes on the quietest machine.
    for _ in 0..<1000 where last == first {
      try await Task.sleep(for: .milliseconds(200))
      last = try #require(try SignsOfLife(ofRecordAt: record.place).heartbeat)
    }
    #expect(last > first)
    #expect(record.chain.count == count)
    #expect(try #require(try SignsOfLife(ofRecordAt: record.place).lastEvent) < last)
  }
}
