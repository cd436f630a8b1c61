import Foundation
import GRDB
import Provenance
import TestSupport
import Testing

@testable import Replication

@Suite("Index of runs")
struct RunIndexTests {
  private let fixtures: RunFixtures
  private var artifacts: String { fixtures.folder.path }
  private var path: String { artifacts + "/replicate.sqlite" }

  init() throws { fixtures = try RunFixtures() }

  /// Every row of both tables as text.
  private func dump(_ index: RunIndex) throws -> [String] {
    try index.database.read { database in
      try ["runs ORDER BY id", "metrics ORDER BY run_id, position"].flatMap { table in
        try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map(\.description)
      }
    }
  }

  @Test("Runs and metrics are listed as the records have them")
  func contents() throws {
    let sealed = try fixtures.seal()
    let open = try fixtures.begin(RunFixtures.description("other"))
    let index = try RunIndex(artifacts: artifacts)
    #expect(index.notice == nil)
    #expect(Set(try index.runs().map(\.id)) == [sealed.id, open.id])
    let run = try #require(try index.runs(named: "tiny").first)
    #expect(run.status == "sealed")
    #expect(run.created == sealed.created && run.sealed == sealed.sealed)
    #expect(run.resultsDigest == sealed.resultsDigest.hex)
    #expect(try index.runs(named: "other").map(\.status) == ["running"])
    #expect(try index.runs(named: "absent") == [])
    let metrics = try index.metrics(of: sealed.id)
    #expect(metrics.map(\.arm) == ["base", "sft", "sft"])
    #expect(metrics.map(\.seed) == [nil, String(Int.max), String(Int.max)])
    #expect(metrics.map(\.value) == [0.25, 1, 0.3])
    #expect(metrics.map(\.standardError) == [0.5, nil, 0.01])
    #expect(metrics.map(\.count) == [4, 1, 57])
  }

  @Test("The index follows the records: new, finished, removed and damaged ones")
  func follows() throws {
    let index = try RunIndex(artifacts: artifacts)
    #expect(try index.runs() == [])
    let record = try fixtures.begin()
    try index.synchronize()
    #expect(try index.runs().map(\.status) == ["running"])
    let sealed = try record.seal(RunFixtures.summary)
    try index.add(sealed)
    try index.add(sealed)
    #expect(try index.runs().map(\.status) == ["sealed"])
    #expect(try index.metrics(of: sealed.id).count == 3)
    let damaged = try fixtures.seal(RunFixtures.description("damaged"))
    try put([], damaged.path + "/record.json")
    try FileManager.default.removeItem(atPath: sealed.path)
    try index.synchronize()
    #expect(try index.runs().map(\.status) == ["damaged"])
    #expect(try index.metrics(of: sealed.id) == [])
  }

  @Test("Rebuilding gives the same content as following did")
  func rebuilding() throws {
    let index = try RunIndex(artifacts: artifacts)
    for name in ["a", "b", "c"] { try index.add(fixtures.seal(RunFixtures.description(name))) }
    let before = try dump(index)
    #expect(before.count == 12)
    try index.rebuild()
    #expect(try dump(index) == before)
    #expect(try dump(RunIndex(artifacts: artifacts)) == before)
  }

  @Test("A value that is no number is kept as none")
  func notANumber() throws {
    let record = try fixtures.begin()
    let metric = RunSummary.Metric(
      task: "t", name: "m", value: .nan, standardError: .infinity, count: 0)
    let sealed = try record.seal(RunSummary(arms: [.init(name: "a", seed: nil, metrics: [metric])]))
    let index = try RunIndex(artifacts: artifacts)
    #expect(try index.metrics(of: sealed.id).map(\.value) == [nil])
    #expect(try index.metrics(of: sealed.id).map(\.standardError) == [.infinity])
  }

