import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Files
@testable import Provenance
@testable import Records
@testable import Replication
@testable import Reports

@Suite("The printed log of runs")
struct RunLogReportTests {
  private let fixtures: RunFixtures
  private var artifacts: String { fixtures.folder.path }

  init() throws { fixtures = try RunFixtures() }

  private func log() throws -> RunLog { try RunLog(artifacts: artifacts) }

  @Test("A damaged record is a line with its reason")
  func damaged() throws {
    let sealed = try fixtures.seal()
    try put([0x7B], sealed.path + "/record.json")
    #expect(RunLogText.text(try log()).plain.contains("record.json"))
  }

  @Test("A line tells a dead run from a slow one and from one that was stopped")
  func signsOfLife() throws {
    let record = try fixtures.begin()
    /// Sets the time of change of one of the record's files to so many seconds before `now`.
    func age(_ name: String, _ seconds: Int, _ now: FileStatus.Time) {
      let time = timespec(tv_sec: now.seconds - seconds, tv_nsec: now.nanoseconds)
      #expect(utimensat(AT_FDCWD, "\(record.path)/\(name)", [time, time], 0) == 0)
    }
    let now = FileStatus.Time.now()
    age("events.jsonl", 750, now)
    age("heartbeat", 8, now)
    #expect(
      RunLogText.text(try log(), now: now).plain.contains(
        "last event 12 min 30 s ago, alive 8 s ago"))
    age("heartbeat", 600, now)
    #expect(
      RunLogText.text(try log(), now: now).plain.contains("no sign of life since 10 min 0 s ago"))
    age("events.jsonl", 5, now)
    #expect(RunLogText.text(try log(), now: now).plain.contains("last event 5 s ago ·"))
    try FileManager.default.removeItem(atPath: record.path + "/heartbeat")
    age("events.jsonl", 3 * 86400, now)
    #expect(RunLogText.text(try log(), now: now).plain.contains("last event 3 days ago ·"))
    withExtendedLifetime(record) {}
  }

  @Test("A line has id, time, name, status, arms, seeds, code and results")
  func line() throws {
    let state = GitRepositoryState(
      commit: "0123456789abcdef0123456789abcdef01234567", branch: "main", changedFileCount: 1)
    let sealed = try fixtures.seal(RunFixtures.description(code: .repository(state)))
    let expected = [
      sealed.id, sealed.created.prefix(19) + "Z", "tiny", "sealed",
      "arms base sft · seeds \(Int.max) · code 0123456789ab-dirty · results \(sealed.resultsDigest.hex.prefix(12))",
    ].joined(separator: "  ")
    #expect(RunLogText.text(try log()).plain == expected)
    let json = RunLogJSON.json(try log())
    let run = try #require(json["runs"]?.arrayValue?.first)
    #expect(run["record_sha256"]?.stringValue == sealed.digest.hex)
    #expect(run["dirty"] == true && run["arms"] == ["base", "sft"])
    #expect(RunLogText.text(try RunLog(artifacts: artifacts + "/absent")).plain.isEmpty)
  }
}
