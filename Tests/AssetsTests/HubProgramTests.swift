import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// `--downloader hf`, with a program of that name that does what the test says.
@Suite(
  "Downloads with the Hub's own program",
  .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct HubProgramTests {
  private var hub: HubClientFixture

  init() throws {
    hub = try HubClientFixture()
    try hub.settle("datasets/owner/rows")
    try hub.server.add("{}", "sub/config.json", to: "datasets/owner/rows")
    try hub.server.add("weights", "rows.parquet", to: "datasets/owner/rows")
    hub.downloader = .hf
    hub.environment["PATH"] = hub.folder.path(of: "bin") + ":/usr/bin:/bin"
  }

  /// Writes a program that is called `hf`, after a line that keeps its arguments.
  private func install(_ script: String) throws {
    let text = "#!/bin/sh\necho \"$@\" >> '\(hub.folder.path(of: "arguments"))'\n\(script)\n"
    chmod(try hub.folder.write(Array(text.utf8), to: "bin/hf"), 0o755)
  }

  private var assets: [Asset] {
    ["sub/config.json", "rows.parquet"].map { hub.asset($0, of: "owner/rows", kind: .dataset) }
  }

  @Test("It is asked for a file at the commit of the list, and what it brings is verified")
  func downloads() async throws {
    // The folder is the last argument, the path the third.
    try install(
      "for folder; do :; done; mkdir -p \"$folder/sub\"; cp -r '\(hub.server.folder.path)'/datasets/owner/rows/* \"$folder\""
    )
    let resolved = try await hub.resolver().resolve(assets)
    #expect(resolved.map(\.bytes) == [2, 7])
    let arguments = String(
      decoding: try OpenFile.contents(of: hub.folder.path(of: "arguments")), as: UTF8.self)
    let folder = hub.folder.path(of: "store/partial/hf")
    #expect(
      arguments.split(separator: "\n")
        == ["sub/config.json", "rows.parquet"].map {
          "download owner/rows \($0) --repo-type dataset --revision \(HubClientFixture.commit) --local-dir \(folder)"
        })
    #expect(try hub.server.log().count == 1)
    #expect(hub.folder.files().filter { $0.contains("partial") } == ["store/partial/lock"])
    // The next time nothing is asked.
    #expect(try await hub.resolver().resolve(assets) == resolved)
    #expect(try hub.server.log().count == 1)
  }

  @Test("Other content is refused, by either kind of digest")
  func refusesOtherContent() async throws {
    try install(
      "for folder; do :; done; mkdir -p \"$folder/sub\"; echo x > \"$folder/rows.parquet\"; echo x > \"$folder/sub/config.json\""
    )
    for asset in assets {
      let message = await assetError(.wrongDigest) { try await hub.contents(asset) }
      #expect(message.contains("from hf download owner/rows has the wrong"))
    }
    #expect(hub.folder.files().filter { $0.hasPrefix("store") } == ["store/partial/lock"])
  }

  @Test("Its last words are passed on, without a token; without it the way to get it is said")
  func fails() async throws {
    var hub = hub
    hub.variables["HF_TOKEN"] = HubClientFixture.token
    _ = try hub.server.folder.write(
      Array("{\"tokens\": {\"\(HubClientFixture.token)\": true}}".utf8), to: "hub.json")
    try install("echo \"Error: no luck with \(HubClientFixture.token)\" >&2; exit 1")
    let message = await assetError(.downloadFailed) { try await hub.contents(assets[0]) }
    #expect(
      message
        == "hf could not download sub/config.json of owner/rows: Error: no luck with [token]; without --downloader this program downloads it itself."
    )
    hub.environment["PATH"] = "/usr/bin:/bin"
    #expect(
      await assetError(.downloadFailed) { try await hub.contents(assets[0]) }
        .contains(
          "which --downloader names, was not found; install it (`pip install huggingface_hub`)"))
  }

  @Test("A link instead of a file is not followed")
  func refusesLinks() async throws {
    try install("for folder; do :; done; ln -s /etc/passwd \"$folder/rows.parquet\"")
    await #expect(throws: (any Error).self) { try await hub.contents(assets[1]) }
    #expect(hub.folder.files().filter { $0.hasPrefix("store") } == ["store/partial/lock"])
  }
}
