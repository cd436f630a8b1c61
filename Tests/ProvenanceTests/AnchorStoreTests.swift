import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite("Anchors in a git repository", .enabled(if: GitFixture.isAvailable))
struct AnchorStoreTests {
  private static let files = [
    GitAnchor.File(name: "manifest.yaml", bytes: Array("name: tiny\n".utf8)),
    GitAnchor.File(name: "record.json", bytes: Array("{}\n".utf8)),
    GitAnchor.File(name: "samples.root", bytes: []),
  ]
  /// 2025-06-01T12:34:56Z.
  private static let time = 1_748_781_296

  private static func anchor(
    _ id: String, _ files: [GitAnchor.File] = files, in path: String
  ) async throws -> AnchorOutcome {
    try await AnchorStore(containing: path).anchor(id, files: files, time: time) { _, _ in
      throw ProvenanceError(code: .repository, message: "Nobody asked for a signature.")
    }
  }

  /// The anchor that an outcome of `anchor` made.
  private static func made(_ id: String, in path: String) async throws -> GitAnchor {
    guard case .anchored(let anchor) = try await Self.anchor(id, in: path) else {
      throw ProvenanceError(code: .repository, message: "\(id) was expected to be new.")
    }
    return anchor
  }

  enum Shape: String, CaseIterable {
    case normal, unborn, detached, bare, worktree, ignoredFolder
  }

