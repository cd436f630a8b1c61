import Files
import Foundation
import GRDB
import RecordFixtures
import TestSupport
import Testing

@testable import Records

@Suite("Index of runs")
struct RunIndexTests {
  private let fixtures: RunFixtures
  private var artifacts: String { fixtures.folder.path }
  private var path: String { artifacts + "/replicate.sqlite" }

  init() throws { fixtures = try RunFixtures() }

  private func open(rebuilding: Bool = false) throws -> RunIndex {
    try RunIndex(artifacts: artifacts, rebuilding: rebuilding)
  }

  /// Changes the file as somebody with SQLite at hand would.
  private func change(_ body: @Sendable (Database) throws -> Void) throws {
    try DatabaseQueue(path: path).write { try body($0) }
  }

  /// Every row of every table as text, in the order of the file.
  private func dump(_ index: RunIndex) throws -> [String] {
    try index.database.read { database in
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      return try tables.flatMap { table in
        try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
      }
    }
  }

  @Test("Runs and metrics are listed as the records have them")
  func contents() throws {
    let sealed = try fixtures.seal()
    let open = try fixtures.begin(RunFixtures.description("other"))
    let index = try self.open()
    #expect(index.notice == nil)
    // Newest first.
    #expect(index.runs.map(\.id) == [open.id, sealed.id])
    let run = try #require(index.runs.last)
    #expect(run.state == .sealed && run.name == "tiny" && run.attempt == 1)
    #expect(run.created == sealed.created && run.sealed == sealed.sealed)
    #expect(run.identity == sealed.identity.hex)
    #expect(run.resultsDigest == sealed.resultsDigest.hex)
    #expect(run.recordDigest == sealed.digest.hex)
    #expect(run.arms == ["base", "sft"] && run.seeds == [String(Int.max)])
    #expect(index.runs[0].state == .open && index.runs[0].resultsDigest == nil)
    let metrics = try index.metrics(of: sealed.id)
    #expect(metrics.map(\.arm) == ["base", "sft", "sft"])
    #expect(metrics.map(\.seed) == [nil, String(Int.max), String(Int.max)])
    #expect(metrics.map(\.value) == [0.25, 1, 0.3])
    #expect(metrics.map(\.standardError) == [0.5, nil, 0.01])
    #expect(metrics.map(\.count) == [4, 1, 57])
    #expect(try index.metrics(of: open.id) == [])
    // What was read from the database is what was read from the records.
    #expect(try self.open().runs == index.runs)
  }

  @Test("A file larger than any index is left as it is, and a list does without it")
  func tooLarge() throws {
    let sealed = try fixtures.seal()
    let size = 1 << 30
    try put([], path)
    #expect(truncate(path, off_t(size)) == 0)
    let index = try RunIndex(reading: artifacts)
    #expect(index.runs.map(\.id) == [sealed.id])
    #expect(index.notice?.contains("\(size) bytes") == true)
    #expect(runErrorCode { _ = try open() } == .index)
    #expect(try FileStatus(at: ContainedPath(path))?.byteCount == size)
  }

  @Test("Journals beside the file are neither read nor removed, nor are any made")
  func journals() throws {
    let sealed = try fixtures.seal()
    _ = try open()
    // The beginning of a journal that SQLite would roll back: one page, of a database of no pages.
    let journal: [UInt8] = [
      0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 2,
      0,
      0, 0, 16, 0,
    ]
    for ending in ["-journal", "-wal"] { try put(journal, path + ending) }
    let files = Set(fixtures.folder.files())
    let index = try RunIndex(reading: artifacts)
    #expect(index.notice == nil && index.runs.map(\.id) == [sealed.id])
    #expect(try index.metrics(of: sealed.id).count == 3)
    #expect(Set(fixtures.folder.files()) == files)
    #expect(try OpenFile.contents(of: path + "-journal") == journal)
  }

  @Test("The folder's name may have everything that addresses and databases give a meaning to")
  func oddNames() throws {
    let name = "/a b?mode=memory&c#d%41'é:\\"
    let fixtures = try RunFixtures(artifacts: name)
    let artifacts = fixtures.folder.path + name
    let sealed = try fixtures.seal()
    _ = try RunIndex(artifacts: artifacts)
    let index = try RunIndex(reading: artifacts)
    #expect(index.notice == nil)
    #expect(index.runs.map(\.id) == [sealed.id])
    #expect(try index.metrics(of: sealed.id).count == 3)
  }

