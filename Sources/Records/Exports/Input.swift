import Assets
import Files
import Manifests
import Provenance

/// What a run read: the files that an asset of its manifest stood for.
package struct Input: Sendable {
  /// The asset's name in the manifest.
  package let asset: String
  /// Its files, in order; never empty.
  package private(set) var files: [RecordedInput]
  /// Where they come from: addresses of the web and package URLs; empty for files of a machine.
  package let addresses: [String]
  /// The licence that the manifest states.
  package let license: String?

  /// Everything that a run read; nothing for an import, whose sources are part of its record.
  static func all(in history: RunHistory, manifest: Manifest?) -> [Input] {
    var inputs: [Input] = []
    for file in history.inputs ?? [] {
      if let index = inputs.firstIndex(where: { $0.asset == file.asset }) {
        inputs[index].files.append(file)
      } else {
        let declaration = manifest?.asset(named: file.asset)
        inputs.append(
          Input(
            asset: file.asset, files: [file], addresses: declaration?.source.addresses ?? [],
            license: declaration?.license))
      }
    }
    return inputs
  }
}

extension Manifest.AssetOrigin {
  /// Where the content can be had; empty for a file or folder of a machine, whose path is nobody else's business.
  var addresses: [String] {
    switch self {
    case .members(let members):
      var addresses: [String] = []
      for member in members where !addresses.contains(member.wheel.packageURL) {
        addresses.append(member.wheel.packageURL)
      }
      return addresses
    case .memberList(let wheel, _): return [wheel.packageURL]
    case .https(let address): return [address]
    case .file: return []
    case .hub(let hub): return ["\(hub.repository.page)/tree/\(hub.repository.revision)"]
    }
  }
}

extension Wheel {
  /// The package URL (purl) of the file.
  fileprivate var packageURL: String {
    let parts = requirement.split(separator: "=", omittingEmptySubsequences: true)
    let name = parts[0].lowercased().replacing("_", with: "-")
    let version = URIText.encoded(parts.count > 1 ? String(parts[1]) : "")
    return "pkg:pypi/\(name)@\(version)?file_name=\(URIText.encoded(fileName))"
  }
}
