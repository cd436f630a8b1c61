import Files
import Foundation

/// A file or folder of the user's that takes the place of an asset's own source.
///
/// Digests and sizes stay those that are declared: a copy that differs is refused when it is read.
package struct LocalCopy: Sendable, Equatable {
  /// Name of the asset.
  package let asset: String
  /// Absolute path.
  ///
  /// Of an asset with several files, the folder that holds them under their paths in wheel or repository.
  package let path: String

  /// Creates a copy's description.
  package init(asset: String, path: String) {
    self.asset = asset
    self.path = path
  }

  /// The asset's files as they lie in the copy.
  ///
  /// - Throws: ``AssetError`` `invalidAsset` when one is not there, `wrongDigest` when one has another size than is declared
  ///   or, without a digest, is known to be of another revision.
  package func files(of declared: [Asset]) throws -> [Asset] {
    guard Self.exists(path) else {
      throw invalid("there is no file or folder at \(path)")
    }
    // One file may be passed as it is, or a folder that holds it.
    if declared.count == 1, declared[0].isAnyFolder || !Self.isFolder(path) {
      try check(declared[0], at: path)
      return [declared[0].moved(to: path)]
    }
    let places = declared.map { (asset: $0, path: "\(path)/\($0.relativePath)") }
    let missing = places.filter { !Self.exists($0.path) }.map(\.asset.relativePath)
    if let first = missing.first {
      let others = missing.count > 1 ? " and \(missing.count - 1) more of its files" : ""
      throw invalid("\(path) does not hold \(first)\(others)")
    }
    for place in places {
      try check(place.asset, at: place.path)
      if case .hub(let file) = place.asset.source, place.asset.sha256 == nil {
        try check(file)
      }
    }
    return places.map { $0.asset.moved(to: $0.path) }
  }

  /// Compares the size of a file with the declared one, long before its content is read; folders are left for later.
  private func check(_ asset: Asset, at path: String) throws {
    guard let expected = asset.bytes, !Self.isFolder(path) else { return }
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    guard let found = attributes?[.size] as? Int, found != expected else { return }
    throw AssetError.wrongSize(asset.name, from: path, expected: expected, found: found)
  }

  /// Compares the revision that the Hub's program noted beside a file with the pinned one.
  private func check(_ file: HubFile) throws {
    let notes = "\(path)/.cache/huggingface/download/\(file.path).metadata"
    guard file.repository.isCommit, Self.exists(notes),
      let text = String(validating: try OpenFile.contents(of: notes), as: UTF8.self),
      let found = text.split(whereSeparator: \.isNewline).first, found != file.repository.revision
    else { return }
    throw AssetError(
      code: .wrongDigest,
      message:
        "\(file.path) in \(path), which --asset names for '\(asset)', was downloaded at the revision \(found); expected \(file.repository.revision)."
    )
  }

  private func invalid(_ problem: String) -> AssetError {
    AssetError(code: .invalidAsset, message: "--asset \(asset)=\(path) cannot be used: \(problem).")
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}

extension Asset {
  /// The same content at another place.
  fileprivate func moved(to path: String) -> Asset {
    var asset = self
    asset.source = .file(path)
    return asset
  }

  /// Whether the content has no path inside of something larger, and so can itself be a folder.
  fileprivate var isAnyFolder: Bool { relativePath.isEmpty }

  /// Path in the wheel or repository; empty for what is no part of one.
  fileprivate var relativePath: String {
    switch source {
    case .pypi(let parts): parts.count == 1 ? parts[0].path : ""
    case .hub(let file): file.path
    case .https, .file: ""
    }
  }
}
