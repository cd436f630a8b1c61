import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Assets

/// How long a client would have waited.
final class WaitRecorder: Sendable {
  private let list = Mutex<[Duration]>([])
  var waits: [Duration] { list.withLock { $0 } }
  func record(_ wait: Duration) { list.withLock { $0.append(wait) } }
}

@Suite("Downloads from the Hub", .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct HubDownloadTests {
  private static let weights = HubClientFixture.content(300_000)
  private let hub: HubClientFixture

  init() throws {
    hub = try HubClientFixture(page: 2)
    for repository in ["models/owner/model", "datasets/owner/rows"] {
      try hub.settle(repository)
      try hub.server.add("{}", "config.json", to: repository)
      try hub.server.add(Self.weights, "model.safetensors", to: repository)
      try hub.server.add("", "sub/empty.txt", to: repository)
      try hub.server.add("plus", "sub/a+b=c.txt", to: repository)
    }
  }

  private var weights: Digest { SHA256.digest(of: Self.weights) }

  // MARK: - What is right

  @Test("Files come by the list's digests, large ones from the storage, without a pin or with one")
  func downloads() async throws {
    let found = try await hub.contents(
      hub.asset("config.json"), hub.asset("model.safetensors"),
      hub.asset("sub/empty.txt", sha256: SHA256.digest(of: ""), bytes: 0),
      hub.asset("sub/a+b=c.txt"))
    #expect(found == [Array("{}".utf8), Self.weights, [], Array("plus".utf8)])
    let log = try hub.server.log()
    // Three pages: nothing else of the repository, and never its folders.
    #expect(log.count { $0.path.hasPrefix("/api/models/owner/model/tree/") } == 3)
    #expect(
      log.contains { $0.path.hasSuffix("/resolve/\(HubClientFixture.commit)/sub/a%2Bb%3Dc.txt") })
    #expect(log.count { $0.server == "storage" } == 1)
    #expect(!log.contains { $0.path.contains("xet") } && hub.retries() == 0)
  }

  @Test("The list is read only until all wanted files are found, data sets have their own paths")
  func stopsListing() async throws {
    _ = try await hub.contents(hub.asset("config.json", of: "owner/rows", kind: .dataset))
    let paths = try hub.server.log().map(\.path)
    #expect(
      paths == [
        "/api/datasets/owner/rows/tree/\(HubClientFixture.commit)?recursive=true&expand=false",
        "/datasets/owner/rows/resolve/\(HubClientFixture.commit)/config.json",
        "/api/resolve-cache/datasets/owner/rows/\(HubClientFixture.commit)/config.json",
      ])
  }

  @Test("A list is asked for once for all calls, and a branch stays the commit that it was")
  func listsOnce() async throws {
    let assets = ["config.json", "model.safetensors"].map { hub.asset($0, revision: "main") }
    for isExpected in [true, false] {
      let before = try hub.server.log().count
      var resolver = hub.resolver()
      if isExpected { resolver.expected = assets }
      for asset in assets { _ = try await resolver.resolve([asset]) }
      let paths = try hub.server.log().dropFirst(before).map(\.path)
      #expect(paths.count { $0.contains("/revision/") } == 1)
      #expect(
        paths.count { $0.contains("/tree/\(HubClientFixture.commit)") } == (isExpected ? 1 : 2))
    }
  }

  @Test("What was downloaded is known the next time, without asking, even offline")
  func remembers() async throws {
    let assets = [hub.asset("config.json"), hub.asset("model.safetensors")]
    #expect(try hub.resolver().plannedDownloads(for: assets).map(\.item) == assets.map(\.name))
    let first = try await hub.resolver().resolve(assets)
    let count = try hub.server.log().count
    var offline = hub
    offline.isOffline = true
    for resolver in [hub.resolver(), offline.resolver()] {
      #expect(try await resolver.resolve(assets) == first)
      #expect(try resolver.plannedDownloads(for: assets).isEmpty)
      #expect(!assets.contains(where: resolver.isMissing))
    }
    #expect(try hub.server.log().count == count)
    // A list that is damaged is one that says nothing.
    for file in hub.folder.files() where file.hasPrefix("store/hub/") {
      _ = try hub.folder.write(Array("{}".utf8), to: file)
    }
    #expect(offline.resolver().isMissing(assets[0]))
  }

  @Test("What is here under the digest that the list states is not downloaded, and is known then")
  func usesWhatIsHere() async throws {
    _ = try await hub.contents(hub.asset("model.safetensors"))
    let same = hub.asset("model.safetensors", of: "owner/rows", kind: .dataset)
    #expect(try await hub.contents(same) == [Self.weights])
    #expect(try hub.server.log().count { $0.server == "storage" } == 1)
    var offline = hub
    offline.isOffline = true
    #expect(try await offline.contents(same) == [Self.weights])
  }

  @Test("A branch is asked for its commit each time, which is told; offline the last one counts")
  func branches() async throws {
    let asset = hub.asset("config.json", revision: "main")
    let first = try await hub.resolver().resolve([asset])
    #expect(
      hub.recorder.events.contains(
        .note("owner/model: 'main' is the commit \(HubClientFixture.commit) now")))
    try hub.server.add("{\"changed\": 1}", "config.json", to: "models/owner/model")
    var offline = hub
    offline.isOffline = true
    #expect(try await offline.resolver().resolve([asset]) == first)
    #expect(try await hub.contents(asset) == [Array("{\"changed\": 1}".utf8)])
  }

  @Test("A large file comes in parts at the same time, each of which is continued where it broke")
  func parts() async throws {
    var hub = hub
    hub.adjust = { $0.hubCutting = HubDownload.Cutting(connections: 4, smallestPart: 70_000) }
    try hub.server.misbehave(
      #"[{"on": "storage", "path": "model", "cut": 20000, "times": 2}]"#)
    #expect(try await hub.contents(hub.asset("model.safetensors")) == [Self.weights])
    let ranges = try hub.server.log().filter { $0.server == "storage" }.map(\.range)
    #expect(ranges.count == 6 && hub.retries() == 2)
    let starts = [
      "bytes=0-74999", "bytes=75000-149999", "bytes=150000-224999", "bytes=225000-299999",
    ]
    #expect(Set(ranges).isSuperset(of: starts))
    #expect(hub.folder.files().filter { $0.contains("partial") } == ["store/partial/lock"])
  }

  @Test(
    "Whatever an earlier process left of a file in parts is used",
    arguments: [
      // Sizes of the file itself and of its parts, and what is asked for then.
      (
        40_000, [:],
        ["bytes=40000-74999", "bytes=75000-149999", "bytes=150000-224999", "bytes=225000-299999"]
      ),
      (
        0, [75_000: 75_000, 150_000: 5],
        ["bytes=0-74999", "bytes=150005-224999", "bytes=225000-299999"]
      ),
      (75_000, [75_000: 75_000, 150_000: 75_000, 225_000: 74_999], ["bytes=299999-299999"]),
      // Killed while a part was being joined, and while there was none.
      (100_000, [75_000: 75_000, 150_000: 75_000, 225_000: 75_000], []),
      (100_000, [:], ["bytes=100000-149999", "bytes=150000-224999", "bytes=225000-299999"]),
      (299_999, [:], ["bytes=299999-"]),
      // Of another cut.
      (
        0, [75_000: 80_000, 12: 7],
        ["bytes=0-74999", "bytes=75000-149999", "bytes=150000-224999", "bytes=225000-299999"]
      ),
    ] as [(Int, [Int: Int], [String])])
  func continuesParts(whole: Int, parts: [Int: Int], ranges: [String]) async throws {
    var hub = hub
    hub.adjust = { $0.hubCutting = HubDownload.Cutting(connections: 4, smallestPart: 70_000) }
    let key = "store/partial/\(weights.hex)"
    _ = try hub.folder.write(Array(Self.weights[..<whole]), to: "\(key).download")
    for (start, count) in parts {
      let end = min(start + count, Self.weights.count)
      _ = try hub.folder.write(Array(Self.weights[start..<end]), to: "\(key).\(start).download")
    }
    #expect(try await hub.contents(hub.asset("model.safetensors")) == [Self.weights])
    let asked = try hub.server.log().filter { $0.server == "storage" }.map(\.range)
    #expect(asked.sorted() == ranges.sorted())
    #expect(hub.folder.files().filter { $0.contains("partial") } == ["store/partial/lock"])
  }

  // MARK: - What goes wrong on the way

  @Test("A Range that is answered by 200 starts anew, in parts or not")
  func startsAnew() async throws {
    var hub = hub
    try hub.server.misbehave(#"[{"on": "storage", "path": "model", "whole": true, "times": 9}]"#)
    hub.adjust = { $0.hubCutting = HubDownload.Cutting(connections: 4, smallestPart: 70_000) }
    #expect(try await hub.contents(hub.asset("model.safetensors")) == [Self.weights])
    hub.adjust = { _ in }
    try FileManager.default.removeItem(atPath: hub.folder.path(of: "store"))
    _ = try hub.folder.write(
      Array(Self.weights[..<1000]), to: "store/partial/\(weights.hex).download")
    #expect(try await hub.contents(hub.asset("model.safetensors")) == [Self.weights])
    #expect(try hub.server.log().last?.range == "-")
  }

  @Test("Cut connections, answers that are too short and a slow drip are continued")
  func continues() async throws {
    var hub = hub
    hub.adjust = {
      $0.web.patience = WebPatience(connectSeconds: 30, stallSeconds: 1, stallBytes: 1000)
    }
    try hub.server.misbehave(
      """
      [{"on": "storage", "path": "model", "cut": 100000},
       {"on": "storage", "path": "model", "short": 150000},
       {"on": "storage", "path": "model", "drip": 40000}]
      """)
    #expect(try await hub.contents(hub.asset("model.safetensors")) == [Self.weights])
    let ranges = try hub.server.log().filter { $0.server == "storage" }.map(\.range)
    #expect(ranges.prefix(3) == ["-", "bytes=100000-", "bytes=150000-"])
    #expect(ranges.count == 4 && ranges[3] > "bytes=190000-" && hub.retries() == 3)
  }

  @Test("Nothing after what is here (416) starts anew")
  func unsatisfiable() async throws {
    _ = try hub.folder.write(
      Array(Self.weights[..<1000]), to: "store/partial/\(weights.hex).download")
    try hub.server.misbehave(#"[{"on": "storage", "path": "model", "status": 416}]"#)
    #expect(try await hub.contents(hub.asset("model.safetensors")) == [Self.weights])
    #expect(
      try hub.server.log().filter { $0.server == "storage" }.map(\.range) == ["bytes=1000-", "-"])
  }

  @Test("Wrong bytes are dropped; those of an earlier process are fetched again")
  func wrongBytes() async throws {
    let asset = hub.asset("model.safetensors")
    try hub.server.misbehave(#"[{"on": "storage", "path": "model", "flip": true}]"#)
    let message = await assetError(.wrongDigest) { try await hub.contents(asset) }
    #expect(
      message.contains("expected \(weights), found") && message.hasSuffix("nothing was kept."))
    try hub.server.misbehave(
      #"[{"path": "config", "flip": true}, {"path": "config", "flip": true}]"#)
    #expect(
      await assetError(.wrongDigest) { try await hub.contents(hub.asset("config.json")) }
        .contains("has the wrong name in git: expected"))
    #expect(hub.folder.files() == ["store/partial/lock"])
    _ = try hub.folder.write(
      [UInt8](repeating: 1, count: 1000), to: "store/partial/\(weights.hex).download")
    #expect(try await hub.contents(asset) == [Self.weights])
  }

  @Test(
    "What the Hub says of a file is compared before a byte of it is fetched",
    arguments: [
      (
        #"{"X-Linked-Etag": "\"0000000000000000000000000000000000000000000000000000000000000000\""}"#,
        "found 0000"
      ),
      (#"{"X-Linked-Size": "300001"}"#, "expected 300000 bytes, found 300001"),
      (
        #"{"X-Repo-Commit": "dddddddddddddddddddddddddddddddddddddddd"}"#,
        "answers with the commit dddd"
      ),
      (#"{"X-Repo-Commit": null}"#, "does not answer as the Hub does"),
      (#"{"Location": "ftp://example.org/x"}"#, "sent on to what is no https address"),
      (#"{"Location": null}"#, "sent on to what is no https address"),
    ])
  func comparesFirst(fields: String, part: String) async throws {
    try hub.server.misbehave(#"[{"path": "/resolve/", "set": \#(fields), "times": 9}]"#)
    do {
      _ = try await hub.contents(hub.asset("model.safetensors"))
      Issue.record("It was taken.")
    } catch {
      #expect("\(error)".contains(part))
    }
    #expect(try hub.server.log().allSatisfy { $0.server == "hub" })
  }

  @Test("A pin that the list contradicts is told without any download")
  func contradictedPins() async throws {
    let other = try AssetFixtures.otherDigest()
    let digest = await assetError(.wrongDigest) {
      try await hub.contents(hub.asset("model.safetensors", sha256: other))
    }
    #expect(digest.contains("expected 0000") && digest.contains("found \(weights)"))
    let size = await assetError(.wrongDigest) {
      try await hub.contents(hub.asset("config.json", bytes: 3))
    }
    #expect(size.contains("expected 3 bytes, found 2"))
    #expect(try hub.server.log().allSatisfy { $0.path.hasPrefix("/api/") })
    _ = await assetError(.wrongDigest) {
      try await hub.contents(hub.asset("config.json", sha256: other))
    }
  }

  @Test("A server that sends more than it said, forever, is stopped")
  func stopsTooMuch() async throws {
    try hub.server.misbehave(#"[{"on": "storage", "path": "model", "more": true, "times": 9}]"#)
    #expect(
      await assetError(.wrongDigest) { try await hub.contents(hub.asset("model.safetensors")) }
        .contains("larger than the pinned 300000 bytes"))
    #expect(hub.folder.files() == ["store/partial/lock"])
  }
}
