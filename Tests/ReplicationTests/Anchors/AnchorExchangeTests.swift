import Foundation
import Provenance
import TestSupport
import Testing

@testable import Replication

@Suite("Sending and taking anchors", .enabled(if: GitFixture.isAvailable))
struct AnchorExchangeTests {
  private static let ids = (0..<4).map { String(repeating: "\($0)", count: 12) }

  private static func anchor(
    _ id: String, about: String? = nil, sealed: Int = 1, in fixture: GitFixture
  ) async throws {
    let record: JSON = ["record_id": .string(about ?? id), "sealed": JSON(sealed)]
    _ = try await AnchorStore(containing: fixture.path).anchor(
      id, files: [GitAnchor.File(name: "record.json", bytes: try CanonicalJSON.encode(record))],
      time: sealed
    ) { _, _ in "" }
  }

  private static func references(_ fixture: GitFixture) throws -> String {
    try fixture.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/replicate/records")
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

    let pushing = AnchorExchange(with: "hub", artifacts: first.path)
    let sent = try await pushing.push()
    #expect(sent.moved == Array(Self.ids.prefix(2)) && sent.present.isEmpty)
    #expect(sent.exitCode == 0)
    #expect(try Self.references(hub) == Self.references(first))
    #expect(try hub.git("for-each-ref", GitAnchor.latest) == "")
    let again = try await pushing.push()
    #expect(again.moved.isEmpty && again.present == Array(Self.ids.prefix(2)))
    #expect(try first.bystanders() == before)

    let pulling = AnchorExchange(with: hub.path, artifacts: second.path + "/not/yet")
    let taken = try await pulling.pull()
    #expect(taken.moved == Array(Self.ids.prefix(2)) && taken.conflicts.isEmpty)
    #expect(try await pulling.pull().moved.isEmpty)
    #expect(try second.git("rev-parse", GitAnchor.latest) == chain)
    let anchors = try AnchorStore(containing: second.path)
    #expect(
      try anchors.anchor(of: Self.ids[1])?.parent == anchors.anchor(of: Self.ids[0])?.commit)
    #expect(try anchors.anchors().map(\.id) == Array(Self.ids.prefix(3)))
    #expect(try second.git("rev-parse", "--verify", "--quiet", GitAnchor.latest) == chain)
    #expect(
      try await AnchorExchange(with: hub.path, artifacts: second.path).push().moved == [Self.ids[2]]
    )
    for fixture in [first, hub, second] { #expect(try fixture.problems() == "") }
  }

  @Test("Another anchor on the other side is named and kept on both, and the rest is moved")
  func conflict() async throws {
    let (here, there) = (try GitFixture(), try GitFixture())
    // The same evidence in two chains is no conflict.
    try await Self.anchor(Self.ids[1], in: here)
    try await Self.anchor(Self.ids[0], sealed: 2, in: there)
    try await Self.anchor(Self.ids[1], in: there)
    try await Self.anchor(Self.ids[0], in: here)
    try await Self.anchor(Self.ids[2], in: here)
    try await Self.anchor(Self.ids[3], in: there)
    let ours = try here.git("rev-parse", GitAnchor.reference(of: Self.ids[0]))
    let theirs = try there.git("rev-parse", GitAnchor.reference(of: Self.ids[0]))
    let exchange = AnchorExchange(with: there.path, artifacts: here.path)
    let before = try here.bystanders()
    for outcome in [try await exchange.pull(), try await exchange.push()] {
      #expect(outcome.conflicts.map(\.id) == [Self.ids[0]])
      #expect(outcome.conflicts.first?.differences.map(\.name) == ["record.json"])
      #expect(outcome.present.contains(Self.ids[1]))
      #expect(outcome.moved == [Self.ids[outcome.direction == .pull ? 3 : 2]])
      #expect(outcome.exitCode == 3 && outcome.text.plain.contains(Self.ids[0]))
      #expect(outcome.json["conflicts"] != [])
    }
    #expect(try here.git("rev-parse", GitAnchor.reference(of: Self.ids[0])) == ours)
    #expect(try there.git("rev-parse", GitAnchor.reference(of: Self.ids[0])) == theirs)
    #expect(try here.bystanders() == before)
  }

  @Test("What is no anchor of its record is not taken")
  func damaged() async throws {
    let (here, there) = (try GitFixture(), try GitFixture())
    try await Self.anchor(Self.ids[0], about: Self.ids[1], in: there)
    let exchange = AnchorExchange(with: there.path, artifacts: here.path)
    let error = await #expect(throws: AnchorError.self) { try await exchange.pull() }
    #expect(error?.code == .damaged)
    try there.fill()
    try there.git("update-ref", GitAnchor.reference(of: Self.ids[0]), "HEAD")
    await #expect(throws: ProvenanceError.self) { try await exchange.pull() }
    #expect(try here.git("for-each-ref") == "")
    // References that are not named like a record are none of ours.
    try there.git("update-ref", "-d", GitAnchor.reference(of: Self.ids[0]))
    try there.git("update-ref", GitAnchor.records + "x/y", "HEAD")
    #expect(try await exchange.pull().moved.isEmpty)
  }

  @Test("A remote that is not there is a sentence with git's own words")
  func noRemote() async throws {
    let fixture = try GitFixture()
    let exchange = AnchorExchange(with: "/nonexistent/repository", artifacts: fixture.path)
    let error = await #expect(throws: AnchorError.self) { try await exchange.push() }
    #expect(error?.code == .transport)
    #expect(error?.message.contains("/nonexistent/repository") == true)
    #expect(error?.message.contains("git ls-remote") == true)
  }
}
