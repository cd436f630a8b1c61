import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Records

@Suite("Anchors of another machine", .enabled(if: GitFixture.isAvailable))
struct NetworkExchangeTests {
  /// A repository that is served on a port of this machine.
  private final class Server {
    let fixture: GitFixture
    private let process = Process()
    let address: String

    init() throws {
      fixture = try GitFixture(isBare: true)
      let port = Int.random(in: 20_000..<60_000)
      address = "git://127.0.0.1:\(port)/repository"
      // The program itself: a signal to `git daemon` would leave it behind.
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        "-c", "exec \"$(git --exec-path)/git-daemon\" \"$@\"", "sh", "--export-all",
        "--enable=receive-pack", "--listen=127.0.0.1", "--port=\(port)",
        "--base-path=\(fixture.folder.path)", "--reuseaddr",
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      for _ in 0..<200 {
        if try runProgram(GitFixture.program, ["ls-remote", address]).status == 0 { return }
        usleep(20_000)
      }
      throw AnchorError(.transport, "The server does not answer at \(address).")
    }

    deinit {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  private static func anchor(_ id: String, bytes: Int = 0, in fixture: GitFixture) async throws
    -> GitAnchor
  {
    let record = Array("{\"record_id\":\"\(id)\"}".utf8)
    var generator = SeededGenerator(seed: 1)
    let noise = (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let outcome = try await AnchorStore(containing: fixture.path).anchor(
      .record(id: id, digest: SHA256.digest(of: record)),
      files: [
        GitAnchor.File(name: "noise", bytes: noise),
        GitAnchor.File(name: "record.json", bytes: record),
      ], time: 1, sign: nil)
    switch outcome {
    case .anchored(let anchor), .unchanged(let anchor): return anchor
    }
  }

  @Test("are sent and taken as those of a folder are, and what is damaged is named")
  func roundTrip() async throws {
    let server = try Server()
    let (first, second) = (try GitFixture(), try GitFixture())
    try first.fill()
    try first.git("remote", "add", "hub", server.address)
    let anchors = [
      try await Self.anchor("aa", in: first), try await Self.anchor("bb", in: first),
    ]
    let before = try first.bystanders()
    let pushing = AnchorExchange(with: "hub", repository: first.path)
    #expect(try await pushing.push().moved == anchors.map(\.name.text))
    #expect(try await pushing.push().present == 2)
    #expect(try first.bystanders() == before)

    let name = anchors[0].name.reference
    let wrong = String(repeating: "0", count: 64)
    try server.fixture.git(
      "update-ref", "refs/replicate/anchors/aa/\(wrong)", anchors[1].commit)
    // A commit by another name goes by the first of them; this one is all that there is of a third.
    let tree = try server.fixture.git("rev-parse", "\(name)^{tree}")
    let other = try server.fixture.git("commit-tree", "-m", "Anchor the record cc", tree)
    try server.fixture.git("update-ref", "refs/replicate/anchors/cc/\(wrong)", other)
    let pulling = AnchorExchange(with: server.address, repository: second.path)
    let taken = try await pulling.pull()
    #expect(taken.moved.contains(anchors[0].name.text))
    #expect(taken.refused.contains { $0.reference.hasPrefix("anchors/cc/") })
    #expect(!taken.refused.isEmpty)
    #expect(try second.problems() == "")
    // Of two with one name, both are kept on the other side as well.
    let mine = try await Self.anchor("aa", in: second)
    #expect(mine.commit == anchors[0].commit)
  }

  @Test("are not taken beyond what a transfer may cost, and the rest is")
  func limits() async throws {
    let server = try Server()
    let (sender, small, here) = (try GitFixture(), try GitFixture(), try GitFixture())
    let large = try await Self.anchor("aa", bytes: 6 << 20, in: sender)
    let ours = try await Self.anchor("bb", in: small)
    for fixture in [sender, small] {
      #expect(
        try await AnchorExchange(with: server.address, repository: fixture.path).push().refused
          .isEmpty)
    }
    var limits = AnchorExchange.Limits()
    limits.transferBytes = 1 << 20
    let outcome = try await AnchorExchange(
      with: server.address, repository: here.path, limits: limits
    ).pull()
    #expect(outcome.moved == [ours.name.text])
    #expect(outcome.refused.map(\.reference) == [large.name.text])
    #expect(try here.problems() == "")
    limits.listingBytes = 10
    await #expect(throws: AnchorError.self) {
      try await AnchorExchange(with: server.address, repository: here.path, limits: limits).pull()
    }
  }
}
