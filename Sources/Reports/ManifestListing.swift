import Assets
package import Files
package import Manifests

/// Manifests by name, with what is to be known before a run: what `list` and `validate` come to.
package struct ManifestListing: CommandOutcome {
  private let entries: [ManifestCatalog.Entry]
  /// Whether they were asked for by name, and are all good.
  private let isValidation: Bool

  /// Tells of every manifest of a catalog, also of those that cannot be read.
  package init(_ catalog: ManifestCatalog) {
    entries = catalog.entries()
    isValidation = false
  }

  /// Tells of manifests that were found to be valid.
  package init(valid files: [ManifestFile]) {
    entries = files.map {
      ManifestCatalog.Entry(name: $0.manifest.name, path: $0.path, result: .success($0.manifest))
    }
    isValidation = true
  }

  package var text: ReportText {
    guard !entries.isEmpty else {
      return "There is no folder of manifests here, above, or in the installation."
    }
    let width = entries.map(\.name.count).max() ?? 0
    return entries.map { entry in
      let name = entry.name + String(repeating: " ", count: width - entry.name.count)
      switch entry.result {
      case .success(let manifest):
        let notes = Self.notes(on: manifest)
        let rest = manifest.title + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
        return ReportText(isValidation ? "\(entry.path) is valid: \(rest)" : "\(name)  \(rest)")
      case .failure(let error):
        return ReportText(error, prefix: "\(name)  cannot be read: ")
      }
    }.reduce(ReportText([ReportLine]()), +)
  }

  package var json: JSON {
    [
      "schema": "replicate/manifests/v1", "exit_code": JSON(Int(exitCode)),
      "manifests": .array(
        entries.map { entry in
          switch entry.result {
          case .success(let manifest):
            [
              "name": .string(entry.name), "path": .string(entry.path),
              "title": .string(manifest.title), "download_bytes": JSON(manifest.downloadBytes),
              "hub_inputs": .array(Self.hubInputs(manifest).map(JSON.string)),
              "arms": .array(
                manifest.declaredArms.map {
                  ["name": .string($0.name), "optional": .bool($0.isOptional)]
                }),
            ]
          case .failure(let error):
            [
              "name": .string(entry.name), "path": .string(entry.path),
              "problem": .string("\(error)"),
            ]
          }
        }),
    ]
  }

  private static func notes(on manifest: Manifest) -> [String] {
    var notes: [String] = []
    if manifest.downloadBytes > 0 {
      notes.append("downloads \(Sizes.text(manifest.downloadBytes))")
    }
    let gated = manifest.assets.filter { asset in
      if case .hub(let hub) = asset.source { hub.repository.isGated } else { false }
    }
    if !gated.isEmpty {
      notes.append("terms to accept for \(gated.map(\.name).joined(separator: ", "))")
    }
    let optional = manifest.declaredArms.filter(\.isOptional).map(\.name)
    if !optional.isEmpty { notes.append("optional arms: \(optional.joined(separator: ", "))") }
    return notes
  }

  private static func hubInputs(_ manifest: Manifest) -> [String] {
    manifest.assets.filter { if case .hub = $0.source { true } else { false } }.map(\.name)
  }
}
