import Foundation
import Provenance
import TestSupport
import Testing

@testable import Replication

@Suite("Signed anchors", .enabled(if: GitFixture.isAvailable))
struct SigningTests {
  private static func anchor(in fixture: GitFixture) async throws -> AnchorOutcome {
    try await AnchorStore(containing: fixture.path).anchor(
      "aa", files: [GitAnchor.File(name: "record.json", bytes: Array("{}".utf8))], time: 1
    ) { try await GitProgram.signature($0, of: $1) }
  }

  @Test(
    "A key of ssh signs as git does, so that git verifies it",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen"),
      "ssh-keygen is not installed"))
  func ssh() async throws {
    let fixture = try GitFixture()
    let key = fixture.folder.path(of: "key")
    try runProgram("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
    let publicKey = try String(contentsOfFile: key + ".pub", encoding: .utf8)
    let signers = try fixture.folder.write(
      Array("ada@example.org \(publicKey)".utf8), to: "signers")
    try fixture.git("config", "commit.gpgsign", "true")
    try fixture.git("config", "gpg.format", "ssh")
    try fixture.git("config", "gpg.ssh.allowedSignersFile", signers)
    try fixture.git("config", "user.signingkey", key + "-absent")
    let error = await #expect(throws: AnchorError.self) { try await Self.anchor(in: fixture) }
    #expect(error?.code == .signing)
    #expect(error?.message.contains(key + "-absent") == true)
    #expect(try fixture.git("for-each-ref") == "")

    try fixture.git("config", "user.signingkey", key)
    guard case .anchored(let anchor) = try await Self.anchor(in: fixture) else {
      Issue.record("The record was expected to be new.")
      return
    }
    #expect(anchor.isSigned)
    try fixture.git("verify-commit", anchor.commit)
    #expect(try fixture.problems() == "")
    #expect(try await Self.anchor(in: fixture) == .unchanged(anchor))
  }

  @Test(
    "A key of GnuPG signs as git does, so that git verifies it",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gpg"), "gpg is not installed"))
  func openPGP() async throws {
    let fixture = try GitFixture()
    let home = fixture.folder.path(of: "g")
    try FileManager.default.createDirectory(
      atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { _ = try? runProgram("/usr/bin/gpgconf", ["--homedir", home, "--kill", "all"]) }
    let made = try runProgram(
      "/usr/bin/gpg",
      [
        "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--quick-generate-key",
        "Ada <ada@example.org>", "ed25519", "sign",
      ])
    try #require(made.status == 0)
    let program = try fixture.folder.write(
      Array("#!/bin/sh\nexec /usr/bin/gpg --homedir '\(home)' \"$@\"\n".utf8), to: "program")
    chmod(program, 0o755)
    try fixture.git("config", "commit.gpgsign", "true")
    try fixture.git("config", "gpg.program", program)
    guard case .anchored(let anchor) = try await Self.anchor(in: fixture) else {
      Issue.record("The record was expected to be new.")
      return
    }
    #expect(anchor.isSigned)
    try fixture.git("verify-commit", anchor.commit)
  }

  @Test("A program that makes no signature, or is not there, is a sentence and no anchor")
  func failures() async throws {
    let fixture = try GitFixture()
    try fixture.git("config", "commit.gpgsign", "true")
    for (program, words) in [
      ("/bin/true", "could not sign with the key Ada"), ("/nonexistent/gpg", "was not found"),
    ] {
      try fixture.git("config", "gpg.program", program)
      let error = await #expect(throws: AnchorError.self) { try await Self.anchor(in: fixture) }
      #expect(error?.code == .signing)
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
      #expect(try fixture.git("for-each-ref") == "")
    }
  }
}
