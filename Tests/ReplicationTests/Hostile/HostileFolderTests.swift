import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Assets
@testable import Records
@testable import Replication

/// Commands on an artifacts folder that somebody else prepared.
@Suite("A received artifacts folder")
struct HostileFolderTests {
  /// Whether every place is tried with every kind of link; else each way through the program once.
  private static let isComplete =
    ProcessInfo.processInfo.environment["REPLICATE_HOSTILE_LINKS"] == "all"

  /// What is replaced by a link; `ID` stands for the record's id, `KEY` for a training's key.
  static let places =
    [
      "store", "store/partial", "store/sha256", "store/folders", "steps", "work", "work/KEY",
      "records", "records/ID", "records/.lock", "records/ID/events.jsonl", "records/ID/samples",
      "checkpoints", "replicate.sqlite",
    ]
    + (isComplete
      ? [
        "store/partial/lock", "store/partial/unfinished", "store/in-use", "store/sha256/ab",
        "store/damaged", "work/determinism", "work/determinism.lock", "records/.creating-x",
        "records/ID/heartbeat", "records/ID/record.json", "records/ID/manifest.yaml",
        "records/ID/lock.json", "replicate.sqlite.lock", "replicate.sqlite-wal",
        "replicate.sqlite-journal",
      ] : [])

  /// Each place with the most dangerous kind of link, and some with another.
  static let leads: [(String, CanaryHome.Kind)] = places.flatMap { place in
    [CanaryHome.Kind.moved, .folder, .file, .dangling, .process]
      .filter { $0 == .moved || isComplete || ($0 == .folder && place == "store/partial") }
      .map { (place, $0) }
  }

  private let toy: AuditToy
  private let home: CanaryHome

  init() async throws {
    toy = try await AuditToy()
    home = try CanaryHome()
  }

  /// Leads a place out of the folder.
  private func lead(_ place: String, _ kind: CanaryHome.Kind) throws {
    let key = try FileManager.default.contentsOfDirectory(atPath: "\(toy.artifacts)/steps")[0]
    let name = place.replacing("ID", with: toy.id).replacing("KEY", with: key.prefix(16))
    try home.lead("\(toy.artifacts)/\(name)", kind)
  }

