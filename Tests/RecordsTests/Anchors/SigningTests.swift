import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Provenance
@testable import Records

@Suite("Signed anchors", .enabled(if: GitFixture.isAvailable))
struct SigningTests {
  private static let hasSSH = FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")

  /// A repository, and settings of a user of its own.
  private let fixture: GitFixture
  private let user: GitUserSettings

  init() throws {
    fixture = try GitFixture()
    user = GitUserSettings(files: [try fixture.folder.write([], to: "settings")])
    try fixture.git("config", "commit.gpgsign", "true")
  }

  private func set(_ name: String, _ value: String) throws {
    try fixture.git("config", "--file", fixture.folder.path(of: "settings"), name, value)
  }

  private func anchor(_ id: String = "aa") async throws -> GitAnchor {
    let record = Array("{\"record_id\":\"\(id)\"}".utf8)
    let outcome = try await AnchorStore(containing: fixture.path, user: user).anchor(
      .record(id: id, digest: SHA256.digest(of: record)),
      files: [GitAnchor.File(name: "record.json", bytes: record)], time: 1_748_781_296
    ) { try await GitProgram.signature($0, of: $1) }
    guard case .anchored(let anchor) = outcome else {
      throw AnchorError(.signing, "The record was expected to be new.")
    }
    return anchor
  }

  /// Makes a key of ssh and gives its path.
  private func key(_ name: String) throws -> String {
    let key = fixture.folder.path(of: name)
    try runProgram("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
    return key
  }

  /// The same commit with another message, which its signature is not over.
  private func changed(_ anchor: GitAnchor) -> GitAnchor {
    let signature = anchor.signature.map {
      GitSignature(text: $0.text, signed: $0.signed + [UInt8(ascii: "!")])
    }
    return GitAnchor(
      name: anchor.name, commit: anchor.commit, parent: nil, time: anchor.time,
      signature: signature, files: anchor.files)
  }

  @Test(
    "A key of ssh signs as git does, and whose it is says the user's file of signers alone",
    .enabled(if: hasSSH, "ssh-keygen is not installed"))
  func ssh() async throws {
    try fixture.git("config", "gpg.format", "ssh")
    try fixture.git("config", "user.signingkey", fixture.folder.path(of: "absent"))
    let error = await #expect(throws: AnchorError.self) { try await self.anchor() }
    #expect(error?.code == .signing && error?.message.contains("/absent") == true)
    #expect(try fixture.git("for-each-ref") == "")

    let key = try key("key")
    try fixture.git("config", "user.signingkey", key)
    let anchor = try await self.anchor()
    let publicKey = try String(contentsOfFile: key + ".pub", encoding: .utf8)
    let line = "ada@example.org \(publicKey)"
    let signers = try fixture.folder.write(Array(line.utf8), to: "signers")
    try fixture.git("config", "gpg.ssh.allowedSignersFile", signers)
    try fixture.git("verify-commit", anchor.commit)
    #expect(try fixture.problems() == "")

    // What the repository says of signers tells nothing.
    let unknown = await Signer(of: anchor, user: user)
    guard case .key(let found) = unknown else {
      Issue.record("The signature is valid: \(unknown)")
      return
    }
    #expect(found.principals == [] && unknown.isMade(by: found.fingerprints[0]))
    #expect(unknown.text.contains("allowedSignersFile") && !unknown.isMade(by: "ada@example.org"))

    try set("gpg.ssh.allowedSignersFile", signers)
    let known = await Signer(of: anchor, user: user)
    #expect(known.isMade(by: "ada@example.org") && known.isMade(by: found.fingerprints[0]))
    #expect(!known.isMade(by: "eve@example.org") && !known.isMade(by: "SHA256:"))
    #expect(known.text.contains("signed by ada@example.org (SHA256:"))
    guard case .invalid = await Signer(of: changed(anchor), user: user) else {
      Issue.record("The signature is of another commit.")
      return
    }
    let other = try self.key("other")
    let stranger = try String(contentsOfFile: other + ".pub", encoding: .utf8)
    try Data("eve@example.org \(stranger)".utf8).write(to: URL(filePath: signers))
    #expect(await Signer(of: anchor, user: user).text.contains("names nobody for"))
    let expired = "ada@example.org valid-before=\"20200101\" \(publicKey)"
    try Data(expired.utf8).write(to: URL(filePath: signers))
    #expect(await Signer(of: anchor, user: user).isMade(by: "ada@example.org") == false)
  }

  @Test(
    "A key of GnuPG signs as git does, and is by whom GnuPG is told to trust",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gpg"), "gpg is not installed"))
  func openPGP() async throws {
    func program(_ name: String) throws -> (home: String, path: String) {
      let home = fixture.folder.path(of: name)
      try FileManager.default.createDirectory(
        atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let path = try fixture.folder.write(
        Array("#!/bin/sh\nexec /usr/bin/gpg --homedir '\(home)' \"$@\"\n".utf8), to: "p\(name)")
      chmod(path, 0o755)
      return (home, path)
    }
    let (home, path) = try program("g")
    let (otherHome, otherPath) = try program("h")
    defer {
      for home in [home, otherHome] {
        _ = try? runProgram("/usr/bin/gpgconf", ["--homedir", home, "--kill", "all"])
      }
    }
    let made = try runProgram(
      path,
      [
        "--batch", "--quiet", "--passphrase", "", "--quick-generate-key",
        "Ada <ada@example.org>", "ed25519", "sign",
      ])
    try #require(made.status == 0)
    try set("gpg.program", path)
    let anchor = try await self.anchor()
    try fixture.git("-c", "gpg.program=\(path)", "verify-commit", anchor.commit)
    let known = await Signer(of: anchor, user: user)
    guard case .key(let key) = known else {
      Issue.record("The signature is valid: \(known)")
      return
    }
    #expect(known.isMade(by: "ada@example.org") && known.isMade(by: "Ada <ada@example.org>"))
    #expect(known.isMade(by: key.fingerprints[0].lowercased()))
    guard case .invalid = await Signer(of: changed(anchor), user: user) else {
      Issue.record("The signature is of another commit.")
      return
    }
    // Somebody who has the key and does not know whose it is.
    try set("gpg.program", otherPath)
    guard case .unverified = await Signer(of: anchor, user: user) else {
      Issue.record("The key is not there.")
      return
    }
    let exported = try runProgram(path, ["--export", "--armor"])
    let file = try fixture.folder.write(exported.output, to: "public")
    try runProgram(otherPath, ["--batch", "--quiet", "--import", file])
    let imported = await Signer(of: anchor, user: user)
    #expect(!imported.isMade(by: "ada@example.org") && imported.isMade(by: key.fingerprints[0]))
    #expect(imported.text.contains("not told GnuPG to trust"))
  }

  @Test("A program that makes no signature, or is not there, is a sentence and no anchor")
  func failures() async throws {
    for (program, words) in [
      ("/bin/true", "could not sign with the key Ada"), ("/nonexistent/gpg", "was not found"),
    ] {
      try set("gpg.program", program)
      let error = await #expect(throws: AnchorError.self) { try await self.anchor() }
      #expect(error?.code == .signing)
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
      #expect(try fixture.git("for-each-ref") == "")
    }
  }
}
