package import Files
import Foundation

/// An asset whose content is at hand, and has just been verified unless nobody reads it.
package struct ResolvedAsset: Sendable, Equatable {
  /// What was asked for.
  package let asset: Asset
  /// Absolute path of the file, or of the folder for a local model.
  package let path: String
  /// SHA-256 of the content; of a folder, the digest that `FolderDigest` defines.
  package let sha256: Digest
  /// Size in bytes; of a folder, of all its files.
  package let bytes: Int
}

/// A file that a run would have to download.
package struct PlannedDownload: Sendable, Equatable {
  /// What is downloaded: a wheel's file name or an asset's name.
  package let item: String
  /// Size in bytes, if known.
  package let bytes: Int?
  /// SHA-256 of the file, if it is pinned.
  package var sha256: Digest?
}

/// Brings assets to this machine: from the store, from mirror folders, or from the network.
package struct AssetResolver: Sendable {
  /// Where content is kept.
  let store: ArtifactStore
  /// Folders that are searched before the network.
  let mirrors: MirrorSearch
  /// Whether the network must not be used.
  let isOffline: Bool
  /// Whether nothing may be written either, so that only what is stored already can be had.
  package var isReading = false
  /// Whether what the store says of the content of files at a commit is believed: not in an audit, where the store may be
  /// that of who made the record.
  package var believesKnownFiles = true
  /// Assets that later calls may ask for, so that one list of a repository does for all of them.
  package var expected: [Asset] = []
  /// The lists of repositories' files, which are asked for once.
  let listings = HubListings()
  /// Variables for pip, curl and hf besides the inherited ones.
  let environment: [String: String]
  /// How the Hugging Face Hub is reached.
  let hub: HubAccess
  /// What asks servers.
  var web: WebClient
  /// What may come from the Hub before it is taken for an attack.
  var hubLimits = HubClient.Limits()
  /// How large files of the Hub are cut.
  var hubCutting = HubDownload.Cutting()
  /// Takes what happens.
  let report: @Sendable (AssetEvent) -> Void

  /// Creates a resolver.
  ///
  /// - Parameters:
  ///   - store: Where content is kept.
  ///   - mirrorFolders: Folders that are searched before the network, in this order.
  ///   - isOffline: Whether the network must not be used.
  ///   - environment: Variables for pip, curl and hf besides the inherited ones.
  ///   - hub: How the Hugging Face Hub is reached.
  ///   - report: Takes what happens; called from any thread.
  package init(
    store: ArtifactStore, mirrorFolders: [String] = [], isOffline: Bool = false,
    environment: [String: String] = [:], hub: HubAccess = HubAccess(),
    report: @escaping @Sendable (AssetEvent) -> Void
  ) {
    self.store = store
    mirrors = MirrorSearch(folders: mirrorFolders)
    self.isOffline = isOffline
    self.environment = environment
    self.hub = hub
    web = WebClient(environment: environment)
    self.report = report
  }

  /// Makes all assets available, in order, and verifies each.
  ///
  /// - Throws: ``AssetError`` that names the first asset that cannot be had, and why.
  package func resolve(_ assets: [Asset]) async throws -> [ResolvedAsset] {
    for asset in assets { try asset.validate() }
    var session = Session(assets: assets)
    var result: [ResolvedAsset] = []
    for asset in assets { result.append(try await resolve(asset, &session)) }
    return result
  }

  /// What resolving these assets would download, each file once, judged by names and sizes without hashing anything.
  package func plannedDownloads(for assets: [Asset]) throws -> [PlannedDownload] {
    var result: [PlannedDownload] = []
    for asset in assets {
      try asset.validate()
      if let sha256 = asset.sha256, isLikelyAvailable(sha256, asset.fileName, asset.bytes) {
        continue
      }
      var downloads: [PlannedDownload] = []
      switch asset.source {
      case .file: break
      case .hub(let file):
        // What nobody can fetch is missing instead.
        guard !isLikelyAvailable(asset, file), !isOutOfReach(file) else { break }
        downloads = [
          PlannedDownload(item: asset.name, bytes: asset.bytes, sha256: asset.sha256)
        ]
      case .https:
        downloads = [
          PlannedDownload(item: asset.name, bytes: asset.bytes, sha256: asset.sha256)
        ]
      case .pypi(let parts):
        downloads = parts.map(\.wheel)
          .filter { !isLikelyAvailable($0.sha256, $0.fileName, $0.bytes) }
          .map { PlannedDownload(item: $0.fileName, bytes: $0.bytes, sha256: $0.sha256) }
      }
      for download in downloads where !result.contains(download) { result.append(download) }
    }
    return result
  }

  /// Where some assets lie in the store, judged by names and sizes without hashing anything: for what nobody will read.
  ///
  /// - Returns: What ``resolve(_:)`` would give if nothing is damaged; nil unless all are there, under digests that are
  ///   known without asking anybody.
  package func unread(_ assets: [Asset]) throws -> [ResolvedAsset]? {
    var result: [ResolvedAsset] = []
    for asset in assets {
      try asset.validate()
      if case .file = asset.source { return nil }
      guard let sha256 = digest(asset), let status = try FileStatus(at: store.place(of: sha256)),
        status.kind == .file, asset.bytes == nil || asset.bytes == status.byteCount
      else { return nil }
      result.append(
        ResolvedAsset(
          asset: asset, path: store.path(of: sha256), sha256: sha256, bytes: status.byteCount))
    }
    return result
  }

  /// Whether the asset is not here and nothing can download it, judged without hashing anything.
  package func isMissing(_ asset: Asset) -> Bool {
    switch asset.source {
    case .pypi, .https: return false
    case .file(let path): return !FileManager.default.fileExists(atPath: path)
    case .hub(let file): return isOutOfReach(file) && !isLikelyAvailable(asset, file)
    }
  }

  func isLikelyAvailable(_ sha256: Digest, _ fileName: String, _ bytes: Int?) -> Bool {
    store.contains(sha256)
      || mirrors.likely(sha256: sha256, fileName: fileName, bytes: bytes) != nil
  }
}

