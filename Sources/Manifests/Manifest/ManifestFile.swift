package import Assets
package import Files
import Tensors

/// A manifest that was read from a YAML file.
package struct ManifestFile: Sendable, Equatable {
  /// Path of the file.
  package let path: String
  /// SHA-256 of its bytes, comments included.
  package let sha256: Digest
  /// What it declares.
  package let manifest: Manifest
  /// Whether it is less than the file says, for a quick check; the lock of the file says nothing of it then.
  package var isShortened = false

  /// Creates a manifest file.
  package init(path: String, sha256: Digest, manifest: Manifest, isShortened: Bool = false) {
    self.path = path
    self.sha256 = sha256
    self.manifest = manifest
    self.isShortened = isShortened
  }

  /// Reads and checks a file.
  ///
  /// Messages call the file as `path` does.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - overrides: Values to set in place of those of the file, as `training.max_steps=20`; they become part of the
  ///     manifest, under the key `overrides`.
  /// - Returns: The manifest, with what it was read from.
  /// - Throws: ``ManifestError`` with everything that is wrong at once.
  package static func read(
    _ path: String, overrides: [String] = []
  ) throws(ManifestError) -> ManifestFile {
    let bytes =
      try contents(of: path, limit: ManifestSource.largestSize, kind: "a manifest")
      + appendix(overrides, file: path)
    return ManifestFile(
      path: path, sha256: SHA256.digest(of: bytes),
      manifest: try ManifestDecoder.decode(bytes, name: path))
  }

  /// The bytes that were read, with the values that were set, read again.
  ///
  /// - Throws: ``ManifestError`` if they are not the same any more.
  package func bytes() throws(ManifestError) -> [UInt8] {
    var bytes = try Self.contents(of: path, limit: ManifestSource.largestSize, kind: "a manifest")
    if SHA256.digest(of: bytes) == sha256 { return bytes }
    bytes += try Self.appendix(manifest.overrides, file: path)
    guard SHA256.digest(of: bytes) == sha256 else {
      throw ManifestError(
        .unreadable, file: path, "the file was changed while this command was reading it")
    }
    return bytes
  }

  /// The folder that relative paths of the manifest begin at.
  package var folder: String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Path of the file with the documented results; nil if the manifest names none.
  package var expectationsPath: String? {
    manifest.expectations.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
  }

  /// The same file with optional arms that are run too.
  ///
  /// - Throws: ``ManifestError`` `unknownReference` for a name that is not that of an optional arm, `contradiction` for an
  ///   arm that is run as the manifest's engine cannot.
  package func selecting(arms names: [String]) throws(ManifestError) -> ManifestFile {
    for name in names {
      let arm = manifest.declaredArms.first { $0.name == name }
      if arm?.isOptional == true { continue }
      let optional = manifest.declaredArms.filter(\.isOptional).map(\.name)
      let problem =
        arm == nil
        ? "there is no optional arm '\(name)'" + NearestWord.hint(for: name, among: optional)
        : "the arm '\(name)' is not optional, so it is run in any case; --arm is for optional arms, which are run besides"
      throw ManifestError(.unknownReference, file: path, problem)
    }
    let selected = manifest.selecting(arms: names)
    for case (let name, .trained(_, _, _, let precision?)) in selected.arms.map({
      ($0.name, $0.treatment)
    }) where selected.engine == .axolotl {
      throw ManifestError(
        .contradiction, file: path,
        "the arm '\(name)' has the precision \(precision.rawValue), which is how the native engine computes; Axolotl is told 'axolotl.precision', for all arms"
      )
    }
    return ManifestFile(path: path, sha256: sha256, manifest: selected)
  }

  /// The files that a declared asset stands for: one, all members of a list, or all of a repository, in their order.
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
      let file = try InputFile(path: path)
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
  /// The files that the asset stands for: one, all members of a list, or all of a repository, in their order.
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
    case .hub(let hub):
      return hub.files.map { file in
        Asset(
          name: hub.files.count == 1 ? name : "\(name): \(file.path)",
          source: .hub(HubFile(repository: hub.repository, path: file.path)), sha256: file.sha256,
          bytes: file.bytes, license: license)
      }
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
