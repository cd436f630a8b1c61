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
}
