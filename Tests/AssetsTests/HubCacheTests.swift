import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// Caches as huggingface_hub 1.x and 2.x leave them; nothing here is asked of anybody.
@Suite("The cache of the Hub's programs") struct HubCacheTests {
  private static let commit = String(repeating: "c", count: 40)
  private static let weights = Array("weights".utf8)
  /// The name that git gives the content "{}".
  private static let blob = "9e26dfeeb6e641a33dae4961196235bdb965b21b"
  private let folder: TemporaryFolder
  private let recorder = EventRecorder()

  init() throws { folder = try TemporaryFolder() }

  private var cache: String { folder.path(of: "hf/hub") }
  private var repository: String { "\(cache)/models--owner--model" }

  private func resolver(_ variables: [String: String] = [:], mirrors: [String] = [])
    -> AssetResolver
  {
    AssetResolver(
      store: ArtifactStore(root: folder.path(of: "store")), mirrorFolders: mirrors, isOffline: true,
      hub: HubAccess(
        HubEnvironment(variables.isEmpty ? ["HF_HOME": folder.path(of: "hf")] : variables)),
      report: { [recorder] in recorder.record($0) })
  }

  private func asset(_ path: String, revision: String = commit, sha256: Digest? = nil) -> Asset {
    Asset(
      name: path,
      source: .hub(
        HubFile(
          repository: HubRepository(
            kind: .model, name: "owner/model", revision: revision, isGated: false), path: path)),
      sha256: sha256)
  }

  private func link(_ place: String, to target: String) throws {
    let parent = URL(filePath: place).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
  }

  private func write(_ bytes: [UInt8], _ place: String) throws {
    _ = try folder.write(bytes, to: String(place.dropFirst(folder.path.count + 1)))
  }

  /// The layout of 1.x: snapshots link to the repository's own blobs.
  private func writeFirst() throws {
    let digest = SHA256.digest(of: Self.weights).hex
    try write(Self.weights, "\(repository)/blobs/\(digest)")
    try write(Array("{}".utf8), "\(repository)/blobs/\(Self.blob)")
    try write(Array(Self.commit.utf8), "\(repository)/refs/main")
    let snapshot = "\(repository)/snapshots/\(Self.commit)"
    try link("\(snapshot)/model.safetensors", to: "../../blobs/\(digest)")
    try link("\(snapshot)/sub/config.json", to: "../../../blobs/\(Self.blob)")
  }

  /// The layout of 2.x: blobs link to those that all repositories share, under names of Xet.
  private func writeSecond() throws {
    try writeFirst()
    let digest = SHA256.digest(of: Self.weights).hex
    let shared = "\(cache)/blobs/ab/ab\(String(repeating: "0", count: 62))"
    try write(Self.weights, shared)
    try FileManager.default.removeItem(atPath: "\(repository)/blobs/\(digest)")
    try link(
      "\(repository)/blobs/\(digest)",
      to: "../../blobs/ab/ab\(String(repeating: "0", count: 62))")
  }

  private func refused(_ asset: Asset) async -> String {
    await assetError(.wrongDigest) { try await resolver().resolve([asset]) }
  }

  // MARK: - What is used

