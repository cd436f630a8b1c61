import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Assets
@testable import Records

@Suite("Garbage collection")
struct GarbageCollectionTests {
  private let fixtures: HousekeepingFixtures

  init() throws { fixtures = try HousekeepingFixtures() }

  private static func training(_ key: Digest) -> RecordedEvent {
    .trainingStarted(.init(arm: "sft", seed: 42), key: key, configuration: "none")
  }

  @Test("What a record mentions is never removed, whatever the options and the record's state")
  func mentioned() async throws {
    let weights = try await fixtures.add("weights")
    let key = try fixtures.addStep("train", output: weights)
    let sealed = try fixtures.seal("sealed", weights: weights)
    let input = try await fixtures.add("input")
    var open: RunRecord? = try fixtures.runs.begin(RunFixtures.description("open"))
    try open?.append(
      .inputs([RecordedInput(asset: "a", file: "a", digest: input, byteCount: 5)]))
    try open?.append(Self.training(key))
    let damaged = try await fixtures.add("of a damaged record")
    let broken = try fixtures.seal("broken", weights: damaged)
    let bytes = try OpenFile.contents(of: broken.path + "/record.json")
    try put(Array(bytes.dropLast(10)), broken.path + "/record.json")
    // As a later version may list it.
    let chunk = try await fixtures.add("chunk of a checkpoint")
    let later = try fixtures.seal("later", weights: weights)
    try put(
      Array(
        "{\"checkpoints\":[{\"chunks\":[\"\(chunk)\"]}],\"schema\":\"replicate/record/v9\"}".utf8),
      later.path + "/record.json")
    open = nil
    let before = fixtures.runs.folder.files()
    let outcome = try fixtures.collect { $0.removesInputs = true }
    #expect(outcome.items == [] && outcome.bytes == 0)
    #expect(Set(fixtures.runs.folder.files()).isSuperset(of: before))
    for digest in [weights, input, damaged, chunk] { #expect(fixtures.store.contains(digest)) }
    #expect(try fixtures.cache.find(key) != nil)
    #expect(try sealed.findings() == [])
  }

  @Test("A finished step that no record mentions goes with its outputs, once it is old enough")
  func steps() async throws {
    let shared = try await fixtures.add("shared with a record")
    _ = try fixtures.seal("run", weights: shared)
    let weights = try await fixtures.add("weights")
    let orphan = try fixtures.addStep("orphan", output: weights)
    let sharing = try fixtures.addStep("sharing", output: shared)
    let young = try await fixtures.add("young")
    let kept = try fixtures.addStep("young", output: young)
    for key in [orphan, sharing] { fixtures.age("\(fixtures.cache.folder)/\(key).json", days: 40) }
    #expect(try fixtures.collect { $0.keepDays = 50 }.items == [])
    let dry = try fixtures.collect {
      $0.keepDays = 30
      $0.isDryRun = true
    }
    #expect(fixtures.store.contains(weights))
    let outcome = try fixtures.collect { $0.keepDays = 30 }
    #expect(outcome.items == dry.items && !outcome.isDryRun && dry.isDryRun)
    #expect(!fixtures.store.contains(weights))
    #expect(try fixtures.cache.find(orphan) == nil && fixtures.cache.find(sharing) == nil)
    #expect(fixtures.store.contains(shared) && fixtures.store.contains(young))
    #expect(try fixtures.cache.find(kept) != nil)
    #expect(outcome.items.count == 3)
    #expect(outcome.items[0].bytes == 7 && outcome.bytes > 7)
    #expect(try StoreVerification(artifacts: fixtures.artifacts).run().findings == [])
  }

  @Test("Removing a record's folder frees what only it referred to")
  func removedRecord() async throws {
    let weights = try await fixtures.add("weights")
    let key = try fixtures.addStep("train", output: weights)
    let record = try fixtures.runs.begin()
    try record.append(Self.training(key))
    let sealed = try record.seal(RunFixtures.summary)
    #expect(try fixtures.collect().items == [])
    try FileManager.default.removeItem(atPath: sealed.path)
    #expect(try fixtures.collect().items.count == 2)
    #expect(!fixtures.store.contains(weights))
  }

  @Test("Downloads that nothing refers to are kept unless they are asked for")
  func inputs() async throws {
    let input = try await fixtures.add("a download")
    let partial = "\(fixtures.store.partialFolder)/x.download"
    try put([1, 2], partial)
    let folder = "\(fixtures.store.folder)/folders/model"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder)/config.json", withDestinationPath: fixtures.store.path(of: input))
    let kept = try fixtures.collect()
    #expect(kept.items == [] && kept.notes.count == 1)
    #expect(kept.notes[0].contains("1 file of the store (10 bytes)"))
    let outcome = try fixtures.collect { $0.removesInputs = true }
    #expect(outcome.bytes == 12 && outcome.notes == [])
    #expect(!fixtures.store.contains(input))
    // A folder of links would be taken for whole by the next run.
    #expect(!FileManager.default.fileExists(atPath: folder))
    #expect(!FileManager.default.fileExists(atPath: partial))
  }

