import Foundation
import Provenance

extension ArtifactStore {
  /// A file of the store, by its name.
  struct Entry: Sendable, Equatable {
    /// Absolute path.
    let path: String
    /// What the content should hash to; nil for a file that has no place in the store.
    let digest: Digest?
  }

  /// All files of the store but unfinished ones, sorted by path.
  func entries() throws -> [Entry] {
    try names(in: "\(root)/sha256").flatMap { prefix in
      try names(in: "\(root)/sha256/\(prefix)").map { name in
        let path = "\(root)/sha256/\(prefix)/\(name)"
        let digest = Digest(hex: name)
        return Entry(path: path, digest: digest.flatMap { self.path(of: $0) == path ? $0 : nil })
      }
    }
  }

  /// The folders of links to files of the store, sorted by path, each with the links that lead nowhere if the files at
  /// `removed` are gone.
  func linkedFolders(without removed: Set<String> = []) throws -> [(path: String, broken: [String])]
  {
    try names(in: "\(root)/folders").map { name in
      let folder = "\(root)/folders/\(name)"
      let links =
        (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
      let broken = try links.sorted().map { "\(folder)/\($0)" }.filter { link in
        guard try FileStatus(at: link)?.kind == .link else { return false }
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
        return removed.contains(target) || !FileManager.default.fileExists(atPath: target)
      }
      return (folder, broken)
    }
  }

  private func names(in folder: String) throws -> [String] { try FolderNames.sorted(in: folder) }
}

extension StepCache {
  /// An entry by the name of its file.
  struct Entry: Sendable {
    /// Absolute path.
    let path: String
    /// What the file is named by.
    let key: Digest
    /// What the step left; nil for an entry that cannot be used, for the reason given.
    let result: StepResult?
    let problem: String?
  }

  /// All entries, sorted by name.
  func entries() throws -> [Entry] {
    try FolderNames.sorted(in: path).compactMap { name in
      guard name.hasSuffix(".json"), let key = Digest(hex: name.dropLast(5)) else { return nil }
      var problem: String?
      let result = try find(key) { problem = $0 }
      return Entry(path: "\(path)/\(name)", key: key, result: result, problem: problem)
    }
  }
}

/// The names in a folder.
enum FolderNames {
  /// All names, sorted by their bytes; none if there is no such folder.
  static func sorted(in folder: String) throws -> [String] {
    guard try FileStatus(at: folder) != nil else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder)
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