  @Test("A file that is no database is set aside, not lost, and the index is rebuilt")
  func noDatabase() throws {
    let sealed = try fixtures.seal()
    try put(Array(String(repeating: "not a database ", count: 100).utf8), path)
    let index = try RunIndex(artifacts: artifacts)
    #expect(index.notice?.contains("\(path).damaged-1") == true)
    #expect(try OpenFile.contents(of: path + ".damaged-1").count == 1500)
    #expect(try index.runs().map(\.id) == [sealed.id])
    #expect(try RunIndex(artifacts: artifacts).notice == nil)
  }

  @Test("Damaged pages are noticed or do no harm")
  func damagedPages() throws {
    for name in ["a", "b", "c"] { try fixtures.seal(RunFixtures.description(name)) }
    try RunIndex(artifacts: artifacts).database.writeWithoutTransaction { database in
      _ = try database.checkpoint(.truncate)
    }
    let whole = try OpenFile.contents(of: path)
    let ids = Set(try fixtures.store.ids())
    for (start, length) in [
      (0, 100), (100, 3996), (4096, 64), (8192, 4096), (whole.count - 4096, 4096),
    ] {
      for suffix in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: path + suffix)
      }
      var changed = whole
      for index in start..<min(start + length, whole.count) { changed[index] ^= 0xA5 }
      try put(changed, path)
      let index = try RunIndex(artifacts: artifacts)
      #expect(Set(try index.runs().map(\.id)) == ids, "page damage at \(start)")
      try index.rebuild()
    }
    try put(Array(whole[..<(whole.count / 2)]), path)
    #expect(Set(try RunIndex(artifacts: artifacts).runs().map(\.id)) == ids)
  }

  @Test("A database of a later version is set aside")
  func laterVersion() throws {
    try fixtures.seal()
    try RunIndex(artifacts: artifacts).database.write { database in
      try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')")
    }
    let index = try RunIndex(artifacts: artifacts)
    #expect(index.notice?.contains("later version") == true)
    #expect(try index.runs().count == 1)
  }

  @Test(
    "A database whose tables were removed or changed is set aside", arguments: ["metrics", "runs"])
  func otherSchema(table: String) throws {
    let sealed = try fixtures.seal()
    try RunIndex(artifacts: artifacts).database.write { database in
      try database.execute(sql: "PRAGMA foreign_keys = OFF")
      try database.execute(sql: "DROP TABLE metrics")
      if table == "runs" { try database.execute(sql: "DROP TABLE runs") }
    }
    try fixtures.seal(repeating: true)
    let index = try RunIndex(artifacts: artifacts)
    #expect(index.notice != nil)
    #expect(try index.metrics(of: sealed.id).count == 3)
  }

  @Test("Metrics without their run cannot exist")
  func foreignKeys() throws {
    let index = try RunIndex(artifacts: artifacts)
    #expect(throws: DatabaseError.self) {
      try index.database.write { database in
        try database.execute(
          sql: "INSERT INTO metrics VALUES ('absent', 0, 'a', NULL, 't', 'm', 0, 0, 1)")
      }
    }
  }

  @Test("Several owners at once lose nothing")
  func concurrent() throws {
    let records = try (0..<8).map { try fixtures.seal(RunFixtures.description("run \($0)")) }
    let indexes = try (0..<4).map { _ in try RunIndex(artifacts: artifacts) }
    DispatchQueue.concurrentPerform(iterations: 32) { round in
      let index = indexes[round % 4]
      do {
        if round % 3 == 0 { try index.rebuild() } else { try index.add(records[round % 8]) }
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(try indexes[0].runs().count == 8)
    #expect(try dump(indexes[0]).count == 32)
    #expect(try dump(indexes[1]) == dump(indexes[0]))
  }

  @Test("A folder in the way is an error that names it")
  func unusable() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect {
      try RunIndex(artifacts: artifacts)
    } throws: {
      ($0 as? RunError)?.code == .index && "\($0)".contains(path)
    }
  }
}
