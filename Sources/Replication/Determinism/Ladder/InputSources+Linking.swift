import Assets
import Files

extension InputSources {
  /// Puts every input that lies in the store into the store of another artifacts folder.
  func link(into artifacts: String) async throws {
    let other = ArtifactStore(ArtifactsFolder(artifacts))
    for asset in try await resolver(quiet: true).resolve(try allAssets())
    where asset.path == store.path(of: asset.sha256) {
      try Self.linkFile(store.place(of: asset.sha256), to: other.place(of: asset.sha256))
    }
  }

  /// Makes a file available at another path, without copying it where links are possible.
  static func linkFile(_ source: ContainedPath, to place: ContainedPath) throws {
    try place.parent.createFolder()
    // Some file systems have no second names, and none has them in another.
    do {
      _ = try source.addName(place)
    } catch {
      let file = try OpenFile.reading(source)
      try AtomicFile.write(to: place) { copy in _ = try file.copy(to: copy) }
    }
  }
}
