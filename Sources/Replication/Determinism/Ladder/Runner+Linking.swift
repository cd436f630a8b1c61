import Foundation
import Provenance

extension Runner {
  /// Puts every input that lies in the store into the store of another artifacts folder.
  func linkInputs(into artifacts: String) async throws {
    let other = ArtifactStore(root: "\(artifacts)/store")
    for asset in try await resolver(quiet: true).resolve(try allAssets())
    where asset.path == store.path(of: asset.sha256) {
      try Self.linkFile(asset.path, to: other.path(of: asset.sha256))
    }
  }

  /// Makes a file available at another path, without copying it where links are possible.
  static func linkFile(_ source: String, to path: String) throws {
    try AtomicFile.createFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    // Some file systems have no links, and none has them to another.
    guard link(source, path) != 0, errno != EEXIST else { return }
    try AtomicFile.write(to: path) { temporary in
      try FileManager.default.copyItem(atPath: source, toPath: temporary)
    }
  }
}
