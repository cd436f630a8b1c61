import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("What the Hub refuses", .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct HubRefusalTests {
  private let hub: HubClientFixture

  init() throws {
    hub = try HubClientFixture(page: 1)
    try hub.settle("models/owner/model")
    try hub.settle("models/owner/closed", ", \"gated\": true")
    for repository in ["models/owner/model", "models/owner/closed"] {
      try hub.server.add("{}", "config.json", to: repository)
      try hub.server.add("weights", "model.safetensors", to: repository)
    }
    _ = try hub.server.folder.write(
      Array("{\"tokens\": {\"\(HubClientFixture.token)\": true, \"hf_other\": false}}".utf8),
      to: "hub.json")
  }

  private func message(_ asset: Asset, token: String? = nil) async -> String {
    var hub = hub
    hub.variables["HF_TOKEN"] = token
    return await assetError(.missing) { try await hub.contents(asset) }
  }

  // MARK: - Codes

  @Test("Gated without a token: the page, and how to log in, before anything is asked")
  func gatedWithoutToken() async throws {
    let asset = hub.asset("config.json", of: "owner/closed", gated: true)
    #expect(
      await message(asset)
        == "The model owner/closed is given only to those who have accepted its terms: accept them at https://huggingface.co/owner/closed, then `hf auth login`, or set HF_TOKEN."
    )
    #expect(try hub.server.log().isEmpty && hub.resolver().isMissing(asset))
    // Where the manifest does not say so, the Hub does.
    let unknown = hub.asset("config.json", of: "owner/closed")
    #expect(await message(unknown) == (await message(asset)))
  }

  @Test("Gated with a token: who has to be let in; with access it comes")
  func gatedWithToken() async throws {
    let asset = hub.asset("config.json", of: "owner/closed", gated: true)
    let text = await message(asset, token: "hf_other")
    #expect(text.hasPrefix("The account of the token of HF_TOKEN has not been given access to"))
    #expect(!text.contains("hf_other"))
    var granted = hub
    granted.variables["HF_TOKEN"] = HubClientFixture.token
    #expect(try await granted.contents(asset) == [Array("{}".utf8)])
  }

  @Test("A token that the Hub does not know is named by where it is from")
  func unknownToken() async {
    #expect(
      await message(hub.asset("config.json"), token: "hf_unknown")
        == "The Hub does not accept the token of HF_TOKEN for owner/model (401): log in anew with `hf auth login`, or correct or unset HF_TOKEN."
    )
  }

  @Test("A missing repository: private, misspelled, or of the other kind")
  func noRepository() async {
    let asset = hub.asset("config.json", of: "owner/absent")
    #expect(
      await message(asset)
        == "There is no model owner/absent on the Hub, or it is private, and then needs `hf auth login` or HF_TOKEN: look at https://huggingface.co/owner/absent, and whether 'dataset:' is meant in the manifest."
    )
    #expect(
      await message(asset, token: "hf_other").contains("or the token of HF_TOKEN may not see it"))
  }

  @Test(
    "A missing revision is named, be it a commit or a branch",
    arguments: ["v9", String(repeating: "e", count: 40)])
  func noRevision(revision: String) async {
    #expect(
      await message(hub.asset("config.json", revision: revision)).hasPrefix(
        "The revision \(revision) of the model owner/model is not on the Hub: look at https://huggingface.co/owner/model/commits/main"
      ))
  }

  @Test("A missing file: the nearest that is there")
  func noEntry() async throws {
    #expect(
      await message(hub.asset("confg.json"))
        == "The model owner/model has no file confg.json at the revision \(HubClientFixture.commit), which the manifest names under 'files'; did you mean 'config.json'?"
    )
    try hub.server.misbehave(
      #"[{"path": "/resolve/", "status": 404, "headers": {"X-Error-Code": "EntryNotFound"}}]"#)
    #expect(await message(hub.asset("config.json")).contains("has no file config.json at"))
  }

  @Test(
    "Other refusals have a sentence each",
    arguments: [
      (
        #""status": 403, "headers": {"X-Error-Message": "Access to this resource is disabled."}"#,
        "The Hub has disabled access to the model owner/model"
      ),
      (#""status": 403"#, "without a token (403)"), (#""status": 404"#, "There is no model"),
    ])
  func others(answer: String, part: String) async throws {
    try hub.server.misbehave("[{\"path\": \"/tree/\", \(answer)}]")
    #expect(await message(hub.asset("config.json")).contains(part))
    #expect(hub.waits.waits.isEmpty)
  }

  // MARK: - Waiting

  private func waits(_ headers: String, status: Int = 429) async throws -> [Duration] {
    try hub.server.misbehave(
      "[{\"path\": \"/tree/\", \"status\": \(status), \"headers\": {\(headers)}}]")
    _ = try await hub.contents(hub.asset("config.json"))
    return hub.waits.waits
  }

  @Test(
    "Who is asked to wait waits as long, by whatever field says so",
    arguments: [
      (#""Retry-After": "7""#, .seconds(7)), (#""ratelimit": "\"api\";r=0;t=55""#, .seconds(56)),
      // A window in which something remains is not why.
      (#""ratelimit": "\"api\";r=3;t=55""#, .milliseconds(500)), ("", .milliseconds(500)),
      (#""Retry-After": "soon""#, .milliseconds(500)),
      (
        #""Date": "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2015 07:29:30 GMT""#,
        .seconds(90)
      ),
    ] as [(String, Duration)])
  func honoursFields(headers: String, wait: Duration) async throws {
    #expect(try await waits(headers) == [wait])
  }

  @Test("Servers in trouble are asked again", arguments: [408, 500, 502, 503, 504])
  func retries(status: Int) async throws {
    #expect(try await waits("", status: status) == [.milliseconds(500)])
  }

  @Test("Five times in vain is enough, with longer and longer waits")
  func givesUp() async throws {
    try hub.server.misbehave(#"[{"path": "/tree/", "status": 500, "times": 9}]"#)
    let message = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("config.json"))
    }
    #expect(message.hasPrefix("The Hub at \(hub.server.address) did not give the list of files of"))
    #expect(message.contains("the server answered 500; check the network"))
    #expect(hub.waits.waits == [500, 1000, 2000, 4000].map { .milliseconds($0) })
  }

  @Test("To be asked to wait for hours is an error that says when to come back")
  func longWaits() async throws {
    try hub.server.misbehave(
      #"[{"path": "/tree/", "status": 429, "headers": {"Retry-After": "4000"}}]"#)
    let message = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("config.json"))
    }
    #expect(message.contains("the server answered 429, and asks to come back in 1 h 6 min"))
    #expect(message.contains("which is answered more often") && hub.waits.waits.isEmpty)
  }

  @Test("Busy storage is asked again, from the Hub on, and a refusal of it is no matter of tokens")
  func storage() async throws {
    let asset = hub.asset("model.safetensors")
    try hub.server.misbehave(
      #"[{"on": "storage", "path": "model", "status": 503, "headers": {"Retry-After": "3"}}]"#)
    #expect(try await hub.contents(asset) == [Array("weights".utf8)])
    #expect(hub.waits.waits == [.seconds(3)])
    #expect(try hub.server.log().count { $0.path.contains("/resolve/") } == 2)
    try FileManager.default.removeItem(atPath: hub.folder.path(of: "store"))
    try hub.server.misbehave(#"[{"on": "storage", "path": "model", "status": 403}]"#)
    #expect(
      await assetError(.downloadFailed) { try await hub.contents(asset) }
        .contains("did not give model.safetensors of owner/model: the server answered 403"))
  }

  // MARK: - Nobody there

  @Test("Without network there is one clear sentence")
  func noNetwork() async throws {
    var hub = hub
    // A port that was free a moment ago, on which nobody answers.
    hub.variables["HF_ENDPOINT"] = "http://127.0.0.1:1"
    let message = await assetError(.downloadFailed) {
      try await hub.contents(hub.asset("config.json"))
    }
    #expect(
      message.hasPrefix(
        "The Hub at http://127.0.0.1:1 did not give the list of files of owner/model: curl: (7) "))
    #expect(message.hasSuffix("or bring the files with --asset or --mirror."))
  }

  @Test("Offline nothing is asked, whoever says so", arguments: [true, false])
  func offline(byOption: Bool) async throws {
    var hub = hub
    if byOption { hub.isOffline = true } else { hub.variables["HF_HUB_OFFLINE"] = "1" }
    let asset = hub.asset("config.json")
    #expect(hub.resolver().isMissing(asset) && hub.resolver().isHubOffline)
    #expect(try hub.resolver().plannedDownloads(for: [asset]).isEmpty)
    let message = await assetError(.missing) { try await hub.contents(asset) }
    #expect(message.contains("may not be downloaded offline") && message.contains("--asset"))
    #expect(try hub.server.log().isEmpty)
  }

  @Test("An endpoint that is no address, or one that a secret must not be sent to, is refused")
  func endpoints() async throws {
    var hub = hub
    for address in ["http://example.org", "huggingface.co", "https://a/?b", "ftp://127.0.0.1"] {
      hub.variables["HF_ENDPOINT"] = address
      #expect(
        await assetError(.invalidAsset) { try await hub.contents(hub.asset("config.json")) }
          .hasPrefix("HF_ENDPOINT is '\(address)'"))
    }
  }
}
