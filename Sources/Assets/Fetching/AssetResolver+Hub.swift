import Files
import Foundation

// Files of the Hugging Face Hub: what is known of them, where they may be already, and how they are brought.

extension AssetResolver {
  /// Whether nothing of the Hub may be asked.
  package var isHubOffline: Bool { isOffline || hub.environment.isOffline }

  private var hubCache: HubCache {
    HubCache(folders: mirrors.folders + (hub.environment.cacheFolder.map { [$0] } ?? []))
  }

  /// The digest of a file's content, from its pin or from an earlier download: where the revision fixes it, or where
  /// nobody may ask what it is now.
  func knownDigest(_ asset: Asset, _ file: HubFile) -> Digest? {
    if let sha256 = asset.sha256 { return sha256 }
    guard believesKnownFiles, file.repository.isCommit || isHubOffline || isReading else {
      return nil
    }
    return KnownHubFiles(of: file.repository, in: store).all()[file.path]
  }

  /// Whether a file is here, judged by names and sizes.
  func isLikelyAvailable(_ asset: Asset, _ file: HubFile) -> Bool {
    let sha256 = knownDigest(asset, file)
    if let sha256, isLikelyAvailable(sha256, asset.fileName, asset.bytes) { return true }
    return !hubCache.copies(of: file, sha256: sha256, isOffline: isHubOffline).isEmpty
  }

  /// Whether a file that is not here cannot be asked for: offline, or with terms that nobody here has accepted.
  func isOutOfReach(_ file: HubFile) -> Bool {
    if isHubOffline { return true }
    guard file.repository.isGated else { return false }
    // What is wrong with a token is said when it is needed.
    do { return try hub.environment.token() == nil } catch { return false }
  }

  // MARK: - What is here

  /// The file in a cache of the Hub's programs, where it lies, if its content is the right one.
  ///
  /// - Throws: ``AssetError`` `wrongDigest` for a file with another content, if there is no other way to it.
  func cached(_ asset: Asset, _ file: HubFile, sha256: Digest?) throws -> ResolvedAsset? {
    var refused: AssetError?
    for copy in hubCache.copies(of: file, sha256: sha256, isOffline: isHubOffline) {
      do {
        if case .gitBlob = copy.content { try check(copy, asset) }
        var pinned = asset
        pinned.sha256 = sha256 ?? copy.content?.sha256
        let resolved = try resolveLocal(pinned, copy.path)
        report(.mirrored(item: asset.name, path: copy.path))
        return ResolvedAsset(
          asset: asset, path: resolved.path, sha256: resolved.sha256, bytes: resolved.bytes)
      } catch let error as AssetError where [.wrongDigest, .file].contains(error.code) {
        report(.damaged(item: asset.name, path: copy.path))
        refused = refused ?? error
      }
    }
    if let refused, isOutOfReach(file) { throw refused }
    return nil
  }

  private func check(_ copy: HubCache.Copy, _ asset: Asset) throws {
    guard let expected = copy.content else { return }
    let found = try AssetError.wrapping(.file) {
      try expected.found(in: try OpenFile.reading(copy.path))
    }
    guard found == expected else {
      throw AssetError.otherContent(asset.name, from: copy.path, expected: expected, found: found)
    }
  }

  // MARK: - What is brought

  /// Brings a file from the Hub, at the commit that the revision stands for.
  func download(
    _ asset: Asset, _ file: HubFile, _ writer: ArtifactWriter, _ session: inout Session
  ) async throws -> ArtifactStore.Blob {
    let repository = file.repository
    guard !isHubOffline else { throw hubOffline(asset, file) }
    let token = try hub.environment.token()
    guard !isOutOfReach(file) else {
      throw AssetError(code: .missing, message: HubRefusal.gated(repository, token: nil))
    }
    var client = HubClient(
      endpoint: try hub.environment.endpoint(), token: token, web: hubWeb, limits: hubLimits)
    client.retrying = { [report] in
      report(.retrying(item: "the files of \(repository.name)", attempt: $0, reason: $1))
    }
    let tree = try await tree(of: file, client, session)
    guard let entry = tree.files[file.path] else {
      throw AssetError(
        code: .missing,
        message: HubRefusal.noEntry(file.path, of: repository, among: tree.paths))
    }
    try check(entry, asset, client.endpoint)
    let blob: ArtifactStore.Blob
    if let found = try here(asset, entry, writer) {
      blob = found
    } else if hub.downloader == .hf {
      blob = try await HubProgram(
        name: asset.name, file: file, commit: tree.commit, entry: entry, token: token,
        environment: environment, report: report
      ).run(into: writer, sha256: asset.sha256)
    } else {
      blob = try await HubDownload(
        name: asset.name, file: file, commit: tree.commit, entry: entry, client: client,
        cutting: hubCutting, report: report
      ).run(into: writer, sha256: asset.sha256)
    }
    if asset.sha256 == nil {
      try KnownHubFiles(of: repository, in: store).add(file.path, blob.sha256)
    }
    return blob
  }

  /// The file under the digest that the Hub states, if no pin has said it before.
  private func here(_ asset: Asset, _ entry: HubEntry, _ writer: ArtifactWriter) throws
    -> ArtifactStore.Blob?
  {
    guard asset.sha256 == nil, let sha256 = entry.content.sha256 else { return nil }
    var pinned = asset
    pinned.sha256 = sha256
    return try stored(pinned)
      ?? mirrored(
        asset.name, sha256: sha256, fileName: asset.fileName, bytes: entry.bytes, writer)
  }

  private func tree(of file: HubFile, _ client: HubClient, _ session: Session) async throws
    -> HubTree
  {
    let repository = file.repository
    let known = listings.listing(of: repository)
    if let known, known.wanted.contains(file.path) { return known.tree }
    let wanted = Set(
      (session.assets + expected).compactMap { asset -> String? in
        guard case .hub(let file) = asset.source, file.repository == repository else { return nil }
        return file.path
      })
    // A branch stays the commit that it was when it was asked first.
    let tree = try await client.tree(
      of: known.map { repository.at(commit: $0.tree.commit) } ?? repository, wanted: wanted)
    if !repository.isCommit, known == nil {
      report(.note("\(repository.name): '\(repository.revision)' is the commit \(tree.commit) now"))
    }
    listings.add(HubListings.Listing(repository: repository, wanted: wanted, tree: tree))
    return tree
  }

  /// Compares what the Hub says of a file with its pins, before a byte is fetched.
  private func check(_ entry: HubEntry, _ asset: Asset, _ endpoint: AssetAddress) throws(AssetError)
  {
    if let bytes = asset.bytes, bytes != entry.bytes {
      throw AssetError.wrongSize(
        asset.name, from: endpoint.text, expected: bytes, found: entry.bytes)
    }
    if let sha256 = asset.sha256, let found = entry.content.sha256, found != sha256 {
      throw AssetError.wrongDigest(
        asset.name, from: endpoint.text, expected: sha256, found: found)
    }
  }

  private func hubOffline(_ asset: Asset, _ file: HubFile) -> AssetError {
    AssetError(
      code: .missing,
      message:
        "The asset '\(asset.name)' is \(file.path) of \(file.repository.name), which lies neither in the store nor in a mirror folder, and which may not be downloaded offline: download it from \(file.repository.page) and pass it with --asset, or go online."
    )
  }

  /// What asks the Hub: curl has no use for the token's variables.
  private var hubWeb: WebClient {
    var web = web
    for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] where environment[name] == nil {
      web.environment.updateValue(nil, forKey: name)
    }
    return web
  }
}
