import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Assets

/// What a resolver told, in order.
final class EventRecorder: Sendable {
  private let list = Mutex<[AssetEvent]>([])

  /// The events so far, without progress.
  var events: [AssetEvent] {
    list.withLock { events in
      events.filter { if case .progress = $0 { false } else { true } }
    }
  }

  /// Appends an event.
  func record(_ event: AssetEvent) { list.withLock { $0.append(event) } }
}

@Suite("Asset resolution without the network")
struct AssetResolverTests {
  private let folder: TemporaryFolder
  private let recorder = EventRecorder()

  init() throws { folder = try TemporaryFolder() }

  private func resolver(mirrors: [String] = [], isOffline: Bool = true) -> AssetResolver {
    AssetResolver(
      store: ArtifactStore(root: "\(folder.path)/store"), mirrorFolders: mirrors,
      isOffline: isOffline, report: { [recorder] in recorder.record($0) })
  }

  private func wheel() throws -> Wheel {
    let name = "replicate_fixture-1.0-py3-none-any.whl"
    let bytes = try AssetFixtures.bytes(name)
    return Wheel(
      requirement: "replicate-fixture==1.0", fileName: name, sha256: SHA256.digest(of: bytes),
      bytes: bytes.count)
  }

  private func asset(_ members: [String], sha256: Digest? = nil) throws -> Asset {
    let wheel = try wheel()
    return Asset(
      name: "thing", source: .pypi(members.map { WheelMember(wheel: wheel, path: $0) }),
      sha256: sha256)
  }

