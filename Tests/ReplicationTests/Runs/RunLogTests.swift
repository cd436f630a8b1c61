import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Files
@testable import Provenance
@testable import Records
@testable import Replication

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
    let named = try log { $0.name = "tiny" }
    #expect(named.entries == [] && named.notices.contains { $0.contains("1 damaged record") })
    #expect(try log { $0.status = "damaged" }.entries == [entry])
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