  @Test("Both layouts are used where they lie, links followed to the end", arguments: [1, 2])
  func layouts(version: Int) async throws {
    if version == 1 { try writeFirst() } else { try writeSecond() }
    let assets = [asset("model.safetensors"), asset("sub/config.json")]
    let resolved = try await resolver().resolve(assets)
    #expect(resolved.map(\.sha256) == [SHA256.digest(of: Self.weights), SHA256.digest(of: "{}")])
    #expect(
      resolved[0].path.contains(version == 1 ? "models--owner--model/blobs" : "hub/blobs/ab/"))
    #expect(!assets.contains(where: resolver().isMissing))
    #expect(try resolver().plannedDownloads(for: assets).isEmpty)
    // Nothing was written, as nothing had to be.
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "store")))
  }

  @Test("A pinned file is found by its digest in any revision of the repository")
  func findsByDigest() async throws {
    try writeSecond()
    let other = asset(
      "renamed.safetensors", revision: String(repeating: "d", count: 40),
      sha256: SHA256.digest(of: Self.weights))
    #expect(try await resolver().resolve([other])[0].bytes == Self.weights.count)
    #expect(resolver().isMissing(asset("x", revision: String(repeating: "d", count: 40))))
  }

  @Test("Offline a branch is the commit that the cache last saw")
  func branches() async throws {
    try writeFirst()
    #expect(
      try await resolver().resolve([asset("sub/config.json", revision: "main")])[0].bytes == 2)
    #expect(resolver().isMissing(asset("sub/config.json", revision: "other")))
    try write(Array("../../elsewhere".utf8), "\(repository)/refs/other")
    #expect(resolver().isMissing(asset("sub/config.json", revision: "other")))
  }

  @Test(
    "The variables that name it, and --mirror, are those of the Hub's own programs",
    arguments: [
      ["HF_HUB_CACHE": "FOLDER/hf/hub", "HF_HOME": "/elsewhere"],
      ["HUGGINGFACE_HUB_CACHE": "FOLDER/hf/hub"], ["HF_HOME": "~/hf", "HOME": "FOLDER"],
      ["XDG_CACHE_HOME": "FOLDER/xdg"], ["HOME": "FOLDER/user"], [:],
    ])
  func variables(names: [String: String]) throws {
    try writeFirst()
    for place in ["xdg/huggingface", "user/.cache/huggingface"] {
      try link(folder.path(of: place), to: folder.path(of: "hf"))
    }
    var variables = names.mapValues { $0.replacing("FOLDER", with: folder.path) }
    let mirrors = variables.isEmpty ? [cache] : []
    if variables.isEmpty { variables["HOME"] = "/nonexistent" }
    #expect(!resolver(variables, mirrors: mirrors).isMissing(asset("sub/config.json")))
    #expect(resolver(["HOME": "/nonexistent"]).isMissing(asset("sub/config.json")))
  }

  // MARK: - What is not

  @Test("Damage is seen: by the pin, by the name of the blob, by the list of the commit's files")
  func damage() async throws {
    try writeFirst()
    let digest = SHA256.digest(of: Self.weights)
    try write(Array("damaged".utf8), "\(repository)/blobs/\(digest.hex)")
    try write(Array("[]".utf8), "\(repository)/blobs/\(Self.blob)")
    for asset in [
      asset("model.safetensors"), asset("model.safetensors", sha256: digest),
      asset("sub/config.json"),
    ] {
      #expect(await refused(asset).contains("expected"))
    }
    #expect(recorder.events.count == 3)
    // Without links nothing says what it should be, but for the list that 2.x keeps.
    let plain = "\(repository)/snapshots/\(Self.commit)/plain.json"
    try write(Array("[]".utf8), plain)
    #expect(try await resolver().resolve([asset("plain.json")])[0].bytes == 2)
    let list = """
      {"format_version": 1, "files": {"plain.json": {"size": 2, "blob_id": "\(Self.blob)"}}}
      """
    try write(Array(list.utf8), "\(repository)/trees/\(Self.commit).json")
    #expect(await refused(asset("plain.json")).contains("wrong name in git"))
    try write(Array("{}".utf8), plain)
    #expect(try await resolver().resolve([asset("plain.json")])[0].bytes == 2)
  }

  @Test("Links that lead out of the cache, to nothing, in circles or to folders are not followed")
  func leavesNothing() throws {
    let outside = folder.path(of: "outside/config.json")
    try write(Array("{}".utf8), outside)
    let snapshot = "\(repository)/snapshots/\(Self.commit)"
    try link("\(snapshot)/absolute.json", to: outside)
    try link("\(snapshot)/relative.json", to: "../../../../../outside/config.json")
    try link("\(snapshot)/broken.json", to: "../../blobs/none")
    try link("\(snapshot)/circle.json", to: "circle.json")
    try link("\(snapshot)/folder.json", to: "..")
    try link("\(snapshot)/twice.json", to: "../../blobs/\(Self.blob)")
    try link("\(repository)/blobs/\(Self.blob)", to: outside)
    try link("\(cache)/models--owner--other", to: folder.path(of: "outside"))
    for name in ["absolute", "relative", "broken", "circle", "folder", "twice"] {
      #expect(resolver().isMissing(asset("\(name).json")), "\(name)")
    }
    // A neighbour whose name begins like the cache's is outside, too.
    try write(Array("{}".utf8), "\(cache)-other/config.json")
    try link("\(snapshot)/neighbour.json", to: "\(cache)-other/config.json")
    #expect(resolver().isMissing(asset("neighbour.json")))
  }
}