  /// Does something; whatever comes of it has to be a result or a sentence.
  private func attempt(_ name: String, _ body: () async throws -> Void) async {
    do {
      try await body()
    } catch {
      let text = "\(error)"
      #expect(
        text.count > 20 && !text.contains("Error Domain") && !text.contains("NSError"),
        "\(name): \(text)")
    }
  }

  /// The commands that only read.
  private func read() async {
    let (id, artifacts) = (toy.id, toy.artifacts)
    await attempt("log") { _ = try RunLog(artifacts: artifacts) }
    await attempt("show") { _ = try RecordOverview(id, artifacts: artifacts) }
    await attempt("verify-store") { _ = try StoreVerification(artifacts: artifacts).run() }
    await attempt("check") {
      _ = try RecordCheck([id], artifacts: artifacts, expectations: nil).run()
    }
    await attempt("rescore") {
      _ = try RecordRescoring(id, artifacts: artifacts, languageData: nil).run()
    }
    await attempt("diff") {
      let record = try SealedRecord(named: id, artifacts: artifacts)
      _ = try RecordDifference(record, record)
    }
    await attempt("power") { _ = try PowerAnalysis(toy.file, artifacts: artifacts) }
    await attempt("audit") { _ = try await toy.audit { $0.isExhaustive = true } }
    await attempt("gc --dry-run") {
      var options = GarbageCollection.Options()
      options.isDryRun = true
      _ = try GarbageCollection(artifacts: artifacts, options: options).run()
    }
  }

  private func plan() async {
    await attempt("plan") {
      _ = try await Runner(toy.file, options: toy.options, report: { _ in }).plan()
    }
  }

  /// The commands that write and come by a place, and clean up.
  private func write(_ place: String) async {
    let artifacts = toy.artifacts
    await attempt("index") { _ = try RunIndex(artifacts: artifacts, rebuilding: true) }
    if ["store", "store/partial", "store/in-use", "checkpoints"].contains(place) {
      await attempt("audit --replay") { _ = try await toy.audit { $0.replayCount = 1 } }
    }
    if !place.hasPrefix("records/ID/") { await attempt("run") { try await run() } }
    await attempt("gc") {
      var options = GarbageCollection.Options()
      (options.keepDays, options.removesInputs, options.removesCheckpoints) = (0, true, true)
      _ = try GarbageCollection(artifacts: artifacts, options: options).run(
        now: FileStatus.Time(seconds: FileStatus.Time.now().seconds + 86400))
    }
  }

  private func run() async throws {
    // Another run than the finished one, so that everything is written.
    let file = toy.file.shortened(steps: 2)
    _ = try await Runner(file, options: toy.options, report: { _ in }).run()
  }

  @Test("loses and gains nothing by commands that read, and the home nothing", arguments: places)
  func reading(place: String) async throws {
    try lead(place, .moved)
    let before = [home.folder.path, toy.artifacts].map { TreeSnapshot(of: $0) }
    await read()
    if ["store", "store/partial", "store/in-use", "steps", "records"].contains(place) {
      await plan()
    }
    for (path, before) in zip([home.folder.path, toy.artifacts], before) {
      #expect(TreeSnapshot(of: path).differences(to: before) == [])
    }
  }

  @Test("is the same after commands that read, whether it was used before or not")
  func nothingWritten() async throws {
    for used in [true, false] {
      if !used {
        for name in ["replicate.sqlite", "replicate.sqlite.lock", "store/in-use", "store/partial"] {
          try FileManager.default.removeItem(atPath: "\(toy.artifacts)/\(name)")
        }
      }
      let before = TreeSnapshot(of: toy.artifacts)
      await read()
      await plan()
      #expect(try RunLog(artifacts: toy.artifacts).entries.map(\.run.id) == [toy.id])
      #expect(TreeSnapshot(of: toy.artifacts).differences(to: before) == [])
    }
    #expect(
      TreeSnapshot(of: toy.artifacts) != TreeSnapshot(of: home.folder.path),
      "a snapshot tells folders apart")
  }

  @Test("may itself be reached through a link, as by its owner")
  func owner() async throws {
    let link = toy.folder.path(of: "link")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: toy.artifacts)
    #expect(try RecordOverview(toy.id, artifacts: link).findings == [])
    #expect(try RecordOverview("\(link)/records/\(toy.id)", artifacts: "/absent").findings == [])
    #expect(try StoreVerification(artifacts: link).run().findings == [])
    var options = toy.options
    options.artifacts = link
    #expect(
      try await Runner(toy.file, options: options, report: { _ in }).run().record.id == toy.id)
    #expect(try GarbageCollection(artifacts: link).run().items == [])
  }

  @Test(
    "has its damaged weights after an audit that replays, and after a run that needs their place")
  func damagedWeights() async throws {
    let arm = try #require(try toy.record().summary.arms.last)
    let weights = try #require(arm.digests["weights"])
    let path = toy.store.path(of: weights)
    chmod(path, 0o644)
    try put(Array("damaged".utf8), path)
    let report = try await toy.audit {
      ($0.replayCount, $0.isExhaustive) = (9, true)
    }
    #expect(report.entries.contains { $0.findings.contains { $0.contains(path) } })
    #expect(try OpenFile.contents(of: path) == Array("damaged".utf8))
    try FileManager.default.removeItem(atPath: toy.record().path)
    let notes = Mutex<[String]>([])
    _ = try await Runner(toy.file, options: toy.options) { event in
      if case .note(let text) = event { notes.withLock { $0.append(text) } }
    }.run()
    let aside = toy.store.damagedFolder.appending("\(weights)-1").path
    #expect(notes.withLock { $0.contains { $0.contains(aside) } })
    #expect(try OpenFile.contents(of: aside) == Array("damaged".utf8))
    #expect(try toy.store.lookUp(weights) != .damaged(path: path))
    let collected = try GarbageCollection(artifacts: toy.artifacts).run()
    #expect(collected.notes.contains { $0.contains(aside) })
    #expect(try OpenFile.contents(of: aside) == Array("damaged".utf8))
  }

  @Test(
    "gets a sealed record although its index cannot be written, and a note of that",
    arguments: ["folder", "link", "text"])
  func indexFails(kind: String) async throws {
    let path = "\(toy.artifacts)/replicate.sqlite"
    try FileManager.default.removeItem(atPath: path)
    switch kind {
    case "folder": _ = try toy.folder.write([1], to: "artifacts/replicate.sqlite/x")
    case "link": try home.lead(path, .file)
    default: try put([1, 2, 3], path)
    }
    let before = TreeSnapshot(of: home.folder.path)
    let notes = Mutex<[String]>([])
    let outcome = try await Runner(toy.file.shortened(steps: 2), options: toy.options) { event in
      if case .note(let text) = event { notes.withLock { $0.append(text) } }
    }.run()
    #expect(try outcome.record.findings() == [] && outcome.exitCode == 0)
    #expect(notes.withLock { $0.contains { $0.contains("index") && $0.contains(path) } })
    #expect(try RunLog(artifacts: toy.artifacts).entries.count == 2)
    #expect(TreeSnapshot(of: home.folder.path) == before)
  }

  @Test(
    "is not written to where a file has a second name elsewhere",
    arguments: [
      "store/partial/unfinished", "store/in-use", "records/ID/events.jsonl",
      "records/ID/heartbeat", "replicate.sqlite",
    ])
  func secondNames(place: String) async throws {
    try lead(place, .name)
    let before = TreeSnapshot(of: home.folder.path, isExact: false)
    await write(place)
    #expect(TreeSnapshot(of: home.folder.path, isExact: false).differences(to: before) == [])
  }

  @Test(
    "leaves the home as it is, whatever commands write and remove",
    arguments: leads)
  func writing(place: String, kind: CanaryHome.Kind) async throws {
    try lead(place, kind)
    let before = TreeSnapshot(of: home.folder.path)
    await write(place)
    #expect(TreeSnapshot(of: home.folder.path).differences(to: before) == [])
  }
}
