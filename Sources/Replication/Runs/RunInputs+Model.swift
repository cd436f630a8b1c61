import Assets
import Files
import LanguageModels
import Manifests

// The files of the model that every arm starts from.

extension RunInputs {
  /// All of the model but its weights, and what these take, whatever else is missing; nil while its files are.
  static func description(
    of sources: InputSources, _ files: [String: [ResolvedAsset]]
  ) async throws -> (ModelDescription, InferenceWeightSizes)? {
    let manifest = sources.manifest
    guard manifest.model.source.assets.allSatisfy({ files[$0] != nil }) else { return nil }
    let links = try await links(manifest, files, sources, isReading: true)
    let model = model(manifest, files, links).input
    return try await ComputeQueue.run {
      try withExtendedLifetime(links) {
        let description = try model.describe()
        return (description, try model.inferenceSizes(description.configuration))
      }
    }
  }

  /// Brings the files of a model: all that describe it first, and its weights only if it can be computed.
  static func modelFiles(
    _ assets: [Asset], _ resolver: AssetResolver, _ store: ArtifactStore
  ) async throws -> [ResolvedAsset] {
    let paths = assets.map { asset -> String? in
      if case .hub(let file) = asset.source { file.path } else { nil }
    }
    guard paths.contains("config.json") else { return try await resolver.resolve(assets) }
    let isLate = paths.map { $0?.hasSuffix(".safetensors") ?? false }
    var files = [ResolvedAsset?](repeating: nil, count: assets.count)
    for late in [false, true] {
      let indices = assets.indices.filter { isLate[$0] == late }
      for (index, file) in zip(indices, try await resolver.resolve(indices.map { assets[$0] })) {
        files[index] = file
      }
      guard !late else { break }
      let described = indices.compactMap { index in
        paths[index].flatMap { path in files[index].map { (path: path, file: $0) } }
      }
      let folder = try LinkedFolder(described, reading: store)
      _ = try withExtendedLifetime(folder) { try ModelDescription(at: folder.path) }
    }
    return files.compactMap(\.self)
  }

  /// Refuses a model that is not computed as soon as the files are there that describe it.
  static func checkModel(_ manifest: Manifest, _ files: [String: [ResolvedAsset]]) throws {
    switch manifest.model.source {
    case .pretrained(let asset):
      guard let resolved = files[asset] else { return }
      if case .hub(let hub) = manifest.asset(named: asset)?.source, hub.files.count > 1 {
        for (file, known) in zip(hub.files, resolved) where file.path == "config.json" {
          try ModelDescription.checkConfiguration(at: known.path)
        }
      } else if let file = resolved.first {
        _ = try ModelDescription(at: file.path)
      }
    case .initialized(let toy):
      guard let file = files[toy.configuration]?.first else { return }
      try ModelDescription.checkConfiguration(at: file.path)
    }
  }

  /// The files of a model side by side; nil for a model that is one file.
  static func links(
    _ manifest: Manifest, _ files: [String: [ResolvedAsset]], _ sources: InputSources,
    isReading: Bool
  ) async throws -> LinkedFolder? {
    guard case .pretrained(let asset) = manifest.model.source,
      case .hub(let hub) = manifest.asset(named: asset)?.source, hub.files.count > 1
    else { return nil }
    let linked = zip(hub.files, files[asset] ?? []).map { (path: $0.path, file: $1) }
    if isReading { return try LinkedFolder(linked, reading: sources.store) }
    let report = sources.report
    let writer = try await ArtifactWriter(
      sources.store, note: { report(.note($0)) }, waiting: {})
    return try LinkedFolder(linked, in: writer)
  }

  static func model(
    _ manifest: Manifest, _ files: [String: [ResolvedAsset]], _ links: LinkedFolder?
  ) -> (input: StartingModel, identity: JSON) {
    func file(_ name: String) -> ResolvedAsset { Self.file(name, files) }
    switch manifest.model.source {
    case .pretrained(let asset):
      if let links { return (.pretrained(path: links.path), ["pretrained": JSON(links.sha256)]) }
      let file = file(asset)
      return (.pretrained(path: file.path), ["pretrained": JSON(file.sha256)])
    case .initialized(let toy):
      let (configuration, tokenizer) = (file(toy.configuration), file(toy.tokenizer))
      let settings = toy.tokenizerConfiguration.map(file)
      return (
        .initialized(
          configurationPath: configuration.path, tokenizerPath: tokenizer.path,
          tokenizerConfigurationPath: settings?.path, seed: toy.seed,
          standardDeviation: toy.standardDeviation),
        [
          "configuration": JSON(configuration.sha256), "tokenizer": JSON(tokenizer.sha256),
          "tokenizer_configuration": JSON(settings?.sha256.hex),
          "seed": .string(String(toy.seed)),
          "standard_deviation": .number(toy.standardDeviation),
        ]
      )
    }
  }
}
