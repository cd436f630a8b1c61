import Foundation

/// A real git repository in a folder of its own, with the git program.
package struct GitFixture {
  package static let program = "/usr/bin/git"
  package static let isAvailable = FileManager.default.isExecutableFile(atPath: program)

  /// The folder, which is removed with this value.
  package let folder: TemporaryFolder
  /// The repository: `repository` in the folder, a working tree or bare.
  package var path: String { folder.path(of: "repository") }

  /// Makes a repository without a commit; nothing of the user's settings is at work in it.
  package init(isBare: Bool = false) throws {
    folder = try TemporaryFolder()
    try runProgram(
      Self.program,
      ["init", "--quiet", "--initial-branch=main", path] + (isBare ? ["--bare"] : []))
    try git("config", "commit.gpgsign", "false")
    try git("config", "user.name", "Ada")
    try git("config", "user.email", "ada@example.org")
  }

  /// Runs git in the repository, or in another folder, and gives its output without the last line feed.
  @discardableResult
  package func git(_ arguments: String..., in folder: String? = nil) throws -> String {
    let result = try runProgram(Self.program, arguments, in: folder ?? path)
    guard result.status == 0 else {
      throw GitFixtureError(description: "git \(arguments) ended with \(result.status)")
    }
    let text = String(decoding: result.output, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// Commits one file, and leaves another one staged and a third one changed.
  package func fill() throws {
    for name in ["a", "b", "c"] { try put("one\n", name) }
    try git("add", "a", "c")
    try git("commit", "--quiet", "--message=first")
    try git("add", "b")
    try put("two\n", "c")
  }

  /// Writes a file of the working tree.
  package func put(_ text: String, _ name: String) throws {
    _ = try folder.write(Array(text.utf8), to: "repository/\(name)")
  }

  /// Everything that anchoring must leave alone: HEAD, branches, index, working tree, and the log of HEAD.
  package func bystanders(in worktree: String? = nil) throws -> [String] {
    let place = worktree ?? path
    let isBare = try git("rev-parse", "--is-bare-repository", in: place) == "true"
    let own = try git("rev-parse", "--absolute-git-dir", in: place)
    func bytes(_ name: String) -> String {
      FileManager.default.contents(atPath: "\(own)/\(name)")?.base64EncodedString() ?? "none"
    }
    let seen = try [
      bytes("HEAD"), bytes("index"), bytes("logs/HEAD"), bytes("FETCH_HEAD"),
      git("for-each-ref", "refs/heads", "refs/tags", "refs/remotes", in: place),
    ]
    return try seen + [
      isBare
        ? "" : git("--no-optional-locks", "status", "--porcelain=v2", "--branch", in: place)
    ]
  }

  /// What `git fsck` says, except about commits that nothing leads to.
  package func problems() throws -> String { try git("fsck", "--strict", "--no-dangling") }
}

/// A command of git that failed.
package struct GitFixtureError: Error, CustomStringConvertible {
  package let description: String
}
