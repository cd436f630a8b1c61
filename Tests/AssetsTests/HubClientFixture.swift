import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// A store, what a resolver tells, and how long it would have waited, over a server.
struct HubClientFixture {
  static let commit = String(repeating: "c", count: 40)
  static let token = "hf_SecretSecretSecret"

  let server: HubServer
  let folder: TemporaryFolder
  let recorder = EventRecorder()
  let waits = WaitRecorder()
  /// Variables besides those that lead to the server.
  var variables: [String: String] = [:]
  /// What is changed in the resolver before it is used.
  var adjust: (inout AssetResolver) -> Void = { _ in }
  var downloader = HubDownloader.curl
  var environment: [String: String] = [:]
  var isOffline = false

  init(page: Int = 1000) throws {
    server = try HubServer(page: page)
    folder = try TemporaryFolder()
  }

  /// Random bytes, always the same.
  static func content(_ count: Int) -> [UInt8] {
    var random = SeededGenerator(seed: 11)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// Declares that a repository has the commit of ``commit``.
  func settle(_ repository: String, _ more: String = "") throws {
    try server.add("{\"commit\": \"\(Self.commit)\"\(more)}", ".hub.json", to: repository)
  }

  func asset(
    _ path: String, of name: String = "owner/model", kind: HubRepository.Kind = .model,
    revision: String = Self.commit, gated: Bool = false, sha256: Digest? = nil, bytes: Int? = nil
  ) -> Asset {
    Asset(
      name: "model: \(path)",
      source: .hub(
        HubFile(
          repository: HubRepository(kind: kind, name: name, revision: revision, isGated: gated),
          path: path)), sha256: sha256, bytes: bytes)
  }

  func resolver() -> AssetResolver {
    let all = ["HF_ENDPOINT": server.address, "HOME": folder.path(of: "home")]
      .merging(variables) { $1 }
    var resolver = AssetResolver(
      store: ArtifactStore(root: folder.path(of: "store")), isOffline: isOffline,
      environment: environment, hub: HubAccess(HubEnvironment(all), downloader: downloader),
      report: { [recorder] in recorder.record($0) })
    resolver.web.wait = { [waits] in waits.record($0) }
    adjust(&resolver)
    return resolver
  }

  /// The contents of files that a resolver brings.
  func contents(_ assets: Asset...) async throws -> [[UInt8]] {
    try await resolver().resolve(assets).map { try OpenFile.contents(of: $0.path) }
  }

  func retries() -> Int {
    recorder.events.count { if case .retrying = $0 { true } else { false } }
  }
}
