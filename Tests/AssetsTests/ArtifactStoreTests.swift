import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Assets

@Suite("Artifact store")
struct ArtifactStoreTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = ArtifactStore(root: "\(folder.path)/store")
  }

  private func add(_ text: String, sha256: Digest? = nil, bytes: Int? = nil) async throws
    -> ArtifactStore.Blob
  {
    let writer = try await ArtifactWriter(store) {}
    return try writer.add("thing", from: "test", sha256: sha256, bytes: bytes) { write in
      try Array(text.utf8).withUnsafeBytes { try write($0) }
    }
  }

  @Test("Content lies under its digest and is found again")
  func storesContent() async throws {
    let digest = SHA256.digest(of: "content")
    #expect(try store.lookUp(digest) == .absent)
    let blob = try await add("content", sha256: digest, bytes: 7)
    #expect(blob.path == "\(store.folder)/sha256/\(digest.hex.prefix(2))/\(digest.hex)")
    #expect(try store.lookUp(digest) == .present(blob))
    #expect(try await add("content") == blob)
  }

  @Test("Content with another digest or size than pinned leaves nothing behind")
  func refusesWrongContent() async throws {
    let digest = SHA256.digest(of: "content")
    let message = await assetError(.wrongDigest) { try await add("contents", sha256: digest) }
    #expect(
      message
        == "thing from test has the wrong SHA-256: expected \(digest), found \(SHA256.digest(of: "contents")); nothing was kept."
    )
    #expect(
      await assetError(.wrongDigest) { try await add("content", bytes: 6) }
        == "thing from test is larger than the pinned 6 bytes; nothing was kept.")
    #expect(
      await assetError(.wrongDigest) { try await add("content", bytes: 8) }.contains(
        "8 bytes, found 7"))
    #expect(folder.files() == ["store/partial/lock"])
  }

  @Test("A stored file that changed is not used, and is set aside by whoever stores it anew")
  func keepsDamaged() async throws {
    let blob = try await add("content")
    chmod(blob.path, 0o644)
    try Data("changed".utf8).write(to: URL(fileURLWithPath: blob.path))
    for _ in 0..<2 { #expect(try store.lookUp(blob.sha256) == .damaged(path: blob.path)) }
    for count in 1...2 {
      let notes = Mutex<[String]>([])
      let writer = try await ArtifactWriter(
        store, note: { note in notes.withLock { $0.append(note) } }, waiting: {})
      _ = try writer.add("content", from: "test", sha256: blob.sha256, bytes: 7) { write in
        try Array("content".utf8).withUnsafeBytes { try write($0) }
      }
      let aside = store.damagedFolder.appending("\(blob.sha256)-\(count)").path
      #expect(notes.withLock { $0.count } == 1 && notes.withLock { $0[0].contains(aside) })
      #expect(try OpenFile.contents(of: aside) == Array("changed".utf8))
      #expect(try store.lookUp(blob.sha256) == .present(blob))
      chmod(blob.path, 0o644)
      try Data("changed".utf8).write(to: URL(fileURLWithPath: blob.path))
    }
  }

  @Test("What a killed process left unfinished is replaced, and what else there is stays")
  func replacesUnfinished() async throws {
    _ = try folder.write([1], to: "store/partial/unfinished")
    _ = try folder.write([1], to: "store/partial/pip/temporary/wheel")
    _ = try folder.write([1], to: "store/partial/abc.download")
    let path = try await add("content").path.dropFirst(folder.path.count + 1)
    #expect(
      Set(folder.files()) == [
        "store/partial/abc.download", "store/partial/lock", "store/partial/pip/temporary/wheel",
        String(path),
      ])
  }

  @Test("Two writers take turns")
  func takesTurns() async throws {
    var first: ArtifactWriter? = try await ArtifactWriter(store) {}
    #expect(first != nil)
    var waited = 0
    _ = try await ArtifactWriter(store) {
      waited += 1
      first = nil
    }
    #expect(waited == 1)
  }

  @Test("A folder's digest is that of its listing, and links are refused")
  func hashesFolders() async throws {
    _ = try folder.write(Array("{}".utf8), to: "model/config.json")
    _ = try folder.write(Array("abc".utf8), to: "model/a/weights")
    _ = try folder.write(Array("ignored".utf8), to: "model/.cache/lock")
    let model = "\(folder.path)/model"
    let listing =
      "\(SHA256.digest(of: "abc")) 3 a/weights\n\(SHA256.digest(of: "{}")) 2 config.json\n"
    let (digest, bytes) = try FolderDigest.digest(ofFolderAt: model)
    #expect(digest == SHA256.digest(of: listing))
    #expect(bytes == 5)
    symlink("/etc/hostname", "\(model)/link")
    #expect(
      await assetError(.file) { try FolderDigest.digest(ofFolderAt: model) }
        == "\(model)/link is a symbolic link; copy the file itself into the folder.")
  }
}
