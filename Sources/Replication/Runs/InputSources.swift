import Assets
import Files
import Manifests
import Records
import Scoring
import Tensors

/// Where the inputs of a manifest are, what of them is missing, and what brings them.
struct InputSources: Sendable {
  let file: ManifestFile
  let options: RunOptions
  let store: ArtifactStore
  /// Is told what happens.
  let report: @Sendable (RunEvent) -> Void

  /// Looks for the inputs of a manifest where options say; nothing is touched yet.
  init(
    _ file: ManifestFile, options: RunOptions,
    report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) {
    self.file = file
    self.options = options
    self.report = report
    store = ArtifactStore(options.folder)
  }

  var manifest: Manifest { file.manifest }

  /// What brings files: quietly, or telling of each.
  func resolver(quiet: Bool, isReading: Bool = false, isAuditing: Bool = false)
    -> AssetResolver
  {
    let report = report
    var resolver = AssetResolver(
      store: store, mirrorFolders: options.mirrorFolders, isOffline: options.isOffline,
      hub: options.hub,
      report: { event in
        // What is reused is said by the plan.
        if !quiet { report(.asset(event)) }
      })
    resolver.isReading = isReading
    resolver.believesKnownFiles = !isAuditing
    return resolver
  }

  /// What would have to be downloaded, each file once; for `isReading` without what only may have changed, at a branch.
  func plannedDownloads(isReading: Bool = false) throws -> [PlannedDownload] {
    try resolver(quiet: true, isReading: isReading).plannedDownloads(for: try allAssets())
  }

  /// Every file that the manifest names.
  func allAssets() throws -> [Asset] { try manifest.assets.flatMap { try assets(of: $0) } }

  /// The files that an asset stands for, taken from a local copy if the user has named one.
  func assets(of declaration: Manifest.AssetDeclaration) throws -> [Asset] {
    let declared = try file.assets(of: declaration)
    let copy = options.localCopies.first { $0.asset == declaration.name }
    return try copy?.files(of: declared) ?? declared
  }

  /// Checks, without network and without reading contents, that every input is here or can be downloaded.
  ///
  /// - Throws: ``AssetError`` `missing` with all that is not, and what brings it; `invalidAsset` for a local copy that
  ///   is not there; ``ManifestError`` for one of an asset that the manifest does not have.
  func require() throws {
    let missing = try missing()
    guard missing.isEmpty else {
      var error = AssetError(code: .missing, message: missing.text.plain)
      error.missing = missing
      throw error
    }
  }

  /// Everything that keeps the run from starting, as far as names and sizes tell.
  func missing() throws -> MissingInputs {
    for copy in options.localCopies where manifest.asset(named: copy.asset) == nil {
      throw ManifestError(
        .unknownReference, file: file.path,
        "there is no asset '\(copy.asset)', for which --asset names \(copy.path)"
          + NearestWord.hint(for: copy.asset, among: manifest.assets.map(\.name)))
    }
    let resolver = resolver(quiet: true)
    var inputs: [MissingInputs.Input] = []
    var offline: [PlannedDownload] = []
    for declaration in manifest.assets {
      let files = try assets(of: declaration)
      for asset in files { try asset.validate() }
      let missing = files.filter(resolver.isMissing)
      if !missing.isEmpty {
        inputs.append(declaration.missing(missing, isOffline: resolver.isHubOffline))
      }
      guard options.isOffline else { continue }
      for download in try resolver.plannedDownloads(for: files) where !offline.contains(download) {
        offline.append(download)
        inputs.append(download.missingOffline(store))
      }
    }
    return MissingInputs(
      name: manifest.name, inputs: inputs,
      obstacles: manifest.engine.engine.obstacles(to: manifest, options: options))
  }
}

extension Manifest.AssetDeclaration {
  /// What is said about files of the asset that are missing.
  fileprivate func missing(_ files: [Asset], isOffline: Bool) -> MissingInputs.Input {
    let terms = license.map { ", \($0)" } ?? ""
    guard case .hub(let hub) = source else {
      let paths = files.map { asset in
        if case .file(let path) = asset.source { path } else { asset.name }
      }
      return MissingInputs.Input(
        asset: name,
        reason: "there is no file or folder at \(paths.joined(separator: ", "))\(terms)",
        steps: obtain.map { [$0] } ?? ["put it there, or name a copy"],
        option: obtain == nil ? "PATH" : nil)
    }
    let repository = hub.repository
    let reason = "the \(repository.word) \(repository.name) of the Hugging Face Hub\(terms)"
    let acceptance = "accept the terms at \(repository.page)"
    guard isOffline else {
      return MissingInputs.Input(
        asset: name, reason: reason,
        steps: [
          acceptance, "hf auth login, or set HF_TOKEN",
          "then the same command downloads \(English.count(files.count, "file"))",
        ], option: nil)
    }
    let folder = "inputs/\(name)"
    return MissingInputs.Input(
      asset: name, reason: reason,
      steps: (repository.isGated ? [acceptance, "hf auth login"] : [])
        + [repository.downloadCommand(files: hub.files.map(\.path), folder: folder)],
      option: folder)
  }
}

extension PlannedDownload {
  /// What is said about a download that may not be made.
  fileprivate func missingOffline(_ store: ArtifactStore) -> MissingInputs.Input {
    let size = bytes.map { " of \($0) bytes" } ?? ""
    return MissingInputs.Input(
      asset: item, reason: "may not be downloaded offline",
      steps: [
        sha256.map {
          "put the file\(size) with SHA-256 \($0) at \(store.path(of: $0)) or into a folder named with --mirror, or go online"
        } ?? "go online"
      ], option: nil)
  }
}
