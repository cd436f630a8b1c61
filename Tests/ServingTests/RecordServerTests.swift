import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records
@testable import Reports
@testable import Serving

@Suite("Records that are served") struct RecordServerTests {
  /// What a server answered.
  private struct Answer {
    let status: Int
    let headers: [String: String]
    let body: String

    init(_ output: [UInt8]) throws {
      let text = String(decoding: output, as: UTF8.self)
      let end = try #require(text.range(of: "\r\n\r\n"), "\(text.prefix(200))")
      let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
      status = try #require(
        lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
      let fields = lines.dropFirst().compactMap { line -> (String, String)? in
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
      }
      headers = Dictionary(fields) { first, _ in first }
      body = String(text[end.upperBound...])
    }
  }

  /// A server that is under way, asked as a browser or somebody worse would.
  private struct Served {
    let port: UInt16

    /// curl's answer; it runs on a thread of its own, since the server needs those that tests share.
    func get(_ target: String, _ options: [String] = []) async throws -> Answer {
      let arguments =
        ["-s", "-i", "--path-as-is", "--max-time", "120"] + options
        + ["http://127.0.0.1:\(port)\(target)"]
      let output = try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            with: Result { try runProgram("/usr/bin/curl", arguments).output })
        }
      }
      return try Answer(output)
    }

    /// Asks, and expects a status.
    func expect(
      _ status: Int, _ target: String, _ options: [String] = [],
      at place: SourceLocation = #_sourceLocation
    ) async throws {
      let answer = try await get(target, options)
      #expect(answer.status == status, "\(target.prefix(80))", sourceLocation: place)
    }
  }

  /// Serves a folder of records while `body` asks.
  private func serving(
    _ fixtures: RunFixtures, _ body: @escaping @Sendable (Served) async throws -> Void
  ) async throws {
    let server = RecordServer(try RecordSite(artifacts: fixtures.folder.path), port: 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (ports, continuation) = AsyncStream.makeStream(of: UInt16.self)
      group.addTask { try await server.run { continuation.yield($0) } }
      group.addTask {
        for await port in ports { return try await body(Served(port: port)) }
      }
      // Whichever ends first: the questions, or the server by an error.
      try await group.next()
      group.cancelAll()
    }
  }

  /// Records of runs with these names, which came to the same results.
  private func records(_ names: [String]) throws -> (fixtures: RunFixtures, [SealedRecord]) {
    let fixtures = try RunFixtures()
    let manifest = [UInt8](
      try Data(contentsOf: URL(filePath: Checkout.manifests).appending(path: "tiny.yaml")))
    let records = try names.map { name in
      let run = try fixtures.begin(RunFixtures.description(name, manifest: manifest))
      try run.append(.inputs(RunFixtures.inputs))
      return try run.seal(RunFixtures.summary)
    }
    return (fixtures, records)
  }

  @Test("are listed, found by their words, and shown as the commands show them")
  func pages() async throws {
    let (fixtures, records) = try records(["first-run", "second-run"])
    let folder = fixtures.folder.path
    try await serving(fixtures) { served in
      let index = try await served.get("/")
      #expect(index.status == 200 && index.headers["content-type"] == "text/html; charset=utf-8")
      #expect(index.body.contains("2 records."))
      for record in records {
        #expect(index.body.contains("href=\"/record/\(record.id)\""))
        #expect(index.body.contains("href=\"/report/\(record.id)\""))
      }
      // By a form that needs no script.
      let found = try await served.get("/?q=SECOND+run%20sft")
      #expect(found.body.contains(records[1].id) && !found.body.contains(records[0].id))
      #expect(found.body.contains("value=\"SECOND run sft\""))
      let none = try await served.get("/?q=nothing+like+it")
      #expect(none.body.contains("0 of them as searched"))

      let page = try await served.get("/report/\(records[0].id)")
      let report = RunReport(
        try ReportEvidence([records[0].path], artifacts: folder, expectations: nil))
      #expect(page.status == 200)
      #expect(try page.body == report.html())
      let shown = try await served.get("/record/\(records[0].id)")
      let text = RecordText.text(try RecordOverview(records[0].path, artifacts: folder))
      #expect(shown.body.contains(Markup.lines(text.plain).html))
      let ids = "record=\(records[0].id)&record=\(records[1].id)"
      let compared = try await served.get("/compare?\(ids)")
      let difference = try RecordDifference(records[0], records[1]).text
      #expect(compared.status == 200)
      #expect(compared.body.contains(Markup.lines(difference.plain).html))
    }
  }

  @Test("answer with pages that may fetch nothing, run nothing of others and be framed by nobody")
  func policies() async throws {
    let (fixtures, records) = try records(["run"])
    try await serving(fixtures) { served in
      for target in ["/", "/record/\(records[0].id)", "/report/\(records[0].id)", "/nothing"] {
        let answer = try await served.get(target)
        let policy = try #require(answer.headers["content-security-policy"], "\(target)")
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"), "\(target)")
        #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
        #expect(!policy.contains("http"), "\(target)")
        #expect(answer.headers["x-content-type-options"] == "nosniff")
        #expect(answer.headers["referrer-policy"] == "no-referrer")
        #expect(answer.headers["access-control-allow-origin"] == nil)
        // No element that a browser would fetch something for, and no link that leads away.
        for fetched in [
          " src=", "<link", "<img", "<iframe", "url(", "@import", "http-equiv=\"refresh",
        ] {
          #expect(!answer.body.contains(fetched), "\(target) \(fetched)")
        }
        #expect(answer.body.firstMatch(of: /(?:href|action)="(?!\/|#)/) == nil, "\(target)")
      }
    }
  }

  @Test("are only read: every method but GET is refused, and nothing is written")
  func methods() async throws {
    let (fixtures, records) = try records(["run"])
    let before = fixtures.folder.files()
    try await serving(fixtures) { served in
      for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let answer = try await served.get("/", ["-X", method, "-d", "a=b"])
        #expect(answer.status == 405 && answer.headers["allow"] == "GET", "\(method)")
      }
      _ = try await served.get("/report/\(records[0].id)")
    }
    #expect(fixtures.folder.files() == before)
  }

  @Test("are refused to requests for another server's name")
  func hosts() async throws {
    let (fixtures, _) = try records(["run"])
    try await serving(fixtures) { served in
      for host in [
        "evil.example", "evil.example:\(served.port)", "127.0.0.1.evil.example", "localhost.evil",
        "127.0.0.1@evil.example", "[::1]", "",
      ] {
        let answer = try await served.get("/", ["-H", host.isEmpty ? "Host;" : "Host: \(host)"])
        #expect(answer.status == 421 && !answer.body.contains("checkbox"), "\(host)")
      }
      let missing = try await served.get("/", ["-H", "Host:", "--http1.0"])
      #expect(missing.status == 421)
      for host in ["localhost:\(served.port)", "LOCALHOST", "127.0.0.1"] {
        try await served.expect(200, "/", ["-H", "Host: \(host)"])
      }
    }
  }

  @Test("are the only files that an address leads to, however it is written")
  func addresses() async throws {
    let (fixtures, records) = try records(["run"])
    _ = try fixtures.folder.write(Array("secret".utf8), to: "secret.txt")
    let id = records[0].id
    try await serving(fixtures) { served in
      for target in [
        "/record/..", "/record/../..", "/report/../secret.txt", "/record/..%2f..%2fsecret.txt",
        "/report/%2e%2e/%2e%2e/secret.txt", "/record/\(id)/../../secret.txt", "/secret.txt",
        "//record/\(id)", "/record/\(id)/", "/record/\(id)/record.json", "/record/",
        "/record/%2Fetc%2Fpasswd", "/record/\(fixtures.folder.path)", "/RECORD/\(id)",
        "/record/\(id.prefix(5))", "/compare/x", "/favicon.ico",
      ] {
        let answer = try await served.get(target)
        #expect(answer.status == 404 && !answer.body.contains("secret<"), "\(target)")
      }
      for target in [
        "/record/%00", "/record/\(id)%00", "/%ff", "/%", "/%2", "/%zz", "/?q=%00", "/?q=%F8",
      ] {
        let answer = try await served.get(target)
        #expect(answer.status == 400, "\(target)")
      }
      for query in ["", "record=\(id)", "record=\(id)&record=\(id)&record=\(id)"] {
        try await served.expect(400, "/compare?\(query)")
      }
      try await served.expect(404, "/compare?record=\(id)&record=..%2f\(id)")
      // Alike is the record that is compared with itself.
      try await served.expect(200, "/compare?record=\(id)&record=\(id)")
    }
  }

  @Test("survive requests of any size and shape, and answer the next one")
  func sizes() async throws {
    let (fixtures, _) = try records(["run"])
    let long = String(repeating: "a", count: 900_000)
    let header = try fixtures.folder.write(Array("X-Long: \(long)".utf8), to: "header")
    try await serving(fixtures) { served in
      try await served.expect(431, "/", ["-H", "@\(header)"])
      try await served.expect(431, "/", (0..<9000).flatMap { ["-H", "X-\($0): y"] })
      try await served.expect(200, "/", (0..<2000).flatMap { ["-H", "X-\($0): y"] })
      try await served.expect(431, "/\(long.prefix(70_000))")
      try await served.expect(200, "/?q=\(long.prefix(60_000))")
      try await served.expect(404, "/\(long.prefix(60_000))")
      try await served.expect(200, "/", ["-X", "GET", "--data-binary", "@\(header)"])
      try await served.expect(405, "/", ["--data-binary", "@\(header)"])
      try await served.expect(200, "/")
    }
  }

  @Test("read heads of requests as they are, and refuse what is none")
  func heads() {
    let head = RequestHead(Array("GET /a?b=c?d HTTP/1.1\r\nhost:  localhost\r\nX: y".utf8))
    #expect(head?.path == "/a" && head?.query == "b=c?d" && head?.host == "localhost")
    for text in ["", "GET", "GET /", "GET / HTTP/2", " / HTTP/1.1", "GET  / HTTP/1.1", "\0"] {
      #expect(RequestHead(Array(text.utf8)) == nil, "\(text)")
    }
    // Of two hosts nobody can tell which is meant.
    let two = RequestHead(Array("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost".utf8))
    #expect(two != nil && two?.isForThisMachine == false)
    let valid = Array("GET /record/0?q=1 HTTP/1.1\r\nHost: localhost:1\r\nA: b".utf8)
    fuzz(500) { _, generator in
      let found = RequestHead(mutated(valid, &generator, characters: " :/?\r\nHT1."))
      #expect(found == nil || found?.method.isEmpty == false)
    }
  }

  @Test("show names and words of strangers as text, and say only what they are")
  func hostile() async throws {
    let markup = "</title><script>alert(1)</script>\" onmouseover='x' &amp;"
    let names = [markup, HostileText.all]
    let (fixtures, records) = try records(names)
    try await serving(fixtures) { served in
      let ids = records.map { "record=\($0.id)" }.joined(separator: "&")
      for target in ["/", "/?q=alert", "/compare?\(ids)"]
        + records.flatMap({ ["/record/\($0.id)", "/report/\($0.id)"] })
      {
        let answer = try await served.get(target)
        #expect(answer.status == 200, "\(target)")
        #expect(HostileText.faults(in: answer.body.utf8) == [], "\(target)")
        #expect(!answer.body.contains("<script>alert"), "\(target)")
        // A report carries names as JSON too, whose quotes are not HTML's.
        let body = answer.body.prefix { $0 != "{" || target.hasPrefix("/report") == false }
        #expect(!body.contains("\" onmouseover"), "\(target)")
      }
      let search = "%3C%2Fform%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%22+x%3D%22"
      let answer = try await served.get("/?q=\(search)")
      #expect(answer.status == 200 && !answer.body.contains("<script>"))
      #expect(answer.body.contains("value=\"&lt;/form&gt;"))
    }
  }

  @Test("list a record that is damaged as such, show what is wrong with one, and go on")
  func damaged() async throws {
    let (fixtures, records) = try records(["kept", "broken", "edited"])
    try put(Array("{".utf8), "\(records[1].path)/record.json")
    var bytes = try OpenFile.contents(of: "\(records[2].path)/events.jsonl")
    bytes[bytes.count / 2] ^= 1
    try put(bytes, "\(records[2].path)/events.jsonl")
    try await serving(fixtures) { served in
      let index = try await served.get("/")
      #expect(index.status == 200 && index.body.contains("<td>damaged</td>"))
      #expect(index.body.contains("kept"))
      for kind in ["record", "report"] {
        let broken = try await served.get("/\(kind)/\(records[1].id)")
        #expect(broken.status == 422 && broken.body.contains("record.json"), "\(kind)")
        let edited = try await served.get("/\(kind)/\(records[2].id)")
        #expect([200, 422].contains(edited.status), "\(kind)")
        #expect(edited.body.contains("events.jsonl"), "\(kind)")
        try await served.expect(200, "/\(kind)/\(records[0].id)")
      }
    }
  }

  @Test("are not served at a port that somebody else has, and the error says what to do")
  func occupiedPort() async throws {
    let (fixtures, _) = try records(["run"])
    let folder = fixtures.folder.path
    try await serving(fixtures) { served in
      let second = RecordServer(try RecordSite(artifacts: folder), port: served.port)
      await #expect {
        try await second.run { _ in }
      } throws: {
        ($0 as? ServingError)?.code == .port && "\($0)".contains("--port")
      }
    }
  }

  @Test("survive addresses at random")
  func fuzzed() throws {
    let (fixtures, records) = try records(["run"])
    let site = try RecordSite(artifacts: fixtures.folder.path)
    let pieces = [
      "/", "record", "report", "compare", "?", "&", "=", "%", "%00", "%2e", "..", "+", "q",
      records[0].id, "<", "\"", "é", "\u{202E}",
    ]
    fuzz(300) { _, generator in
      func text() -> String {
        (0..<Int.random(in: 0...6, using: &generator)).map { _ in
          pieces.randomElement(using: &generator) ?? ""
        }.joined()
      }
      let page = site.page(path: "/" + text(), query: text())
      #expect([200, 400, 404, 422].contains(page.status))
      #expect(HostileText.faults(in: page.html.utf8) == [])
    }
  }
}
