import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Provenance

@Suite("Anchors in a git repository", .enabled(if: GitFixture.isAvailable))
struct AnchorStoreTests {
  /// 2025-06-01T12:34:56Z.
  private static let time = 1_748_781_296

  /// The files of a record's anchor; records with other notes have other digests.
  private static func files(_ id: String, note: String = "") -> [GitAnchor.File] {
    [
      GitAnchor.File(name: "manifest.yaml", bytes: Array("name: tiny\n".utf8)),
      GitAnchor.File(
        name: "record.json", bytes: Array("{\"note\":\"\(note)\",\"record_id\":\"\(id)\"}".utf8)),
      GitAnchor.File(name: "samples.root", bytes: []),
    ]
  }

  private static func name(_ id: String, note: String = "") -> AnchorName {
    .record(id: id, digest: files(id, note: note)[1].digest)
  }

  private static func anchor(_ id: String, note: String = "", in path: String) async throws
    -> AnchorOutcome
  {
    try await AnchorStore(containing: path).anchor(
      name(id, note: note), files: files(id, note: note), time: time
    ) { _, _ in
      throw ProvenanceError(.repository, "Nobody asked for a signature.")
    }
  }

  /// The anchor that an outcome of `anchor` made.
  private static func made(_ id: String, note: String = "", in path: String) async throws
    -> GitAnchor
  {
    guard case .anchored(let anchor) = try await Self.anchor(id, note: note, in: path) else {
      throw ProvenanceError(.repository, "\(id) was expected to be new.")
    }
    return anchor
  }

  /// The anchors of the store at a path, by id.
  private static func ids(in path: String) throws -> [String] {
    try AnchorStore(containing: path).references("anchors/").map { $0.id ?? "" }
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

    #expect(first.files == Self.files("aa") && first.name == Self.name("aa"))
    #expect((first.parent, first.time, first.isSigned) == (nil, Self.time, false))
    #expect(second.parent == first.commit)
    let store = try AnchorStore(containing: place)
    #expect(try store.references(ofRecord: "aa").map { try store.anchor($0) } == [first])
    #expect(try store.references(ofRecord: "absent") == [])
    #expect(try store.chain() == [second, first])
    #expect(try Self.ids(in: place) == ["aa", "bb"])
    #expect(try fixture.git("rev-parse", second.name.reference) == second.commit)
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

  @Test("Another record of the same id stands beside the first one, whose anchor is kept")
  func sideBySide() async throws {
    let fixture = try GitFixture()
    let first = try await Self.made("aa", in: fixture.path)
    let second = try await Self.made("aa", note: "sealed anew", in: fixture.path)
    let store = try AnchorStore(containing: fixture.path)
    let found = try store.references(ofRecord: "aa").map { try store.anchor($0) }
    #expect(Set(found.map(\.commit)) == [first.commit, second.commit])
    #expect(second.parent == first.commit)
    #expect(try await Self.anchor("aa", in: fixture.path) == .unchanged(first))
  }

  @Test("A name is of one content: what says otherwise is refused, and does not keep anybody out")
  func noSquatting() async throws {
    let fixture = try GitFixture()
    let other = try await Self.made("aa", note: "somebody else's", in: fixture.path)
    let name = Self.name("aa")
    try fixture.git("update-ref", name.reference, other.commit)
    let store = try AnchorStore(containing: fixture.path)
    let reference = try #require(AnchorReference(name.reference, commit: other.commit))
    #expect(throws: ProvenanceError.self) { try store.anchor(reference) }
    let honest = try await Self.made("aa", in: fixture.path)
    #expect(honest.name == name)
    let beside = try fixture.git("rev-parse", "\(name.reference).\(honest.commit)")
    #expect(beside == honest.commit)
    #expect(try await Self.anchor("aa", in: fixture.path) == .unchanged(honest))
  }

  @Test("Names of references are read as they are written, and others are none")
  func names() {
    let (digest, lock) = (SHA256.digest(of: "a"), SHA256.digest(of: "b"))
    let commit = String(repeating: "c", count: 40)
    let names: [AnchorName] = [
      .record(id: "aa", digest: digest), .intent(lock: lock),
      .begun(lock: lock, id: "aa", event: digest),
    ]
    for name in names {
      #expect(AnchorReference(name.reference, commit: commit)?.name == name)
      let beside = AnchorReference(name, besidesAs: commit)
      #expect(AnchorReference(beside.reference, commit: commit) == beside)
      #expect(AnchorReference(beside.reference, commit: String(repeating: "d", count: 40)) == nil)
      let text = AnchorName(message: name.message) { $0 == name.file ? name.digest : nil }
      #expect(text == name)
    }
    let old = AnchorReference("refs/replicate/records/aa", commit: commit)
    #expect(old?.id == "aa" && old?.name == nil)
    for name in [
      "latest", "records/", "records/A", "records/a/b", "anchors/aa/\(digest.hex.dropLast())",
      "anchors/aa/\(digest).x", "intents/\(lock)/x", "begun/\(lock)/aa", "anchors/\u{1B}/\(digest)",
    ] {
      #expect(AnchorReference(AnchorName.root + name, commit: commit) == nil)
    }
    for message in ["Anchor the record aa", "Anchor the record A\n", "Anchor the record aa b\n"] {
      #expect(AnchorName(message: message) { _ in digest } == nil)
    }
  }

  @Test("Anchors of the older form are read, and no second one is made of the same record")
  func olderForm() async throws {
    let fixture = try GitFixture()
    let anchor = try await Self.made("aa", in: fixture.path)
    try fixture.git("update-ref", "refs/replicate/records/aa", anchor.commit)
    try fixture.git("update-ref", "-d", anchor.name.reference)
    #expect(try await Self.anchor("aa", in: fixture.path) == .unchanged(anchor))
    let store = try AnchorStore(containing: fixture.path)
    #expect(try store.references(ofRecord: "aa").map { try store.anchor($0) } == [anchor])
  }

  @Test("Commits that are too large, or of another shape, are refused before they are read")
  func limits() async throws {
    let fixture = try GitFixture()
    let anchor = try await Self.made("aa", in: fixture.path)
    func refused(_ edit: (String) throws -> Void) throws -> String {
      try fixture.git("read-tree", anchor.commit)
      try edit(fixture.path)
      let tree = try fixture.git("write-tree")
      let commit = try fixture.git("commit-tree", "-m", "Anchor the record aa", tree)
      let reference = try #require(AnchorReference(anchor.name.reference, commit: commit))
      let store = try AnchorStore(containing: fixture.path)
      let error = #expect(throws: ProvenanceError.self) { try store.anchor(reference) }
      return error?.message ?? ""
    }
    let large = try refused { path in
      try runProgram("/usr/bin/truncate", ["-s", "65M", "\(path)/zeros"])
      try fixture.git("add", "zeros")
    }
    #expect(large.contains("68157440 bytes"))
    let many = try refused { _ in
      for number in 0..<20 { try fixture.put("", "f\(number)") }
      try fixture.git("add", ".")
    }
    #expect(many.contains("at most 16 files"))
    let folder = try refused { _ in
      try fixture.put("x", "a/b")
      try fixture.git("add", "a/b")
    }
    #expect(folder.contains("of another kind"))
    let other = try refused { _ in
      try fixture.put("{\"record_id\":\"bb\"}", "record.json")
      try fixture.git("add", "record.json")
    }
    #expect(other.contains("does not hold the record.json"))
  }

  @Test("Forty records that are anchored by two at once are all in one chain")
  func concurrent() async throws {
    let fixture = try GitFixture()
    let path = fixture.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<2 {
        group.addTask {
          for number in 0..<20 { _ = try await Self.made("w\(worker)n\(number)", in: path) }
        }
      }
      try await group.waitForAll()
    }
    let ids = (0..<2).flatMap { worker in (0..<20).map { "w\(worker)n\($0)" } }.sorted()
    #expect(try Self.ids(in: path) == ids)
    let chain = try AnchorStore(containing: path).chain()
    #expect(chain.map { $0.name.id ?? "" }.sorted() == ids)
    #expect(try fixture.problems() == "")
  }

