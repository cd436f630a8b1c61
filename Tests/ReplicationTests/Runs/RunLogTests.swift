import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Provenance
@testable import Records
@testable import Replication
@testable import Reports

@Suite("Log of runs")
struct RunLogTests {
  private let fixtures: RunFixtures
  private var artifacts: String { fixtures.folder.path }

  init() throws { fixtures = try RunFixtures() }

  private func log(_ change: (inout RunLog.Filter) -> Void = { _ in }) throws -> RunLog {
    var filter = RunLog.Filter()
    change(&filter)
    return try RunLog(artifacts: artifacts, filter: filter)
  }

  @Test("Runs are listed newest first, each with where it stands")
  func statuses() throws {
    let sealed = try fixtures.seal()
    var interrupted: RunRecord? = try fixtures.begin(RunFixtures.description("killed"))
    let running = try fixtures.begin(RunFixtures.description("slow"))
    #expect(try log().entries.map(\.status) == [.running, .running, .sealed])
    let id = try #require(interrupted?.id)
    interrupted = nil
    let entries = try log().entries
    #expect(entries.map(\.run.id) == [running.id, id, sealed.id])
    #expect(entries.map(\.status) == [.running, .interrupted, .sealed])
    #expect(entries.map { $0.signs == nil } == [false, false, true])
    try FileManager.default.removeItem(atPath: sealed.path)
    #expect(try log().entries.map(\.run.id) == [running.id, id])
  }

  @Test("Name, status, day and number choose")
  func filters() throws {
    for name in ["a", "b"] { try fixtures.seal(RunFixtures.description(name)) }
    let open = try fixtures.begin(RunFixtures.description("b2"))
    #expect(try log { $0.name = "b" }.entries.map(\.run.name) == ["b"])
    #expect(try log { $0.status = "running" }.entries.map(\.run.name) == ["b2"])
    #expect(try log { $0.status = "interrupted" }.entries == [])
    #expect(try log { $0.status = "sealed" }.entries.count == 2)
    #expect(try log { $0.limit = 2 }.entries.map(\.run.name) == ["b2", "b"])
    let today = String(try #require(try log().entries.first).run.created.prefix(10))
    #expect(try log { $0.since = today }.entries.count == 3)
    #expect(try log { $0.since = "9999-01-01" }.entries == [])
    let unknown = try log { $0.name = "bb" }
    #expect(unknown.notices.count == 1 && unknown.notices[0].contains("did you mean 'b"))
    withExtendedLifetime(open) {}
  }

  @Test("A damaged record is listed with its reason, and filters do not hide it silently")
  func damaged() throws {
    let sealed = try fixtures.seal()
    try put([0x7B], sealed.path + "/record.json")
    let entry = try #require(try log().entries.first)
    #expect(entry.status.name == "damaged")
    #expect(RunLogText.text(try log()).plain.contains("record.json"))
    let named = try log { $0.name = "tiny" }
    #expect(named.entries == [] && named.notices.contains { $0.contains("1 damaged record") })
    #expect(try log { $0.status = "damaged" }.entries == [entry])
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

  /// Makes many records, for `replicate log` to be timed with: REPLICATE_MANY_RECORDS is the artifacts folder that gets
  /// 10,000 of them.
  @Test(
    "Ten thousand records are listed",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_MANY_RECORDS"] != nil))
  func manyRecords() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["REPLICATE_MANY_RECORDS"])
    let store = RunStore(artifacts: folder)
    for number in 0..<10_000 {
      let start = try store.begin(RunFixtures.description("run \(number % 100) of \(number)"))
      guard case .open(let record) = start.kind else { continue }
      try record.write(RunFixtures.samples, to: "samples/gsm8k.sft.jsonl")
      _ = try record.seal(RunFixtures.summary)
    }
    for _ in 0..<2 {
      let start = ContinuousClock.now
      #expect(try RunLog(artifacts: folder).entries.count == 10_000)
      print("10,000 records listed in \(ContinuousClock.now - start)")
    }
  }
}
