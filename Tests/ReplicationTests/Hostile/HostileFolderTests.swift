import Foundation
import Provenance
import TestSupport
import Testing

@testable import Replication

/// Commands on an artifacts folder that somebody else prepared.
@Suite("A received artifacts folder", .serialized)
struct HostileFolderTests {
  /// What is replaced by a link or a second name; `ID` stands for the record's id, `KEY` for a training's key.
  static let places = [
    "store", "store/partial", "store/partial/lock", "store/partial/unfinished", "store/in-use",
    "store/sha256", "store/sha256/ab", "store/folders", "store/damaged", "steps", "work",
    "work/KEY", "work/determinism", "work/determinism.lock", "records", "records/ID",
    "records/.lock", "records/.creating-x", "records/ID/heartbeat", "records/ID/events.jsonl",
    "records/ID/record.json", "records/ID/manifest.yaml", "records/ID/lock.json",
    "records/ID/samples", "checkpoints", "replicate.sqlite", "replicate.sqlite.lock",
    "replicate.sqlite-wal", "replicate.sqlite-journal",
  ]

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
    await attempt("plan") {
      _ = try await Runner(toy.file, options: toy.options, report: { _ in }).plan()
    }
  }

  /// The commands that write, and clean up.
  private func write() async {
    let artifacts = toy.artifacts
    await attempt("index") { _ = try RunIndex(artifacts: artifacts, rebuilding: true) }
    await attempt("audit --replay") { _ = try await toy.audit { $0.replayCount = 1 } }
    await attempt("run") { try await run() }
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
    for kind in [CanaryHome.Kind.moved, .file] {
      try lead(place, kind)
      let before = [home.folder.path, toy.artifacts].map { TreeSnapshot(of: $0) }
      await read()
      for (path, before) in zip([home.folder.path, toy.artifacts], before) {
        #expect(TreeSnapshot(of: path).differences(to: before) == [], "\(place) \(kind)")
      }
    }
  }

  @Test(
    "is not written to where a file has a second name elsewhere",
    arguments: [
      "store/partial/unfinished", "store/partial/lock", "store/in-use", "records/.lock",
      "records/ID/events.jsonl", "records/ID/heartbeat", "replicate.sqlite",
      "replicate.sqlite.lock", "work/KEY.samples.jsonl",
    ])
  func secondNames(place: String) async throws {
    try lead(place, .name)
    let before = TreeSnapshot(of: home.folder.path, isExact: false)
    await read()
    await write()
    #expect(TreeSnapshot(of: home.folder.path, isExact: false).differences(to: before) == [])
  }

  @Test(
    "leaves the home as it is, whatever commands write and remove",
    arguments: places, [CanaryHome.Kind.folder, .file, .dangling, .moved])
  func writing(place: String, kind: CanaryHome.Kind) async throws {
    try lead(place, kind)
    let before = TreeSnapshot(of: home.folder.path)
    await write()
    #expect(TreeSnapshot(of: home.folder.path).differences(to: before) == [])
  }
}