// MARK: - One asset

extension AssetResolver {
  /// What is opened or taken once for all assets of a call.
  struct Session {
    /// All assets of the call.
    let assets: [Asset]
    var writer: ArtifactWriter?
    var archives: [Digest: ZipArchive] = [:]
  }

  private func resolve(_ asset: Asset, _ session: inout Session) async throws -> ResolvedAsset {
    if case .file(let path) = asset.source { return try resolveLocal(asset, path) }
    if let blob = try stored(asset) { return ResolvedAsset(asset, blob) }
    if case .hub(let file) = asset.source,
      let cached = try cached(asset, file, sha256: knownDigest(asset, file))
    {
      return cached
    }
    let writer = try await writer(for: asset.name, &session)
    // Another process may have stored it while this one waited.
    if let blob = try stored(asset) { return ResolvedAsset(asset, blob) }
    if let sha256 = digest(asset),
      let blob = try mirrored(
        asset.name, sha256: sha256, fileName: asset.fileName, bytes: asset.bytes, writer)
    {
      return ResolvedAsset(asset, blob)
    }
    let blob: ArtifactStore.Blob
    switch asset.source {
    case .file: preconditionFailure("Local files were handled above.")
    case .hub(let file): blob = try await download(asset, file, writer, &session)
    case .pypi(let parts): blob = try await extract(asset, parts, writer, &session)
    case .https(let address): blob = try await download(asset, address, writer)
    }
    report(.stored(item: asset.name, bytes: blob.bytes))
    return ResolvedAsset(asset, blob)
  }

  /// The digest of the asset's content, as far as it is known without asking anybody.
  private func digest(_ asset: Asset) -> Digest? {
    if case .hub(let file) = asset.source { return knownDigest(asset, file) }
    return asset.sha256
  }

  func stored(_ asset: Asset) throws -> ArtifactStore.Blob? {
    guard let sha256 = digest(asset), let blob = try stored(asset.name, sha256) else { return nil }
    if let bytes = asset.bytes, bytes != blob.bytes {
      throw AssetError(
        code: .wrongDigest,
        message:
          "The asset '\(asset.name)' is pinned to \(bytes) bytes, but the content with its SHA-256 \(sha256) has \(blob.bytes); correct the manifest."
      )
    }
    report(.reused(item: asset.name))
    return blob
  }

  func stored(_ item: String, _ sha256: Digest) throws -> ArtifactStore.Blob? {
    switch try store.lookUp(sha256) {
    case .absent: return nil
    case .present(let blob): return blob
    case .damaged(let path):
      report(.damaged(item: item, path: path))
      return nil
    }
  }

  func writer(for item: String, _ session: inout Session) async throws -> ArtifactWriter {
    if let writer = session.writer { return writer }
    guard !isReading else {
      throw AssetError(
        code: .notStored, message: "\(item) is not in the store, to which nothing may be written.")
    }
    let writer = try await ArtifactWriter(
      store, note: { report(.note($0)) }, waiting: { report(.waiting(item: item)) })
    session.writer = writer
    return writer
  }

  func mirrored(
    _ name: String, sha256: Digest, fileName: String, bytes: Int?, _ writer: ArtifactWriter
  ) throws -> ArtifactStore.Blob? {
    guard let path = mirrors.find(sha256: sha256, fileName: fileName, bytes: bytes) else {
      return nil
    }
    report(.mirrored(item: name, path: path))
    let file = try InputFile(path: path)
    // Copied, so that the run does not depend on a folder that the user may clean up.
    return try writer.add(name, from: path, sha256: sha256, bytes: bytes) { write in
      try file.forEachPiece(in: 0..<file.size, write)
    }
  }

  func resolveLocal(_ asset: Asset, _ path: String) throws -> ResolvedAsset {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw AssetError(
        code: .file,
        message: "The asset '\(asset.name)' cannot be used: there is no file or folder at \(path).")
    }
    let (found, bytes) =
      isFolder.boolValue
      ? try FolderDigest.digest(ofFolderAt: path) : try ArtifactStore.hash(fileAt: path)
    if let expected = asset.bytes, expected != bytes {
      throw AssetError.wrongSize(asset.name, from: path, expected: expected, found: bytes)
    }
    if let expected = asset.sha256, expected != found {
      throw AssetError.wrongDigest(asset.name, from: path, expected: expected, found: found)
    }
    return ResolvedAsset(
      asset: asset, path: ContainedPath.absolute(path), sha256: found,
      bytes: bytes)
  }
}

extension ResolvedAsset {
  init(_ asset: Asset, _ blob: ArtifactStore.Blob) {
    self.init(asset: asset, path: blob.path, sha256: blob.sha256, bytes: blob.bytes)
  }
}

extension Asset {
  /// What the content is usually called in a folder; empty if nothing is usual.
  var fileName: String {
    switch source {
    case .pypi(let parts):
      // Parts of a concatenation have names of their own, none of which is the whole.
      parts.count == 1 ? String(parts[0].path.split(separator: "/").last ?? "") : ""
    case .https(let address): AssetAddress(address)?.fileName ?? ""
    case .file(let path): ContainedPath(path).name
    case .hub(let file): String(file.path.split(separator: "/").last ?? "")
    }
  }
}
