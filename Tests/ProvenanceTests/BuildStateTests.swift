import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Provenance

/// A package in a repository, and the script that says what it is built from.
struct BuildFixture {
  let git: GitFixture

  static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(
      path: "scripts/build-state.sh"
    ).path

  init() throws {
    git = try GitFixture()
    for name in ["Package.swift", "Sources/a/a.swift", "README.md", ".env", "Sources/a/b.c"] {
      try git.put("one\n", name)
    }
    try git.put("*.log\n", ".gitignore")
    try git.git("add", ".")
    try git.git("commit", "--quiet", "--message=first")
  }

  /// What the script writes for a package: this one, or another.
  func state(of package: String? = nil) throws -> String {
    let output = git.folder.path(of: "output")
    let finished = try runProgram(Self.script, [package ?? git.path, output])
    #expect(finished.status == 0)
    return try String(contentsOfFile: output + "/BuildState.swift", encoding: .utf8)
  }

  /// The patch that a state holds.
  func patch(_ state: String) throws -> [UInt8] {
    let text = state.components(separatedBy: "\"\"\"")
    guard text.count == 3 else { return [] }
    return [UInt8](try #require(Data(base64Encoded: text[1], options: .ignoreUnknownCharacters)))
  }
}

@Suite("What a program is built from", .enabled(if: GitFixture.isAvailable))
struct BuildStateTests {
  @Test("is the commit and the branch, whatever else was changed")
  func clean() throws {
    let fixture = try BuildFixture()
    try fixture.git.put("SECRET=1\n", ".env")
    try fixture.git.put("SECRET=2\n", "Sources/a/.env")
    try fixture.git.put("two\n", "README.md")
    let state = try fixture.state()
    let commit = try fixture.git.git("rev-parse", "HEAD")
    #expect(state.contains("commit: \"\(commit)\", branch: \"main\""))
    #expect(state.contains("changedFileCount: 0, untrackedCount: 0"))
    #expect(state.contains("patch: nil") && state.contains("origin: nil"))
    try fixture.git.git("checkout", "--quiet", "--detach")
    #expect(try fixture.state().contains("branch: nil"))
  }

  @Test("and a patch of the program's own files, new and ignored ones too, which git applies")
  func patch() throws {
    let fixture = try BuildFixture()
    let before = try fixture.git.bystanders()
    #expect(before.count == 6)
    try fixture.git.put("SECRET=1\n", ".env")
    try fixture.git.put("two, é\nno line feed", "Sources/a/a.swift")
    try FileManager.default.removeItem(atPath: fixture.git.path + "/Sources/a/b.c")
    try fixture.git.put("new\n", "Sources/a/n.swift")
    try fixture.git.put("new\n", "Sources/a/x.log")
    try fixture.git.put("*.h\n", ".git/info/exclude")
    try fixture.git.put("compiled all the same\n", "Sources/a/i.h")
    let status = try fixture.git.bystanders()
    let state = try fixture.state()
    #expect(try fixture.git.bystanders() == status)
    #expect(state.contains("changedFileCount: 2, untrackedCount: 2"))
    let patch = try fixture.patch(state)
    #expect(state.contains(SHA256.digest(of: patch).hex))
    let text = String(decoding: patch, as: UTF8.self)
    #expect(!text.contains("SECRET") && !text.contains("x.log"))
    let clone = fixture.git.folder.path(of: "clone")
    try fixture.git.git("clone", "--quiet", ".", clone)
    let file = try fixture.git.folder.write(patch, to: "patch")
    try fixture.git.git("apply", file, in: clone)
    for name in ["a.swift", "n.swift", "i.h"] {
      #expect(
        try OpenFile.contents(of: "\(clone)/Sources/a/\(name)")
          == OpenFile.contents(of: "\(fixture.git.path)/Sources/a/\(name)"))
    }
    #expect(!FileManager.default.fileExists(atPath: clone + "/Sources/a/b.c"))
  }

  @Test("A patch that is too long is only hashed, and a file that would be the same is left alone")
  func longAndSame() throws {
    let fixture = try BuildFixture()
    let output = ContainedPath(fixture.git.folder.path(of: "output/BuildState.swift"))
    _ = try fixture.state()
    let first = try #require(try FileStatus(at: output))
    _ = try fixture.state()
    #expect(try FileStatus(at: output) == first)
    var generator = SeededGenerator(seed: 1)
    let noise = (0..<100_000).map { _ in String(generator.next(), radix: 36) }
    try fixture.git.put(noise.joined(separator: "\n"), "Sources/a/a.swift")
    let state = try fixture.state()
    #expect(state.contains("patch: nil") && state.contains("patchDigest: Digest(hex: "))
  }

  @Test("Without a repository, without a commit, and in somebody else's repository that is said")
  func unusual() throws {
    let fixture = try BuildFixture()
    let folder = try TemporaryFolder()
    let none = "static let code = GitState.noRepository"
    #expect(try fixture.state(of: folder.path).contains(none))
    // Unpacked in a repository that does not know of it.
    try fixture.git.put("x", "unpacked/Package.swift")
    #expect(try fixture.state(of: fixture.git.path + "/unpacked").contains(none))
    let empty = try GitFixture()
    try empty.put("x", "Package.swift")
    try empty.git("add", "Package.swift")
    #expect(try fixture.state(of: empty.path).contains("commit: nil, branch: \"main\""))
    try fixture.git.git("branch", "--quiet", "a\"b")
    try fixture.git.git("symbolic-ref", "HEAD", "refs/heads/a\"b")
    #expect(try fixture.state().contains(#"branch: "a\"b""#))
  }
}
