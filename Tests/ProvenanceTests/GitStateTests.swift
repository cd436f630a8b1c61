import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite(
  "State of a git repository",
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/git")))
struct GitStateTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func git(_ arguments: String...) throws -> [UInt8] {
    let result = try runProgram("/usr/bin/git", arguments, in: folder.path)
    #expect(result.status == 0, "git \(arguments)")
    return result.output
  }

  private func put(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.path(of: name)))
  }

  private func state(_ path: String? = nil, largestPatch: Int = 1 << 20) throws
    -> GitRepositoryState
  {
    guard
      case .repository(let state) = GitState.current(
        of: path ?? folder.path, largestPatch: largestPatch)
    else {
      throw ProvenanceError(code: .file, message: "No repository was found.")
    }
    return state
  }

  private func commitTwoFiles() throws -> String {
    try git("init", "--quiet", "--initial-branch=main")
    try put("one\n", "a.txt")
    try put("two\n", "b.txt")
    try put("*.log\n", ".gitignore")
    try git("add", ".")
    try git("commit", "--quiet", "--message=first")
    return String(decoding: try git("rev-parse", "HEAD").dropLast(), as: UTF8.self)
  }

  @Test("No repository is a state")
  func none() {
    #expect(GitState.current(of: folder.path) == .noRepository)
    #expect(GitState.current(of: folder.path(of: "absent")) == .noRepository)
    #expect(GitState.noRepository.json == ["state": "no repository"])
  }

  @Test("A repository without a commit has an unborn head")
  func unborn() throws {
    try git("init", "--quiet", "--initial-branch=trunk")
    try put("x", "x")
    let state = try state()
    #expect(state.head == .unborn(branch: "trunk"))
    #expect(state.commit == nil)
    #expect(state.untrackedCount == 1)
    try git("add", "x")
    #expect(try self.state().isDirty)
  }

  @Test(
    "A clean tree gives commit and branch; ignored files do not count, untracked ones are told apart"
  )
  func clean() throws {
    let commit = try commitTwoFiles()
    try put("noise", "x.log")
    #expect(
      try state()
        == GitRepositoryState(
          head: .commit(id: commit, branch: "main"), isBare: false, changedFileCount: 0,
          untrackedCount: 0, patchDigest: nil, patch: nil, origin: nil))
    try AtomicFile.createFolder(folder.path(of: "new/deep"))
    try put("x", "new/deep/x")
    try put("y", "new/y")
    let state = try state(folder.path(of: "new/deep"))
    #expect(state.untrackedCount == 1)
    #expect(!state.isDirty)
    #expect(state.json["commit"] == .string(commit))
    #expect(state.json["dirty"] == false)
  }

  @Test(
    "A dirty tree gives a patch that git applies to the commit, binary files and new ones included")
  func patch() throws {
    _ = try commitTwoFiles()
    try put("one\nand more, é\nno line feed", "a.txt")
    try git("rm", "--quiet", "b.txt")
    try put("staged\n", "c.txt")
    try Data((0..<255).map { UInt8($0) }).write(to: URL(filePath: folder.path(of: "d.bin")))
    try git("add", "c.txt", "d.bin")
    try put("staged, then changed\n", "c.txt")
    let state = try state()
    #expect(state.changedFileCount == 4)
    let patch = try #require(state.patch)
    #expect(state.patchDigest == SHA256.digest(of: patch))

    let clone = folder.path(of: "clone.log")
    try git("clone", "--quiet", ".", clone)
    try Data(patch).write(to: URL(filePath: clone + "/../patch.log"))
    #expect(try runProgram("/usr/bin/git", ["apply", "../patch.log"], in: clone).status == 0)
    for name in ["a.txt", "c.txt", "d.bin"] {
      #expect(
        try OpenFile.contents(of: "\(clone)/\(name)")
          == OpenFile.contents(of: folder.path(of: name)))
    }
    #expect(!FileManager.default.fileExists(atPath: clone + "/b.txt"))

    let short = try self.state(largestPatch: 10)
    #expect(short.patch == nil)
    #expect(short.patchDigest == state.patchDigest)
    try git("config", "diff.context", "9")
    try git("config", "diff.noprefix", "true")
    try git("config", "core.abbrev", "12")
    #expect(try self.state().patchDigest == state.patchDigest)
  }

  @Test("A detached head, a bare repository and a linked working tree are described")
  func unusual() throws {
    let commit = try commitTwoFiles()
    try git("clone", "--quiet", "--bare", ".", folder.path(of: "bare.log"))
    let bare = try state(folder.path(of: "bare.log"))
    #expect(bare.isBare)
    #expect(bare.commit == commit)
    try git("worktree", "add", "--quiet", "-b", "side", folder.path(of: "linked.log"))
    #expect(try state(folder.path(of: "linked.log")).head == .commit(id: commit, branch: "side"))
    try git("checkout", "--quiet", "--detach")
    #expect(try state().head == .commit(id: commit, branch: nil))
  }

  @Test("A damaged repository is a state with a reason")
  func damaged() throws {
    _ = try commitTwoFiles()
    try put("not an index", ".git/index")
    guard case .unreadable(let reason) = GitState.current(of: folder.path) else {
      Issue.record("A damaged index must be noticed.")
      return
    }
    #expect(reason.contains("libgit2"))
    #expect(GitState.unreadable(reason: "r").json["reason"] == "r")
  }

  @Test(
    "A repository that another user owns is a state with a reason", .enabled(if: geteuid() == 0))
  func otherOwner() throws {
    _ = try commitTwoFiles()
    let nobody: uid_t = 65534
    for name in [folder.path, folder.path(of: ".git")] { chown(name, nobody, nobody) }
    guard case .unreadable(let reason) = GitState.current(of: folder.path) else {
      Issue.record("libgit2 refuses repositories of other users.")
      return
    }
    #expect(reason.contains("another user"))
  }

  @Test("Looking changes no byte and no time of the repository")
  func readsOnly() throws {
    _ = try commitTwoFiles()
    // A changed time makes git want to refresh its index.
    try put("one\n", "a.txt")
    try put("changed\n", "b.txt")
    func snapshot() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().map { name in
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(of: name))
        let digest = (try? SHA256.digest(ofFileAt: folder.path(of: name)).hex) ?? "folder"
        return "\(name) \(digest) \(String(describing: attributes[.modificationDate]))"
      }
    }
    let before = try snapshot()
    #expect(try state().changedFileCount == 1)
    #expect(try snapshot() == before)
  }

  @Test("The address of the origin is recorded without credentials")
  func origin() throws {
    _ = try commitTwoFiles()
    try git("remote", "add", "origin", "https://name:secret@example.org/a/b@c.git")
    #expect(try state().origin == "https://example.org/a/b@c.git")
    #expect(GitState.withoutCredentials("git@example.org:a/b.git") == "git@example.org:a/b.git")
    #expect(GitState.withoutCredentials("ssh://git@example.org/a") == "ssh://example.org/a")
    #expect(GitState.withoutCredentials("/a/b@c") == "/a/b@c")
  }
}