  @Test(
    "A record is anchored in every shape of repository, and nothing else there changes",
    arguments: Shape.allCases)
  func shapes(_ shape: Shape) async throws {
    let fixture = try GitFixture(isBare: shape == .bare)
    var place = fixture.path
    if shape != .bare && shape != .unborn { try fixture.fill() }
    switch shape {
    case .detached: try fixture.git("checkout", "--quiet", "--detach")
    case .worktree:
      place = fixture.folder.path(of: "linked")
      try fixture.git("worktree", "add", "--quiet", "-b", "side", place)
    case .ignoredFolder:
      try fixture.put("artifacts/\n", ".gitignore")
      try fixture.put("x", "artifacts/records/x")
      place += "/artifacts/records"
    case .normal, .unborn, .bare: break
    }
    let worktree = shape == .worktree ? place : nil
    let before = try fixture.bystanders(in: worktree)
    let first = try await Self.made("aa", in: place)
    let second = try await Self.made("bb", in: place)
    #expect(try await Self.anchor("aa", in: place) == .unchanged(first))
    #expect(try fixture.bystanders(in: worktree) == before)
    #expect(try fixture.problems() == "")

    #expect(first.files == Self.files)
    #expect((first.parent, first.time, first.isSigned) == (nil, Self.time, false))
    #expect(second.parent == first.commit)
    let store = try AnchorStore(containing: place)
    #expect(try store.anchor(of: "aa") == first)
    #expect(try store.anchor(of: "absent") == nil)
    #expect(try store.chain() == [second, first])
    #expect(try store.anchors().map(\.id) == ["aa", "bb"])
    #expect(try fixture.git("rev-parse", GitAnchor.reference(of: "bb")) == second.commit)
    #expect(
      try fixture.git("log", "-1", "--format=%an <%ae> %cn %at %ct %B", GitAnchor.latest)
        == "Ada <ada@example.org> Ada \(Self.time) \(Self.time) Anchor the record bb\n")
  }

  @Test("The same files give the same tree, and the same chain the same commits, in any repository")
  func deterministic() async throws {
    let (here, there) = (try GitFixture(), try GitFixture(isBare: true))
    for id in ["aa", "bb"] {
      #expect(try await Self.made(id, in: here.path) == Self.made(id, in: there.path))
    }
  }

  @Test("An anchor with other files is kept, and the files that differ are named with both digests")
  func evidenceIsKept() async throws {
    let fixture = try GitFixture()
    let first = try await Self.made("aa", in: fixture.path)
    let resealed = [
      Self.files[0], GitAnchor.File(name: "record.json", bytes: Array("{ }\n".utf8)),
      GitAnchor.File(name: "z", bytes: [0]),
    ]
    let references = try fixture.git("for-each-ref")
    let outcome = try await Self.anchor("aa", resealed, in: fixture.path)
    guard case .differs(first, let differences) = outcome else {
      Issue.record("Other files must not replace the anchored ones: \(outcome)")
      return
    }
    #expect(differences.map(\.name) == ["record.json", "samples.root", "z"])
    #expect(differences.map(\.anchored) == [Self.files[1].digest, Self.files[2].digest, nil])
    #expect(differences.map(\.found) == [resealed[1].digest, nil, resealed[2].digest])
    #expect(differences[0].description.contains(Self.files[1].digest.hex))
    #expect(differences[1].description.contains("no such file"))
    #expect(try fixture.git("for-each-ref") == references)
  }

  @Test("Forty records that are anchored by two at once are all in one chain")
  func concurrent() async throws {
    let fixture = try GitFixture()
    let path = fixture.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<2 {
        group.addTask {
          for number in 0..<20 { _ = try await Self.made("w\(worker)-\(number)", in: path) }
        }
      }
      try await group.waitForAll()
    }
    let store = try AnchorStore(containing: path)
    let ids = (0..<2).flatMap { worker in (0..<20).map { "w\(worker)-\($0)" } }.sorted()
    #expect(try store.anchors().map(\.id) == ids)
    #expect(try store.chain().map(\.id).sorted() == ids)
    #expect(try fixture.problems() == "")
  }

  @Test("Two that anchor the same record at once come to one anchor")
  func concurrentSame() async throws {
    let fixture = try GitFixture()
    let path = fixture.path
    for number in 0..<10 {
      async let one = Self.anchor("r\(number)", in: path)
      async let two = Self.anchor("r\(number)", in: path)
      for outcome in try await [one, two] {
        if case .differs = outcome { Issue.record("Both anchored the same files.") }
      }
    }
    #expect(try AnchorStore(containing: path).chain().count == 10)
  }

  @Test("An anchor whose making was stopped between its two references is completed, not repeated")
  func interrupted() async throws {
    let fixture = try GitFixture()
    let first = try await Self.made("aa", in: fixture.path)
    try fixture.git("update-ref", "-d", GitAnchor.reference(of: "aa"))
    #expect(try await Self.made("aa", in: fixture.path) == first)
    #expect(try AnchorStore(containing: fixture.path).chain() == [first])
  }

  @Test("References that git has packed are found and go on")
  func packed() async throws {
    let fixture = try GitFixture()
    let first = try await Self.made("aa", in: fixture.path)
    try fixture.git("pack-refs", "--all")
    try fixture.git("gc", "--quiet", "--prune=now")
    #expect(try await Self.anchor("aa", in: fixture.path) == .unchanged(first))
    #expect(try await Self.made("bb", in: fixture.path).parent == first.commit)
  }

  @Test("A folder without a repository is one sentence of its own kind")
  func none() async throws {
    let folder = try TemporaryFolder()
    let error = await #expect(throws: ProvenanceError.self) {
      try await Self.anchor("aa", in: folder.path)
    }
    #expect(error?.code == .noRepository)
    #expect(error?.message == "The folder \(folder.path) is in no git repository.")
  }

  @Test("The repository of another user is refused and named", .enabled(if: geteuid() == 0))
  func otherOwner() async throws {
    let fixture = try GitFixture()
    for name in [fixture.path, fixture.path + "/.git"] { chown(name, 65534, 65534) }
    let error = await #expect(throws: ProvenanceError.self) {
      try await Self.anchor("aa", in: fixture.path)
    }
    #expect(error?.code == .repository)
    #expect(error?.message.contains("belongs to another user") == true)
  }

  @Test(
    "A repository that references cannot be written to is one sentence, and nothing is anchored")
  func unwritable() async throws {
    let fixture = try GitFixture()
    try fixture.put("in the way", ".git/refs/replicate")
    let error = await #expect(throws: ProvenanceError.self) {
      try await Self.anchor("aa", in: fixture.path)
    }
    #expect(error?.code == .repository)
    #expect(error?.message.hasPrefix("The record aa could not be anchored in git: ") == true)
    #expect(try fixture.git("for-each-ref") == "")
  }

  @Test("A reference that leads to something else is refused, not replaced")
  func foreign() async throws {
    let fixture = try GitFixture()
    try fixture.fill()
    try fixture.git("update-ref", GitAnchor.reference(of: "aa"), "HEAD")
    _ = try await Self.made("bb", in: fixture.path)
    try fixture.git("update-ref", GitAnchor.reference(of: "cc"), GitAnchor.reference(of: "bb"))
    for id in ["aa", "cc"] {
      let error = await #expect(throws: ProvenanceError.self) {
        try await Self.anchor(id, in: fixture.path)
      }
      #expect(error?.message.contains("is not the anchor of the record \(id)") == true)
    }
  }

  @Test("A signature is asked for as git's settings say, and without it nothing is anchored")
  func signing() async throws {
    struct Refusal: Error {}
    let fixture = try GitFixture()
    try fixture.git("config", "commit.gpgsign", "true")
    func signing(_ settings: [(String, String)]) async throws -> GitSigning? {
      for (name, value) in settings { try fixture.git("config", name, value) }
      nonisolated(unsafe) var asked: GitSigning?
      await #expect(throws: (any Error).self) {
        try await AnchorStore(containing: fixture.path).anchor(
          "aa", files: Self.files, time: Self.time
        ) { signing, _ in
          asked = signing
          throw Refusal()
        }
      }
      #expect(try fixture.git("for-each-ref") == "")
      return asked
    }
    let byUser = try #require(try await signing([("gpg.program", "gpg9")]))
    #expect(byUser.format == .openpgp && byUser.program == "gpg9")
    #expect(byUser.key == "Ada <ada@example.org>")
    let byKey = try #require(
      try await signing([("user.signingkey", "~/k"), ("gpg.openpgp.program", "gpg8")]))
    #expect(byKey.program == "gpg8" && byKey.key == NSHomeDirectory() + "/k")
    let bySSH = try #require(
      try await signing([("gpg.format", "ssh"), ("user.signingkey", "key::ssh-ed25519 A")]))
    #expect(bySSH.format == .ssh && bySSH.program == "ssh-keygen")
    #expect(bySSH.key == "key::ssh-ed25519 A")
    #expect(try await signing([("gpg.format", "x509")]) == nil)
  }
}
