import Foundation
import Provenance

extension Runner {
  /// Puts every input that lies in the store into the store of another artifacts folder, without copying it.
  func linkInputs(into artifacts: String) async throws {
    let other = ArtifactStore(root: "\(artifacts)/store")
    for asset in try await resolver(quiet: true).resolve(try allAssets())
    where asset.path == store.path(of: asset.sha256) {
      let path = other.path(of: asset.sha256)
      try AtomicFile.createFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
      guard link(asset.path, path) == 0 || errno == EEXIST else {
        throw AssetError.system("link", path)
      }
    }
  }
}