  @Test("Members of a mirrored wheel are extracted, parts concatenated, and reused the next time")
  func extractsFromMirror() async throws {
    let mirror = URL(fileURLWithPath: try AssetFixtures.path("x")).deletingLastPathComponent().path
    let parts = try asset(["replicate_fixture/part0", "replicate_fixture/part1"])
    let rows = try asset(["replicate_fixture/data.jsonl"])
    let resolved = try await resolver(mirrors: [mirror]).resolve([parts, rows])
    let wheelName = try wheel().fileName
    #expect(
      recorder.events == [
        .mirrored(item: wheelName, path: "\(mirror)/\(wheelName)"),
        .stored(item: "thing", bytes: resolved[0].bytes),
        .stored(item: "thing", bytes: resolved[1].bytes),
      ])
    let table = try RowTable.read(path: resolved[1].path, format: .jsonLines, name: "data")
    #expect(table.rows.count == 50)
    let pinned = try asset(
      ["replicate_fixture/part0", "replicate_fixture/part1"], sha256: resolved[0].sha256)
    #expect(try resolver().plannedDownloads(for: [pinned]).isEmpty)
    #expect(try await resolver().resolve([pinned])[0].path == resolved[0].path)
    #expect(recorder.events.last == .reused(item: "thing"))
  }

  @Test("A wrong digest names asset, expected and found, and keeps nothing of the asset")
  func refusesWrongDigest() async throws {
    let mirror = URL(fileURLWithPath: try AssetFixtures.path("x")).deletingLastPathComponent().path
    let other = try AssetFixtures.otherDigest()
    let asset = try asset(["replicate_fixture/part0"], sha256: other)
    let message = await assetError(.wrongDigest) {
      try await resolver(mirrors: [mirror]).resolve([asset])
    }
    #expect(
      message.hasPrefix(
        "thing from replicate_fixture-1.0-py3-none-any.whl has the wrong SHA-256: expected \(other), found "
      ))
    let hex = try wheel().sha256.hex
    #expect(folder.files() == ["store/partial/lock", "store/sha256/\(hex.prefix(2))/\(hex)"])
  }

  @Test("Offline, the error says which file to put where, and the plan says what would be fetched")
  func explainsOffline() async throws {
    let wheel = try wheel()
    let asset = try asset(["replicate_fixture/part0"])
    let message = await assetError(.offline) { try await resolver().resolve([asset]) }
    #expect(
      message
        == "The asset 'thing' needs \(wheel.fileName), which may not be downloaded offline: put the file of \(wheel.bytes ?? 0) bytes with SHA-256 \(wheel.sha256) at \(folder.path)/store/sha256/\(wheel.sha256.hex.prefix(2))/\(wheel.sha256) or into a mirror folder, or go online."
    )
    #expect(
      try resolver().plannedDownloads(for: [asset, asset])
        == [PlannedDownload(item: wheel.fileName, bytes: wheel.bytes, sha256: wheel.sha256)])
  }

  @Test("Mirrors are searched by content: other names count, other content does not")
  func searchesMirrors() async throws {
    let bytes = try AssetFixtures.bytes("deflated.txt")
    let asset = Asset(
      name: "text", source: .https("https://example.org/deflated.txt"),
      sha256: SHA256.digest(of: bytes), bytes: bytes.count)
    var damaged = bytes
    damaged[0] ^= 1
    _ = try folder.write(damaged, to: "mirror/deflated.txt")
    let mirror = "\(folder.path)/mirror"
    #expect(
      await assetError(.offline) { try await resolver(mirrors: [mirror]).resolve([asset]) } != "")
    _ = try folder.write(bytes, to: "mirror/renamed")
    _ = try await resolver(mirrors: [mirror]).resolve([asset])
    #expect(recorder.events.contains(.mirrored(item: "text", path: "\(mirror)/renamed")))
  }

  @Test("Local files and folders are hashed where they lie")
  func usesLocalFiles() async throws {
    let file = try folder.write(Array("abc".utf8), to: "local.txt")
    let asset = Asset(name: "local", source: .file(file), sha256: nil)
    let resolved = try await resolver().resolve([asset])[0]
    #expect(resolved.path == file)
    #expect(resolved.sha256 == SHA256.digest(of: "abc"))
    var pinned = asset
    pinned.sha256 = try AssetFixtures.otherDigest()
    let message = await assetError(.wrongDigest) { try await resolver().resolve([pinned]) }
    #expect(message.hasPrefix("local from \(file) has the wrong SHA-256"))
    let missing = Asset(name: "gone", source: .file("\(file)x"), sha256: nil)
    #expect(
      await assetError(.file) { try await resolver().resolve([missing]) }
        == "The asset 'gone' cannot be used: there is no file or folder at \(file)x.")
  }

  @Test("A damaged stored file is set aside and fetched again")
  func repairsStore() async throws {
    let mirror = URL(fileURLWithPath: try AssetFixtures.path("x")).deletingLastPathComponent().path
    let unpinned = try asset(["replicate_fixture/part0"])
    let first = try await resolver(mirrors: [mirror]).resolve([unpinned])[0]
    chmod(first.path, 0o644)
    try Data("damaged".utf8).write(to: URL(fileURLWithPath: first.path))
    let pinned = try asset(["replicate_fixture/part0"], sha256: first.sha256)
    #expect(try await resolver().resolve([pinned])[0].path == first.path)
    #expect(recorder.events.contains(.damaged(item: "thing", path: first.path)))
    #expect(try OpenFile.contents(of: first.path).count == first.bytes)
  }

  @Test(
    "Texts that would reach a command line in another form are refused",
    arguments: ["a==1\n--index-url x", "--index-url==1", "a", "a>=1", "a == 1", "a==1 b==2"])
  func refusesRequirements(requirement: String) async throws {
    var wheel = try wheel()
    wheel.requirement = requirement
    let asset = Asset(name: "x", source: .pypi([WheelMember(wheel: wheel, path: "y")]), sha256: nil)
    _ = await assetError(.invalidAsset) { try await resolver().resolve([asset]) }
  }

  @Test(
    "Only https addresses, and http ones of this machine, are addresses",
    arguments: [
      ("https://example.org/a/b.bin?x=1", "b.bin"), ("http://127.0.0.1:8080/b", "b"),
      ("http://[::1]:80/", ""), ("HTTPS://example.org", ""), ("http://example.org/b", nil),
      ("http://127.0.0.1.example.org/b", nil), ("http://localhost@example.org/b", nil),
      ("file:///etc/passwd", nil), ("https://", nil), ("https://a b/", nil), ("https://h:p/", nil),
      ("-o/tmp/x", nil), ("https://user:word@example.org/x", nil),
    ] as [(String, String?)])
  func parsesAddresses(text: String, fileName: String?) {
    #expect(AssetAddress(text)?.fileName == fileName)
  }
}
