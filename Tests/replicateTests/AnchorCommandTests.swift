import Foundation
import TestSupport
import Testing

@Suite("Commands in a repository that somebody else has made", .enabled(if: GitFixture.isAvailable))
struct AnchorCommandTests {
  private let fixture: GitFixture
  private let home: TemporaryFolder

  init() throws {
    fixture = try GitFixture()
    home = try TemporaryFolder()
    for name in ["manifests", "experiments"] {
      try FileManager.default.copyItem(
        at: Checkout.folder.appending(path: name),
        to: URL(filePath: fixture.path + "/\(name)"))
    }
  }

  /// A program that leaves a trace of having been run, and then fails.
  private func canary(_ name: String) throws -> String {
    let path = try fixture.folder.write(
      Array("#!/bin/sh\ntouch '\(fixture.folder.path)/ran-\(name)'\nexit 1\n".utf8),
      to: "canaries/\(name)")
    chmod(path, 0o755)
    return path
  }

  private func traces() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
      .filter { $0.hasPrefix("ran-") }
  }

  /// Everything that git's settings and folders can name a program by.
  private func arm(_ repository: String) throws {
    func set(_ name: String, _ value: String) throws {
      try fixture.git("config", name, value, in: repository)
    }
    for name in [
      "core.sshCommand", "core.fsmonitor", "gpg.program", "gpg.openpgp.program", "gpg.ssh.program",
      "gpg.x509.program", "credential.helper", "core.askPass", "core.gitProxy", "core.pager",
      "core.editor", "sequence.editor", "diff.external", "filter.x.clean", "filter.x.smudge",
      "filter.x.process", "diff.x.command", "diff.x.textconv", "merge.x.driver",
      "uploadpack.packObjectsHook", "core.alternateRefsCommand", "gc.recentObjectsHook",
      "remote.origin.uploadpack", "remote.origin.receivepack", "remote.origin.vcs",
      "gpg.ssh.defaultKeyCommand", "interactive.diffFilter", "sendemail.sendmailcmd", "man.x.cmd",
      "browser.x.cmd", "trailer.x.command", "credential.https://127.0.0.1.helper",
    ] {
      try set(name, try canary(name.replacing("/", with: "_")))
    }
    let hooks = fixture.folder.path(of: "hooks")
    for name in [
      "pre-push", "reference-transaction", "post-checkout", "pre-auto-gc", "pre-receive", "update",
      "post-receive", "post-update", "proc-receive", "fsmonitor-watchman", "post-index-change",
      "pre-commit", "commit-msg", "post-commit", "push-to-checkout", "post-merge",
    ] {
      let own = (repository as NSString).appendingPathComponent(
        FileManager.default.fileExists(atPath: repository + "/.git") ? ".git/hooks" : "hooks")
      for folder in [hooks, own] {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        try? FileManager.default.copyItem(
          atPath: try canary("hook-\(name)"), toPath: "\(folder)/\(name)")
      }
    }
    try set("core.hooksPath", hooks)
    try set("protocol.ext.allow", "always")
    try set("url.ext::\(try canary("insteadOf")) .insteadOf", "short:")
    try set("alias.fetch", "!\(try canary("alias"))")
    try set("alias.push", "!\(try canary("alias"))")
    try set("gc.auto", "1")
    let included = try fixture.folder.write(
      Array("[core]\n\tsshCommand = \(try canary("included"))\n".utf8), to: "included")
    try set("include.path", included)
  }

  /// Runs the program in the repository, as a user with settings of his own.
  @discardableResult
  private func run(_ arguments: [String], in place: String? = nil) throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: Program.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: place ?? fixture.path)
    process.environment = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "GIT_SSH_COMMAND": home.path(of: "ssh"),
      "GIT_SSH_VARIANT": "simple", "TMPDIR": NSTemporaryDirectory(),
    ]
    let output = Pipe()
    let errors = home.path(of: "errors")
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Finished(
      output: String(decoding: bytes, as: UTF8.self),
      error: try String(contentsOfFile: errors, encoding: .utf8),
      status: process.terminationStatus,
      wasKilled: process.terminationReason == .uncaughtSignal)
  }

  @Test("run no program that it names, and use the user's own")
  func canaries() throws {
    // The user's way to other machines: this one, by another name.
    let script = """
      #!/bin/sh
      echo "$@" >>'\(home.path)/used'
      for c; do :; done
      exec sh -c "$c"
      """
    chmod(try home.write(Array(script.utf8), to: "ssh"), 0o755)
    let hub = try GitFixture(isBare: true)
    let near = fixture.folder.path(of: "near.git")
    try runProgram(GitFixture.program, ["init", "--quiet", "--bare", near])
    try arm(fixture.path)
    try arm(near)
    try fixture.put("* filter=x diff=x merge=x\n", ".gitattributes")
    try fixture.git("config", "remote.origin.url", "ssh://host\(hub.path)")
    try fixture.git("config", "remote.short.url", "short:x")
    try fixture.git("config", "remote.option.url", "--upload-pack=x")

    try fixture.git("config", "commit.gpgsign", "true")
    let unsigned = try run(["tiny"])
    #expect(unsigned.status == 0 && unsigned.error.contains("not anchored in git: "))
    try fixture.git("config", "gpg.format", "ssh")
    try fixture.git("config", "user.signingkey", home.path(of: "absent"))
    #expect(try run(["lock", "tiny", "--intend"]).status == 7)
    try fixture.git("config", "commit.gpgsign", "false")
    #expect(try run(["lock", "tiny", "--intend"]).status == 0)
    #expect(try run(["tiny", "--repeat"]).error.contains("anchored in git as "))
    let records = fixture.path + "/artifacts/records"
    let ids = try FileManager.default.contentsOfDirectory(atPath: records).filter {
      $0.count == 12
    }
    for id in ids { #expect(try run(["audit", id]).status == 0) }
    #expect(try run(["log"]).status == 0)
    for (remote, status) in [
      ("origin", 0), (near, 0), ("short", 7), ("option", 7), ("ext::x y", 7), ("origin", 0),
    ] {
      for verb in ["push", "pull"] {
        let finished = try run(["anchors", verb, remote])
        #expect(finished.status == Int32(status), "\(verb) \(remote): \(finished.error)")
      }
    }
    #expect(try traces() == [])
    // The same programs do run when git is let loose on the same repository.
    _ = try? fixture.git("fetch", "origin")
    #expect(try traces() != [])
    let expected = try hub.git("for-each-ref", "--format=%(refname)", "refs/replicate/")
    #expect(expected.split(separator: "\n").count == 3)
    let used = try String(contentsOfFile: home.path(of: "used"), encoding: .utf8)
    #expect(used.contains("receive-pack"))

    let other = try GitFixture()
    let taken = try run(["anchors", "pull", "ssh://host\(hub.path)"], in: other.path)
    #expect(taken.status == 0 && taken.output.contains("3 anchors taken from"))
    #expect(try other.git("for-each-ref", "--format=%(refname)") == expected)
    #expect(try other.problems() == "")
  }
}
