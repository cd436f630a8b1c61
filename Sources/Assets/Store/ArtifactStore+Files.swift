package import Files
import Foundation

extension ArtifactStore {
  /// A file of the store, by its name.
  package struct Entry: Sendable, Equatable {
    /// Where it is.
    package let place: ContainedPath
    /// What the content should hash to; nil for a file that has no place in the store.
    package let digest: Digest?
  }

  /// All files of the store but unfinished ones, sorted by path.
  package func entries() throws -> [Entry] {
    let all = folder.appending("sha256")
    return try all.names().flatMap { prefix in
      try all.appending(prefix).names().map { name in
        let place = all.appending(prefix).appending(name)
        let digest = Digest(hex: name)
        return Entry(
          place: place, digest: digest.flatMap { self.place(of: $0) == place ? $0 : nil })
      }
    }
  }

  /// The folders of links to files of the store, sorted by path, each with the links that lead nowhere if the files at
  /// `removed` are gone.
  package func linkedFolders(without removed: Set<String> = []) throws -> [(
    place: ContainedPath, broken: [String]
  )] {
    let all = folder.appending("folders")
    return try all.names().map { name in
      let folder = all.appending(name)
      let broken = try ArtifactStore.links(in: folder).links.filter { link in
        removed.contains(link.target) || !FileManager.default.fileExists(atPath: link.target)
      }
      return (folder, broken.map { folder.appending($0.name).path })
    }
  }

  /// The links in a folder with what they lead to, by their paths in it, and what else there is but folders.
  static func links(in folder: ContainedPath) throws -> (
    links: [(name: String, target: String)], others: [String]
  ) {
    var (links, others) = ([(name: String, target: String)](), [String]())
    try DiskUsage.visit(folder) { place, status in
      let name = place.components.dropFirst(folder.components.count).joined(separator: "/")
      if status.kind == .link, let target = try place.linkTarget() {
        links.append((name, target))
      } else if status.kind != .folder {
        others.append(name)
      }
    }
    return (links, others)
  }
}