  @Test("What killed processes left is removed at once, unfinished work only without its run")
  func leftovers() async throws {
    _ = try await fixtures.add("so that there is a store")
    var record: RunRecord? = try fixtures.runs.begin()
    let key = SHA256.digest(of: "key")
    try record?.append(Self.training(key))
    record = nil
    let folder = fixtures.runs.folder
    let own = try folder.write([1], to: "work/\(key.hex.prefix(16))/checkpoint.safetensors")
    let strange = try folder.write([1], to: "work/notes.txt")
    let young = try folder.write([1], to: "steps/.unfinished-1-1")
    let garbage = try [
      folder.write([1], to: "records/.creating-0123456789ab/events.jsonl"),
      folder.write([1, 2], to: "store/partial/unfinished"),
      folder.write([1], to: "work/determinism/x/weights/w"),
      folder.write([1], to: "steps/.unfinished-2-1"),
      folder.write([1], to: "work/0123456789abcdef.samples.jsonl"),
      folder.write([1], to: "replicate.sqlite.set-aside-1"),
    ]
    fixtures.age(garbage[3], days: 1)
    let early = try fixtures.collect { $0.keepDays = 1 }
    #expect(early.items.count == 4 && early.bytes == 5)
    #expect(try fixtures.collect().items.count == 2)
    for path in garbage { #expect(!FileManager.default.fileExists(atPath: path), "\(path)") }
    for path in [own, strange, young] { #expect(FileManager.default.fileExists(atPath: path)) }
  }

  @Test("A file with a second name elsewhere frees nothing")
  func links() async throws {
    let weights = try await fixtures.add("weights")
    _ = try fixtures.addStep("train", output: weights)
    #expect(link(fixtures.store.path(of: weights), fixtures.artifacts + "/second") == 0)
    #expect(try fixtures.collect { $0.isDryRun = true }.items.first?.bytes == 0)
  }

  @Test("While the store is used, only what cannot be in use is removed")
  func inUse() async throws {
    let weights = try await fixtures.add("weights")
    _ = try fixtures.addStep("train", output: weights)
    let left = try fixtures.runs.folder.write([1], to: "store/partial/unfinished")
    for isDryRun in [true, false] {
      let use = try StoreUse(fixtures.store)
      let outcome = try fixtures.collect {
        $0.removesInputs = true
        $0.isDryRun = isDryRun
      }
      #expect(outcome.items.map(\.path) == ["store/partial/unfinished"])
      #expect(outcome.notes.count == 1 && outcome.notes[0].contains("under way"))
      withExtendedLifetime(use) {}
    }
    #expect(!FileManager.default.fileExists(atPath: left))
    do {
      let writer = try await ArtifactWriter(fixtures.store, waiting: {})
      try put([1], left)
      #expect(try fixtures.collect().items == [])
      withExtendedLifetime(writer) {}
    }
    #expect(try fixtures.collect().items.count == 3)
  }

  @Test("There is nothing to remove where there is nothing, and nothing is created")
  func empty() throws {
    let absent = fixtures.artifacts + "/absent"
    #expect(try GarbageCollection(artifacts: absent).run().items == [])
    #expect(try StoreVerification(artifacts: absent).run() == StoreVerification.Outcome())
    #expect(!FileManager.default.fileExists(atPath: absent))
    #expect(try fixtures.collect().items == [])
    #expect(fixtures.runs.folder.files() == [])
  }

  @Test("Digests are found wherever 64 digits stand alone")
  func digests() {
    let digest = SHA256.digest(of: "x")
    for text in ["\(digest)", "\"\(digest)\"", "sha256:\(digest)\n", "{\"a\":[\"\(digest)\"]}"] {
      #expect(DigestMentions.digests(in: Array(text.utf8)) == [digest], "\(text)")
    }
    for text in ["", "\(digest)0", "\(digest.hex.dropLast())", digest.hex.uppercased()] {
      #expect(DigestMentions.digests(in: Array(text.utf8)) == [], "\(text)")
    }
    let two = Array("\(digest) \(SHA256.digest(of: "y"))".utf8)
    #expect(DigestMentions.digests(in: two).count == 2)
  }
}
