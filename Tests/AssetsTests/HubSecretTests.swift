import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("The Hub's token", .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct HubSecretTests {
  private static let token = HubClientFixture.token
  private let hub: HubClientFixture

  init() throws {
    hub = try HubClientFixture()
    for name in ["model", "elsewhere"] {
      try hub.settle("models/owner/\(name)")
      try hub.server.add("{}", "config.json", to: "models/owner/\(name)")
      try hub.server.add("weights of \(name)", "model.safetensors", to: "models/owner/\(name)")
    }
    _ = try hub.server.folder.write(
      Array("{\"tokens\": {\"\(Self.token)\": true}}".utf8), to: "hub.json")
  }

  // MARK: - Where it comes from

  @Test(
    "It is found where the Hub's own programs find it, in their order",
    arguments: [
      (["HF_TOKEN": " \(token)\n", "HF_TOKEN_PATH": "/other"], "HF_TOKEN"),
      (["HUGGING_FACE_HUB_TOKEN": token], "HUGGING_FACE_HUB_TOKEN"),
      (["HF_TOKEN": " ", "HF_TOKEN_PATH": "FOLDER/path"], "FOLDER/path"),
      (["HF_HOME": "FOLDER/hf"], "FOLDER/hf/token"),
      (["XDG_CACHE_HOME": "FOLDER/xdg"], "FOLDER/xdg/huggingface/token"),
      (["HOME": "FOLDER/home"], "FOLDER/home/.cache/huggingface/token"),
      (["HF_HOME": "~/hf", "HOME": "FOLDER"], "FOLDER/hf/token"),
      (["HF_TOKEN": token, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"], nil), ([:], nil),
      (["HOME": "FOLDER/nobody"], nil), (["HF_TOKEN_PATH": "FOLDER/blank"], nil),
    ] as [([String: String], String?)])
  func places(variables: [String: String], source: String?) throws {
    for name in ["path", "hf/token", "xdg/huggingface/token", "home/.cache/huggingface/token"] {
      _ = try hub.folder.write(Array("\(Self.token)\n".utf8), to: name)
    }
    _ = try hub.folder.write(Array(" \n".utf8), to: "blank")
    let environment = HubEnvironment(
      variables.mapValues { $0.replacing("FOLDER", with: hub.folder.path) })
    let token = try environment.token()
    #expect(token?.source == source?.replacing("FOLDER", with: hub.folder.path))
    #expect(token.map { $0.credentials == "Bearer \(Self.token)" } ?? (source == nil))
    #expect(
      environment
        == HubEnvironment(variables.mapValues { $0.replacing("FOLDER", with: hub.folder.path) }))
  }

  @Test(
    "What no token can be is refused, not repeated, and never reaches curl",
    arguments: ["a b", "a\"b", "a\\b", "a\u{0}b", "é", "a\tb", "=a", "x\" -o /tmp/x \""])
  func malformed(text: String) async throws {
    var hub = hub
    hub.variables["HF_TOKEN"] = text
    let message = await assetError(.invalidAsset) {
      try await hub.contents(hub.asset("config.json"))
    }
    #expect(message.hasPrefix("What HF_TOKEN holds can be no token") && !message.contains(text))
    #expect(HubToken(text, source: "x") == nil)
    let file = try hub.folder.write(Array(text.utf8) + [0xFF], to: "token")
    #expect(throws: AssetError.self) { try HubEnvironment(["HF_TOKEN_PATH": file]).token() }
    #expect(throws: AssetError.self) {
      try HubEnvironment(["HF_TOKEN_PATH": hub.folder.path]).token()
    }
  }

  @Test("Line breaks inside of it are taken out, as the Hub's own programs do")
  func lineBreaks() {
    #expect(HubToken("hf_a\r\nb", source: "x") == HubToken("hf_ab", source: "x"))
  }

  // MARK: - Where it goes

  @Test("It goes to the Hub alone, not to its storage, nor back from there")
  func goesToTheHubAlone() async throws {
    var hub = hub
    hub.variables["HF_TOKEN"] = Self.token
    _ = try await hub.contents(hub.asset("config.json"), hub.asset("model.safetensors"))
    for request in try hub.server.log() {
      #expect(request.authorization == (request.server == "hub" ? "Bearer \(Self.token)" : "-"))
    }
    // The storage sends back to the Hub, which is not told a second time.
    let place =
      "/api/resolve-cache/models/owner/elsewhere/\(HubClientFixture.commit)/model.safetensors"
    try hub.server.misbehave(
      """
      [{"on": "storage", "path": "elsewhere", "status": 302,
        "headers": {"Location": "\(hub.server.address)\(place)"}}]
      """)
    _ = try await hub.contents(
      hub.asset("config.json", of: "owner/elsewhere"),
      hub.asset("model.safetensors", of: "owner/elsewhere"))
    let last = try #require(try hub.server.log().last)
    #expect(last.path == place)
    #expect(last.authorization == "-")
  }

  @Test("It is in no argument, variable, message, event or file, and signed addresses are in none")
  func isNowhere() async throws {
    let real: String = try #require(
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { String($0) + "/curl" }.first { (path: String) in access(path, X_OK) == 0 })
    let log = hub.folder.path(of: "seen")
    let script = """
      #!/bin/sh
      { echo "$@"; env; } >> "\(log)"
      echo "curl: (0) verbose: Authorization: Bearer \(Self.token)" >&2
      exec "\(real)" "$@"
      """
    let curl = try hub.folder.write(Array(script.utf8), to: "bin/curl")
    chmod(curl, 0o755)
    var hub = hub
    hub.variables["HF_TOKEN"] = Self.token
    hub.environment["PATH"] = hub.folder.path(of: "bin") + ":/usr/bin:/bin"
    _ = try await hub.contents(hub.asset("config.json"), hub.asset("model.safetensors"))
    try hub.server.misbehave(#"[{"path": "config", "status": 500, "times": 9}]"#)
    try FileManager.default.removeItem(atPath: hub.folder.path(of: "store"))
    let message = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("config.json"))
    }
    let seen = String(decoding: try OpenFile.contents(of: log), as: UTF8.self)
    #expect(seen.contains("--config -") && !seen.contains("signature") && !seen.contains("resolve"))
    let events = "\(hub.recorder.events)"
    let environment = HubEnvironment(["HF_TOKEN": Self.token])
    var dumped = ""
    dump(environment, to: &dumped)
    let files = try hub.folder.files().filter { !$0.hasPrefix("bin/") }.map {
      String(decoding: try OpenFile.contents(of: hub.folder.path(of: $0)), as: UTF8.self)
    }
    for text in [seen, message, events, dumped, "\(environment)", String(reflecting: environment)]
      + files
    {
      #expect(!text.contains(Self.token))
    }
  }

  @Test("curl's own words are passed on without it, even where its settings make it tell")
  func hidesIt() async throws {
    let script = """
      #!/bin/sh
      cat >&2
      echo "curl: (7) no route; Authorization: Bearer \(Self.token)" >&2
      exit 7
      """
    let curl = try hub.folder.write(Array(script.utf8), to: "bin/curl")
    chmod(curl, 0o755)
    var hub = hub
    hub.variables["HF_TOKEN"] = Self.token
    hub.environment["PATH"] = hub.folder.path(of: "bin") + ":/usr/bin:/bin"
    let message = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("config.json"))
    }
    #expect(message.contains("curl: (7) no route; Authorization: Bearer [token]"))
    #expect(!"\(hub.recorder.events)".contains(Self.token))
  }

  @Test("Settings of the user that make curl follow, unpack, tell or give up change nothing")
  func ignoresSettings() async throws {
    var hub = hub
    hub.variables["HF_TOKEN"] = Self.token
    let settings = "location\nlocation-trusted\ncompressed\nverbose\nfail\ninclude\nno-silent\n"
    _ = try hub.folder.write(Array(settings.utf8), to: "settings/.curlrc")
    hub.environment["CURL_HOME"] = hub.folder.path(of: "settings")
    _ = try await hub.contents(hub.asset("config.json"), hub.asset("model.safetensors"))
    let storage = try hub.server.log().filter { $0.server == "storage" }
    #expect(storage.map(\.authorization) == ["-"])
    try hub.server.misbehave(
      #"[{"path": "/tree/", "status": 404, "headers": {"X-Error-Code": "RepoNotFound"}}]"#)
    try FileManager.default.removeItem(atPath: hub.folder.path(of: "store"))
    let message = await assetError(.missing) {
      try await hub.contents(hub.asset("config.json"))
    }
    #expect(message.hasPrefix("There is no model owner/model"))
    #expect(!"\(message) \(hub.recorder.events)".contains(Self.token))
  }

  @Test("curl reads address and token as they are, whatever is in the address")
  func configuration() throws {
    let address = try #require(AssetAddress("http://127.0.0.1:1/a\"b?c='d'#e"))
    let request = CurlRequest(
      address: address, token: HubToken("hf_a", source: "x"), bytes: .init(first: 3, last: nil))
    #expect(
      request.configuration == """
        url = "http://127.0.0.1:1/a\\"b?c='d'#e"
        header = "Accept-Encoding: identity"
        header = "Authorization: Bearer hf_a"
        header = "Range: bytes=3-"

        """)
  }
}
