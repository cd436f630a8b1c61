import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Records

@Suite("Sending and taking anchors", .enabled(if: GitFixture.isAvailable))
struct AnchorExchangeTests {
  private static let ids = (0..<4).map { String(repeating: "\($0)", count: 12) }

  /// The content of a record's anchor.
  private static func record(_ id: String, _ note: Int = 1) throws -> [UInt8] {
    try CanonicalJSON.encode(["record_id": .string(id), "note": JSON(note)])
  }

  private static func name(_ id: String, _ note: Int = 1) throws -> AnchorName {
    .record(id: id, digest: SHA256.digest(of: try record(id, note)))
  }

  @discardableResult
  private static func anchor(_ id: String, _ note: Int = 1, in fixture: GitFixture) async throws
    -> GitAnchor
  {
    let outcome = try await AnchorStore(containing: fixture.path).anchor(
      try name(id, note),
      files: [GitAnchor.File(name: "record.json", bytes: try record(id, note))], time: note,
      sign: nil)
    switch outcome {
    case .anchored(let anchor), .unchanged(let anchor): return anchor
    }
  }

  private static func references(_ fixture: GitFixture) throws -> String {
    try fixture.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/replicate/*/**")
  }

  @Test("What one machine sends, another takes, with the parents it had, and twice is once")
  func roundTrip() async throws {
    let (first, hub, second) = (
      try GitFixture(), try GitFixture(isBare: true), try GitFixture()
    )
    try first.fill()
    try first.git(
      "remote", "add", "hub",
      "../../" + hub.path.split(separator: "/").suffix(2).joined(separator: "/"))
    for id in Self.ids.prefix(2) { try await Self.anchor(id, in: first) }
    try await Self.anchor(Self.ids[2], in: second)
    let (chain, before) = (try second.git("rev-parse", GitAnchor.latest), try first.bystanders())

    let pushing = AnchorExchange(with: "hub", repository: first.path)
    let sent = try await pushing.push()
    #expect(sent.moved == (try Self.ids.prefix(2).map { try Self.name($0).text }))
    #expect(sent.present == 0 && sent.refused.isEmpty)
    #expect(try Self.references(hub) == Self.references(first))
    #expect(try hub.git("for-each-ref", GitAnchor.latest) == "")
    let again = try await pushing.push()
    #expect(again.moved.isEmpty && again.present == 2)
    #expect(try first.bystanders() == before)

    let pulling = AnchorExchange(with: hub.path, repository: second.path)
    let taken = try await pulling.pull()
    #expect(taken.moved == sent.moved && taken.refused.isEmpty)
    #expect(try await pulling.pull().moved.isEmpty)
    #expect(try second.git("rev-parse", GitAnchor.latest) == chain)
    #expect(try second.git("rev-parse", "--verify", "--quiet", GitAnchor.latest) == chain)
    let back = try await AnchorExchange(with: hub.path, repository: second.path).push()
    #expect(back.moved == [try Self.name(Self.ids[2]).text])
    for fixture in [first, hub, second] { #expect(try fixture.problems() == "") }
  }

  @Test("Two records of one id, and two commits of one record, stand side by side on both sides")
  func sideBySide() async throws {
    let (here, there) = (try GitFixture(), try GitFixture())
    let ours = try await Self.anchor(Self.ids[0], 1, in: here)
    try await Self.anchor(Self.ids[0], 2, in: there)
    // The same record, anchored in another chain.
    let same = try await Self.anchor(Self.ids[0], 1, in: there)
    #expect(same.commit != ours.commit)
    let exchange = AnchorExchange(with: there.path, repository: here.path)
    #expect(try await exchange.pull().moved.count == 2)
    #expect(try await exchange.push().moved.count == 1)
    #expect(try await exchange.pull().moved.isEmpty)
    let name = try Self.name(Self.ids[0]).reference
    #expect(try here.git("rev-parse", name) == ours.commit)
    #expect(try here.git("rev-parse", "\(name).\(same.commit)") == same.commit)
    #expect(try there.git("rev-parse", "\(name).\(ours.commit)") == ours.commit)
    let store = try AnchorStore(containing: here.path)
    #expect(try store.references(ofRecord: Self.ids[0]).map { try store.anchor($0) }.count == 3)
    for fixture in [here, there] { #expect(try fixture.problems() == "") }
  }

  @Test("Anchors under names of the older form are moved, and get one of the present form")
  func olderForm() async throws {
    let (here, there) = (try GitFixture(), try GitFixture())
    let anchor = try await Self.anchor(Self.ids[0], in: there)
    try there.git("update-ref", "refs/replicate/records/\(Self.ids[0])", anchor.commit)
    try there.git("update-ref", "-d", anchor.name.reference)
    let exchange = AnchorExchange(with: there.path, repository: here.path)
    #expect(try await exchange.pull().moved == [anchor.name.text])
    #expect(try await exchange.push().present == 1)
    #expect(try here.git("rev-parse", anchor.name.reference) == anchor.commit)
  }

  @Test("What is not what its name says is named and not taken, and the rest is")
  func damaged() async throws {
    let (here, there) = (try GitFixture(), try GitFixture())
    try there.fill()
    for id in Self.ids { try await Self.anchor(id, in: there) }
    let other = try Self.name(Self.ids[3]).reference
    try there.git("update-ref", try Self.name(Self.ids[0]).reference, "HEAD")
    try there.git("update-ref", "refs/replicate/anchors/\(Self.ids[1])/x/y", "HEAD")
    let wrong = AnchorName.record(id: Self.ids[2], digest: SHA256.digest(of: "x"))
    try there.git("update-ref", wrong.reference, other)
    try there.git("update-ref", "-d", other)
    // An anchor that builds on something else than an anchor.
    let tree = try there.git("rev-parse", "\(try Self.name(Self.ids[1]).reference)^{tree}")
    let message = "Anchor the record \(Self.ids[1])"
    let child = try there.git("commit-tree", "-m", message, "-p", "HEAD", tree)
    try there.git("update-ref", "\(try Self.name(Self.ids[1]).reference).\(child)", child)

    let outcome = try await AnchorExchange(with: there.path, repository: here.path).pull()
    #expect(Set(outcome.moved) == (try Set(Self.ids[1...2].map { try Self.name($0).text })))
    #expect(outcome.refused.count == 3)
    #expect(outcome.refused.contains { $0.reference == wrong.text })
    #expect(try here.problems() == "")
    // What is damaged here is not sent either.
    let hub = try GitFixture(isBare: true)
    let sent = try await AnchorExchange(with: hub.path, repository: there.path).push()
    #expect(sent.moved.count == 2 && sent.refused.count == 3)
  }

  @Test("No more is moved at once than the limit, and again goes on")
  func limit() async throws {
    let (here, there) = (try GitFixture(), try GitFixture())
    for id in Self.ids { try await Self.anchor(id, in: there) }
    var limits = AnchorExchange.Limits()
    limits.count = 3
    let exchange = AnchorExchange(with: there.path, repository: here.path, limits: limits)
    let first = try await exchange.pull()
    #expect(
      first.moved.count == 3 && first.leftOver == 1)
    let second = try await exchange.pull()
    #expect(second.moved.count == 1 && second.leftOver == 0 && second.present == 3)
  }

  @Test("A remote that is not there, or names a program, is a sentence")
  func noRemote() async throws {
    let fixture = try GitFixture()
    for (remote, words) in [
      ("/nonexistent/repository", "There is no repository at /nonexistent/repository"),
      ("ext::sh -c 'touch x'", "is not an address"), ("--upload-pack=x", "is not an address"),
      ("http://127.0.0.1:1/x", "git ls-remote"),
      ("https://u:secret@127.0.0.1:1/x", "git ls-remote"),
    ] {
      let exchange = AnchorExchange(with: remote, repository: fixture.path)
      for run in [exchange.push, exchange.pull] {
        let error = await #expect(throws: AnchorError.self) { try await run() }
        #expect(error?.code == .transport)
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        #expect(error?.message.contains("secret") == false)
      }
    }
  }
}
