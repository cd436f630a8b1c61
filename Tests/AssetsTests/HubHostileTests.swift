import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("A hostile Hub", .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct HubHostileTests {
  private let hub: HubClientFixture

  init() throws {
    hub = try HubClientFixture(page: 1)
    try hub.settle("models/owner/model")
    for name in ["a.json", "b.json", "c.json", "z.safetensors"] {
      try hub.server.add("{}", name, to: "models/owner/model")
    }
  }

  /// A list of one file, with other members than the server's own.
  private static func page(_ members: String) -> String {
    #"[{"type": "file", "path": "z.safetensors", \#(members)}]"#
  }

  private func refused(_ rules: String, _ asset: Asset? = nil) async throws -> String {
    try hub.server.misbehave(rules)
    return await assetError(.downloadFailed) {
      try await hub.contents(asset ?? hub.asset("z.safetensors"))
    }
  }

  /// A rule that answers a request for the list with a body, as JSON.
  private func answering(_ body: String, headers: String = "") throws -> String {
    let text = String(decoding: try CanonicalJSON.encode(.string(body)), as: UTF8.self)
    return
      #"[{"path": "/tree/", "status": 200, "headers": {\#(headers)}, "body": \#(text), "times": 99}]"#
  }

  // MARK: - Lists

  @Test("Pages without end are given up, and so are those that lead to one another")
  func endlessPages() async throws {
    var hub = hub
    hub.adjust = { $0.hubLimits.pages = 3 }
    let many = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("z.safetensors"))
    }
    #expect(many.contains("its list of files has more than 3 pages"))
    let circle = try await refused(
      try answering("[]", headers: #""Link": "<?recursive=true&expand=false>; rel=\"next\"""#))
    #expect(circle.contains("its list of files goes round in circles"))
  }

  @Test("A list whose pages are large and many is given up, and long paths are not kept")
  func largeList() async throws {
    var hub = hub
    hub.adjust = { $0.hubLimits.listBytes = 300 }
    let many = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("z.safetensors"))
    }
    #expect(many.contains("its list of files has more than 300 bytes"))
    var tree = HubTree(commit: HubClientFixture.commit)
    let paths = ["config.json", String(repeating: "a", count: 1000), "a\u{1B}[2J", "../b", "-c"]
    let page = JSON.array(
      paths.map { ["type": "file", "path": .string($0), "size": 1, "oid": "x"] })
    try tree.add(page, wanted: [], source: "a page")
    #expect(tree.paths == ["config.json"])
  }

  @Test("The next page is on the same server, whatever a link says")
  func otherServers() async throws {
    let cases = [
      "https://example.org/x", "http://127.0.0.1:1/api", "//example.org/x", "file:///etc/passwd",
      "https://huggingface.co.example.org/x", "https://user@huggingface.co/x",
    ]
    for (index, link) in cases.enumerated() {
      let message = try await refused(
        try answering("[]", headers: #""Link": "<\#(link)>; rel=\"next\"""#))
      #expect(message.contains("its list of files goes on at"))
      #expect(try hub.server.log().count == index + 1)
    }
  }

  @Test("The Hub's own address in a link of its mirror means the mirror")
  func mirrors() async throws {
    let next = "https://huggingface.co/api/models/owner/model/tree/\(HubClientFixture.commit)"
    try hub.server.misbehave(
      #"[{"path": "/tree/", "set": {"Link": "<\#(next)?recursive=true&cursor=3>; rel=\"next\""}}]"#)
    _ = try await hub.contents(hub.asset("z.safetensors"))
    #expect(try hub.server.log()[1].path.hasSuffix("?recursive=true&cursor=3"))
  }

  @Test("A list with sizes, digests or members that can be none is no list")
  func brokenLists() async throws {
    let cases = [
      Self.page(#""size": -1, "oid": "\#(String(repeating: "a", count: 40))""#),
      Self.page(#""size": 1e99, "oid": "\#(String(repeating: "a", count: 40))""#),
      Self.page(#""size": "2", "oid": "\#(String(repeating: "a", count: 40))""#),
      Self.page(#""size": 2, "oid": "../../etc/passwd""#), Self.page(#""size": 2"#),
      Self.page(#""size": 2, "oid": "a", "lfs": {"oid": "abc", "size": 2}"#),
      Self.page(
        #""size": 2, "oid": "a", "lfs": {"oid": "\#(String(repeating: "a", count: 64))", "size": 3}"#
      ),
      Self.page(#""size": 2, "oid": "a", "lfs": []"#), "{}", "[1]", "[[]]", "null", "[{}]",
      #"[{"type": "file", "path": 7}]"#, "", "[", "<html>Log in</html>",
      String(repeating: "[", count: 100_000),
    ]
    for body in cases {
      let message = try await refused(try answering(body))
      #expect(message.contains("cannot be read") || message.contains("something else than JSON"))
      #expect(message.utf8.count < 2000 && hub.folder.files() == ["store/partial/lock"])
    }
  }

  @Test("A file that is listed twice is listed falsely")
  func listedTwice() async throws {
    let entry = Self.page(#""size": 2, "oid": "\#(String(repeating: "a", count: 40))""#)
    let message = try await refused(
      try answering("[\(entry.dropFirst().dropLast()),\(entry.dropFirst().dropLast())]"))
    #expect(message.contains("lists the file z.safetensors twice"))
  }

  @Test("Paths that lead elsewhere are never wanted; they are at most shown")
  func traversal() async throws {
    let body = #"[{"type": "file", "path": "../../../etc/passwd", "size": 1, "oid": "x"}]"#
    try hub.server.misbehave(try answering(body))
    let message = await assetError(.missing) { try await hub.contents(hub.asset("z.safetensors")) }
    #expect(message.contains("has no file z.safetensors"))
    #expect(hub.folder.files() == ["store/partial/lock"])
  }

  @Test("An answer that is too large, compressed, or without end is not taken")
  func oversized() async throws {
    var hub = hub
    hub.adjust = { $0.hubLimits.answerBytes = 5000 }
    try hub.server.misbehave(try answering("[" + String(repeating: " ", count: 6000) + "]"))
    for rule in [nil, #"[{"path": "/tree/", "more": true}]"#] {
      if let rule { try hub.server.misbehave(rule) }
      #expect(
        await assetError(.downloadFailed) { try await hub.contents(hub.asset("z.safetensors")) }
          .contains("its answer is larger than 5000 bytes"))
    }
    #expect(
      try await refused(try answering("[]", headers: #""Content-Encoding": "gzip""#))
        .contains("its answer is compressed (gzip)"))
  }

  @Test("A branch that stands for no commit is none")
  func noCommit() async throws {
    for body in [#"{"sha": "../x"}"#, #"{"sha": 7}"#, "[]"] {
      let text = String(decoding: try CanonicalJSON.encode(.string(body)), as: UTF8.self)
      let message = try await refused(
        #"[{"path": "/revision/", "status": 200, "body": \#(text)}]"#,
        hub.asset("z.safetensors", revision: "main"))
      #expect(message.contains("names no commit") || message.contains("cannot be read"))
    }
  }

  // MARK: - Files

  @Test("To be sent on without end is given up")
  func redirections() async throws {
    let place = "/owner/model/resolve/\(HubClientFixture.commit)/z.safetensors"
    let message = try await refused(
      """
      [{"path": "/resolve/", "times": 99, "status": 302,
        "headers": {"Location": "\(place)", "X-Repo-Commit": "\(HubClientFixture.commit)"}}]
      """)
    #expect(message.contains("it was sent on more than 10 times"))
    #expect(try hub.server.log().count { $0.path == place } == 11)
  }

  @Test("A page in HTML instead of a file, or a compressed file, is not taken")
  func otherFiles() async throws {
    let html = try await refused(
      #"[{"path": "/resolve/", "status": 200, "body": "<html>Log in</html>"}]"#)
    #expect(html.contains("a page to log in may be in between"))
    let gzip = try await refused(
      #"[{"on": "storage", "path": "z", "set": {"Content-Encoding": "gzip"}}]"#)
    #expect(gzip.contains("the server sends the file compressed (gzip)"))
    try hub.server.misbehave(
      #"[{"on": "storage", "path": "z", "status": 200, "body": "<html>Log in</html>"}]"#)
    #expect(
      await assetError(.wrongDigest) { try await hub.contents(hub.asset("z.safetensors")) }
        .contains("expected 2 bytes, found 19"))
    #expect(hub.folder.files() == ["store/partial/lock"])
  }

  @Test("What a server says of an error is cut, and makes no lines")
  func messages() async throws {
    let long = String(repeating: "x", count: 5000)
    let message = try await refused(
      #"[{"path": "/tree/", "status": 418, "headers": {"X-Error-Message": "\#(long)"}}]"#)
    #expect(message.utf8.count < 800)
  }
}
