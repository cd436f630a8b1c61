package import Provenance

/// A manifest that was read from a YAML file.
package struct ManifestFile: Sendable, Equatable {
  /// Path of the file.
  package let path: String
  /// SHA-256 of its bytes, comments included.
  package let sha256: Digest
  /// What it declares.
  package let manifest: Manifest

  /// Reads and checks a file.
  ///
  /// Messages call the file as `path` does. Throws everything that is wrong at once.
  package static func read(_ path: String) throws(ManifestError) -> ManifestFile {
    let bytes = try contents(of: path, limit: ManifestSource.largestSize, kind: "a manifest")
    return ManifestFile(
      path: path, sha256: SHA256.digest(of: bytes),
      manifest: try ManifestDecoder.decode(bytes, name: path))
  }

  /// The folder that relative paths of the manifest begin at.
  package var folder: String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The files that a declared asset stands for: one, or all members of a list, in the order of the list.
  ///
  /// - Throws: ``ManifestError`` if a list is missing, damaged or not the pinned one.
  package func assets(of declaration: Manifest.AssetDeclaration) throws(ManifestError) -> [Asset] {
    try declaration.files(relativeTo: folder)
  }

  /// The bytes of a file that has at most `limit` of them; errors call it `kind`.
  static func contents(of path: String, limit: Int, kind: String) throws(ManifestError)
    -> [UInt8]
  {
    do {
      let file = try RandomAccessFile(path: path)
      guard file.size <= limit else {
        throw ManifestError(
          .unreadable, file: path, "the file has \(file.size) bytes; \(kind) has at most \(limit)")
      }
      return try file.bytes(at: 0, count: file.size)
    } catch let error as ManifestError {
      throw error
    } catch {
      throw ManifestError(.unreadable, file: path, "the file cannot be read: \(error)")
    }
  }
}

extension Manifest.AssetDeclaration {
  /// The files that the asset stands for: one, or all members of a list, in the order of the list.
  ///
  /// Relative paths begin at `folder`. Throws ``ManifestError`` if a list is missing, damaged or not the pinned one.
  func files(relativeTo folder: String) throws(ManifestError) -> [Asset] {
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
    let origin: AssetSource
    switch source {
    case .members(let members): origin = .pypi(members)
    case .https(let address): origin = .https(address)
    case .file(let path): origin = .file(absolute(path))
    case .memberList(let wheel, let path): return try members(of: wheel, listedIn: absolute(path))
    }
    return [Asset(name: name, source: origin, sha256: sha256, bytes: bytes, license: license)]
  }

  private func members(of wheel: Wheel, listedIn path: String) throws(ManifestError) -> [Asset] {
    let bytes = try ManifestFile.contents(
      of: path, limit: MemberList.largestSize, kind: "a list of members")
    let found = SHA256.digest(of: bytes)
    guard found == sha256 else {
      throw ManifestError(
        .invalidValue, file: path,
        "the list of the asset '\(name)' has the wrong SHA-256: expected \(sha256?.hex ?? "none"), found \(found)"
      )
    }
    return try MemberList.parse(bytes, name: path).map { entry in
      Asset(
        name: "\(name): \(entry.member)",
        source: .pypi([WheelMember(wheel: wheel, path: entry.member)]), sha256: entry.sha256,
        license: license)
    }
  }
}
