package import Files
import Foundation

/// A folder of links to verified files, for loaders that want a model's files side by side.
///
/// It holds the declared files and nothing else: what else lies beside them where they come from has no influence. A
/// folder that is there already is used only if each of its links leads to the verified file.
package struct LinkedFolder: Sendable {
  /// The folder's absolute path.
  package let path: String
  /// The folder's ``FolderDigest``.
  package let sha256: Digest

  private struct Link {
    let name: String
    let target: String
  }

  private let links: [Link]
  private let place: ContainedPath
  /// Removes the folder when nobody uses it any more, if it was made for one use.
  private let temporary: TemporaryPlace?

  /// A folder that is removed when this object goes away.
  private final class TemporaryPlace: Sendable {
    let place: ContainedPath
    init(_ place: ContainedPath) { self.place = place }
    deinit { try? place.remove() }
  }

  /// Makes the folder in the store of `writer`, or finds it there.
  ///
  /// `files` have their paths in the folder.
  package init(_ files: [(path: String, file: ResolvedAsset)], in writer: ArtifactWriter) throws {
    self.init(files, in: writer.store, temporary: nil)
    switch try state() {
    case .whole: return
    case .absent: break
    // Somebody else's, who may have led its links anywhere.
    case .different: try writer.setAside(place)
    }
    let unfinished = writer.store.partialFolder.appending("unfinished-folder")
    try AssetError.wrapping(.file) {
      try unfinished.remove()
      try make(at: unfinished)
      try place.parent.createFolder()
      try unfinished.move(to: place)
    }
  }

  /// Finds the folder in a store to which nothing is written, or makes one elsewhere that is gone after its use.
  package init(_ files: [(path: String, file: ResolvedAsset)], reading store: ArtifactStore) throws
  {
    let inStore = LinkedFolder(files, in: store, temporary: nil)
    if case .whole = try inStore.state() {
      self = inStore
      return
    }
    let folder = ContainedPath(root: NSTemporaryDirectory())
      .appending("replicate-links-\(UUID().uuidString)")
    self.init(files, in: store, temporary: TemporaryPlace(folder))
    try AssetError.wrapping(.file) { try make(at: folder) }
  }

  private init(
    _ files: [(path: String, file: ResolvedAsset)], in store: ArtifactStore,
    temporary: TemporaryPlace?
  ) {
    links = files.map { Link(name: $0.path, target: $0.file.path) }
    sha256 = FolderDigest.digest(
      of: files.map { (path: $0.path, sha256: $0.file.sha256, bytes: $0.file.bytes) })
    // Named by what is linked and where it lies.
    let places = links.map { "\($0.name)\n\($0.target)\n" }.sorted()
    let key = SHA256.digest(of: sha256.hex + "\n" + places.joined())
    place = temporary?.place ?? store.folder.appending("folders/\(key.hex)")
    path = place.path
    self.temporary = temporary
  }

  private enum State { case absent, whole, different }

  /// Whether the folder holds the links, and nothing else.
  private func state() throws -> State {
    guard let status = try FileStatus(at: place) else { return .absent }
    guard status.kind == .folder else { return .different }
    let found = try ArtifactStore.links(in: place)
    let isWhole =
      found.others.isEmpty
      && found.links.map(\.name).sorted() == links.map(\.name).sorted()
      && links.allSatisfy { link in
        found.links.contains { $0.name == link.name && $0.target == link.target }
      }
    return isWhole ? .whole : .different
  }

  private func make(at folder: ContainedPath) throws {
    for link in links {
      let place = folder.appending(link.name)
      try place.parent.createFolder()
      try place.makeLink(to: link.target)
    }
  }
}