  @Test("The index follows the records: new, finished, removed, damaged and mended ones")
  func follows() throws {
    #expect(try open().runs == [])
    let record = try fixtures.begin()
    #expect(try open().runs.map(\.state) == [.open])
    let sealed = try record.seal(RunFixtures.summary)
    #expect(try open().runs.map(\.state) == [.sealed])
    #expect(try open().metrics(of: sealed.id).count == 3)
    let damaged = try fixtures.seal(RunFixtures.description("damaged"))
    let whole = try OpenFile.contents(of: damaged.path + "/record.json")
    try put([], damaged.path + "/record.json")
    try FileManager.default.removeItem(atPath: sealed.path)
    let index = try open()
    #expect(index.runs.map(\.state) == [.damaged])
    #expect(index.runs[0].problem?.contains("record.json") == true)
    #expect(try index.metrics(of: sealed.id) == [])
    try put(whole, damaged.path + "/record.json")
    #expect(try open().runs.map(\.state) == [.sealed])
  }

  @Test("A sealed record that has not changed is not read again, and one that has is")
  func evidence() throws {
    let sealed = try fixtures.seal()
    _ = try open()
    // A row that only the index can have: had the record been read again, it would be gone.
    let entry = IndexEntry(
      recordAt: sealed.place, id: sealed.id,
      evidence: try #require(
        RecordFreshness.texts(of: [sealed.id], in: fixtures.store.folder)[sealed.id]))
    var run = entry.run
    run.name = "from the index"
    try change { [run] in
      try RunIndex.put(IndexEntry(run: run, metrics: [], evidence: entry.evidence), $0)
    }
    #expect(try open().runs.map(\.name) == ["from the index"])
    let file = sealed.path + "/record.json"
    try AtomicFile.write(try OpenFile.contents(of: file), to: file)
    #expect(try open().runs.map(\.name) == ["tiny"])
  }

  @Test("Rebuilding gives, to the letter, the same content of all tables as following did")
  func rebuilding() throws {
    for name in ["a", "b", "c"] {
      try fixtures.seal(RunFixtures.description(name))
      _ = try open()
    }
    try fixtures.begin(RunFixtures.description("open")).append(.unknown(type: "x", [:]))
    try put([1], fixtures.store.path(of: try fixtures.store.ids()[0]) + "/record.json")
    let before = try dump(open())
    #expect(before.count == 4 + 2 * 3 || before.count == 4 + 3 * 3)
    #expect(try dump(open(rebuilding: true)) == before)
    #expect(try dump(open()) == before)
    for suffix in ["", ".lock"] { try FileManager.default.removeItem(atPath: path + suffix) }
    #expect(try dump(open()) == before)
  }

  @Test("A value that is no number is kept as none")
  func notANumber() throws {
    let record = try fixtures.begin()
    let metric = RunSummary.Metric(
      task: "t", name: "m", value: .nan, standardError: .infinity, count: 0)
    let sealed = try record.seal(RunSummary(arms: [.init(name: "a", seed: nil, metrics: [metric])]))
    let metrics = try open().metrics(of: sealed.id)
    #expect(metrics.map(\.value) == [nil])
    #expect(metrics.map(\.standardError) == [.infinity])
  }

  @Test("A file that is no database is set aside, not lost, and the index is rebuilt")
  func noDatabase() throws {
    let sealed = try fixtures.seal()
    try put(Array(String(repeating: "not a database ", count: 100).utf8), path)
    let index = try open()
    #expect(index.notice?.contains("\(path).set-aside-1") == true)
    #expect(try OpenFile.contents(of: path + ".set-aside-1").count == 1500)
    #expect(index.runs.map(\.id) == [sealed.id])
    #expect(try open().notice == nil)
  }

  @Test("No flipped byte of the database is ever believed, and no cut is")
  func damage() throws {
    for name in ["a", "b", "c"] { try fixtures.seal(RunFixtures.description(name)) }
    let runs = try open().runs
    let ids = runs.map(\.id)
    let metrics = try ids.map { try open().metrics(of: $0) }
    let whole = try OpenFile.contents(of: path)
    try fuzz(60) { round, generator in
      var bytes = whole
      let index = Int.random(in: 0..<whole.count, using: &generator)
      // One round in four cuts the file, the others change a byte.
      if round % 4 == 0 { bytes.removeSubrange(index...) } else { bytes[index] ^= 0x11 }
      try put(bytes, path)
      let opened = try open()
      #expect(opened.runs == runs, "round \(round), byte \(index)")
      // Metrics are looked at when they are read, and refused then.
      if let found = try? ids.map({ try opened.metrics(of: $0) }) {
        #expect(found == metrics, "round \(round), byte \(index)")
      }
      let rebuilt = try open(rebuilding: true)
      #expect(try ids.map { try rebuilt.metrics(of: $0) } == metrics)
    }
  }

  @Test("Damaged metrics are refused when they are read, with what mends them")
  func damagedMetrics() throws {
    let sealed = try fixtures.seal()
    _ = try open()
    try change { try $0.execute(sql: "UPDATE metrics SET value = 0.26 WHERE n = 4") }
    #expect {
      try open().metrics(of: sealed.id)
    } throws: {
      ($0 as? RunError)?.code == .index && "\($0)".contains("log --rebuild")
    }
    #expect(try open(rebuilding: true).metrics(of: sealed.id)[0].value == 0.25)
  }

  @Test(
    "A database with other tables than this version's is set aside",
    arguments: [
      "DROP TABLE metrics", "DROP TABLE metrics; DROP TABLE runs; CREATE TABLE runs (id TEXT)",
      "CREATE TABLE later (id TEXT)", "CREATE INDEX runs_by_name ON runs (name)",
    ])
  func otherSchema(change: String) throws {
    let sealed = try fixtures.seal()
    _ = try open()
    try self.change { try $0.execute(sql: change) }
    let index = try open()
    #expect(index.notice?.contains("another version") == true)
    #expect(try index.metrics(of: sealed.id).count == 3)
    #expect(try open().notice == nil)
  }

  @Test("A database with a write-ahead log, as earlier versions wrote it, is set aside whole")
  func writeAheadLog() throws {
    let sealed = try fixtures.seal()
    var configuration = Configuration()
    configuration.journalMode = .wal
    let old = try DatabaseQueue(path: path, configuration: configuration)
    try old.write { try $0.execute(sql: "CREATE TABLE runs (id TEXT)") }
    #expect(FileManager.default.fileExists(atPath: path + "-wal"))
    #expect(try open().runs.map(\.id) == [sealed.id])
    // The old program's connection ends after the new database was made.
    try old.close()
    #expect(try open().notice == nil)
    #expect(try open().runs.map(\.id) == [sealed.id])
  }

  @Test("Metrics without their run cannot exist")
  func foreignKeys() throws {
    let index = try open()
    #expect(throws: DatabaseError.self) {
      try index.database.write { database in
        try database.execute(
          sql: "INSERT INTO metrics VALUES ('absent', 0, 'a', NULL, 't', 'm', 0, 0, 1)")
      }
    }
  }

  @Test("Opening, damaging and rebuilding at once by many owners loses nothing")
  func concurrent() throws {
    for number in 0..<8 { try fixtures.seal(RunFixtures.description("run \(number)")) }
    let expected = try open().runs
    let (artifacts, path) = (artifacts, path)
    DispatchQueue.concurrentPerform(iterations: 32) { round in
      do {
        if round % 8 == 5 { try put(Array("damage".utf8), path) }
        if round % 4 == 1 { try FileManager.default.removeItem(atPath: path) }
      } catch {
        // Somebody else has removed it, or is setting it aside.
      }
      do {
        let runs = try RunIndex(artifacts: artifacts, rebuilding: round % 3 == 0).runs
        #expect(runs == expected)
      } catch let error as RunError where error.code == .index {
        // The file was taken from under an open database, which says so.
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(try open().runs == expected)
    #expect(try dump(open(rebuilding: true)) == dump(open()))
  }

  @Test("Records that come and go while many owners look are never an error")
  func concurrentRecords() throws {
    let (artifacts, store) = (artifacts, fixtures.store)
    DispatchQueue.concurrentPerform(iterations: 24) { round in
      do {
        if round % 2 == 0,
          case .open(let record) = try store.begin(
            RunFixtures.description("run \(round)")
          ).kind
        {
          let sealed = try record.seal(RunFixtures.summary)
          if round % 4 == 0 { try FileManager.default.removeItem(atPath: sealed.path) }
        }
        _ = try RunIndex(artifacts: artifacts, rebuilding: round % 5 == 0)
      } catch {
        Issue.record("\(error)")
      }
    }
    let index = try open()
    #expect(Set(index.runs.map(\.name)) == Set((0..<6).map { "run \($0 * 4 + 2)" }))
    #expect(try dump(index) == dump(open(rebuilding: true)))
  }

  @Test("A folder that does not exist has no runs and is not created")
  func absent() throws {
    let absent = artifacts + "/absent"
    #expect(try RunIndex(reading: absent).runs == [])
    #expect(!FileManager.default.fileExists(atPath: absent))
    #expect(runErrorCode { _ = try RunIndex(artifacts: absent, rebuilding: true) } == .index)
  }

  @Test("A folder in the way is an error that names it")
  func unusable() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect {
      try open()
    } throws: {
      ($0 as? RunError)?.code == .index && "\($0)".contains(path)
    }
  }
}