  @Test("Two that anchor the same record at once come to one anchor")
  func concurrentSame() async throws {
    let fixture = try GitFixture()
    let path = fixture.path
    for number in 0..<50 {
      async let one = Self.anchor("r\(number)", in: path)
      async let two = Self.anchor("r\(number)", in: path)
      let outcomes = try await [one, two]
      #expect(outcomes.count { if case .anchored = $0 { true } else { false } } == 1)
    }
    #expect(try AnchorStore(containing: path).chain().count == 50)
  }

  @Test("An anchor whose making was stopped between its two references is completed, not repeated")
  func interrupted() async throws {
    let fixture = try GitFixture()
    let first = try await Self.made("aa", in: fixture.path)
    try fixture.git("update-ref", "-d", first.name.reference)
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
    #expect(error?.message.contains(" could not be anchored in git: ") == true)
    #expect(try fixture.git("for-each-ref") == "")
  }

  @Test(
    "A repository says whether and with which key to sign, and only the user which program does")
  func signing() async throws {
    struct Refusal: Error {}
    let fixture = try GitFixture()
    let own = try fixture.folder.write([], to: "own")
    let user = GitUserSettings(files: [fixture.folder.path(of: "absent"), own])
    func signing(_ settings: [(String, String)], ofUser: [(String, String)] = []) async throws
      -> GitSigning?
    {
      for (name, value) in settings { try fixture.git("config", name, value) }
      for (name, value) in ofUser { try fixture.git("config", "--file", own, name, value) }
      nonisolated(unsafe) var asked: GitSigning?
      await #expect(throws: (any Error).self) {
        try await AnchorStore(containing: fixture.path, user: user).anchor(
          Self.name("aa"), files: Self.files("aa"), time: Self.time
        ) { signing, _ in
          asked = signing
          throw Refusal()
        }
      }
      #expect(try fixture.git("for-each-ref") == "")
      return asked
    }
    let foreign = [
      ("commit.gpgsign", "true"), ("gpg.program", "evil"), ("gpg.openpgp.program", "evil"),
      ("gpg.ssh.program", "evil"),
    ]
    let byName = try #require(try await signing(foreign))
    #expect(byName.format == .openpgp && byName.program == "gpg")
    #expect(byName.key == "Ada <ada@example.org>")
    let byUser = try #require(
      try await signing([("user.signingkey", "~/k")], ofUser: [("gpg.program", "gpg9")]))
    #expect(byUser.program == "gpg9" && byUser.key == NSHomeDirectory() + "/k")
    let special = try await signing([], ofUser: [("gpg.openpgp.program", "gpg8")])
    #expect(special?.program == "gpg8")
    let bySSH = try #require(
      try await signing([("gpg.format", "ssh"), ("user.signingkey", "key::ssh-ed25519 A")]))
    #expect(bySSH.format == .ssh && bySSH.program == "ssh-keygen")
    #expect(bySSH.key == "key::ssh-ed25519 A")
    let wrapped = try await signing([], ofUser: [("gpg.ssh.program", "~/keygen")])
    #expect(wrapped?.program == NSHomeDirectory() + "/keygen")
    #expect(try await signing([("gpg.format", "x509")]) == nil)
  }
}
