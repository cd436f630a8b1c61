import CLibgit2
import Files

/// The anchors of one git repository, normal, bare or a linked working tree's.
///
/// Anchors of records of one store form a chain: each commit's parent is the anchor before it, so that none can be taken
/// out or changed without changing all that follow. Nothing else of the repository is touched: no branch, no HEAD, no
/// index, no file of a working tree. No program that the repository names is run.
package struct AnchorStore: ~Copyable {
  let repository: GitRepository

  /// The settings of git that may name programs.
  package var user: GitUserSettings { repository.user }

  /// Opens the repository that contains a folder.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - user: The settings of git that may name programs.
  ///   - isExact: Whether the repository has to be the folder's own, not one around it.
  /// - Throws: ``ProvenanceError``: `noRepository` if there is none, `repository` if it cannot be opened.
  package init(
    containing path: String, user: GitUserSettings = .ofThisProcess, isExact: Bool = false
  ) throws(ProvenanceError) {
    let found: GitRepository?
    do throws(GitFailure) {
      found = try GitRepository(containing: path, user: user, isExact: isExact)
    } catch {
      throw AnchorStore.error("The git repository around \(path) cannot be used", error)
    }
    guard let found else {
      throw ProvenanceError(
        .noRepository,
        "The folder \(path) is \(isExact ? "no" : "in no") git repository.")
    }
    repository = found
  }

  /// What is wrong, as a sentence.
  static func error(_ problem: String, _ failure: GitFailure) -> ProvenanceError {
    ProvenanceError(.repository, "\(problem): \(failure.reason).")
  }

  // MARK: - Reading

  /// The references of this program in the repository whose names begin with `prefix` behind ``AnchorName/root``, sorted.
  package func references(_ prefix: String = "") throws(ProvenanceError) -> [AnchorReference] {
    do throws(GitFailure) {
      return try repository.references(matching: AnchorName.root + prefix + "*").compactMap {
        AnchorReference($0.name, commit: GitRepository.text($0.target))
      }
    } catch {
      throw AnchorStore.error("The anchors cannot be listed", error)
    }
  }

  /// The references to anchors of a record, of the older form too.
  package func references(ofRecord id: String) throws(ProvenanceError) -> [AnchorReference] {
    try references("anchors/\(id)/") + references("records/\(id)")
  }

  /// The references to anchors of records that have several, by record; names of the others are only looked at.
  package func severalAnchors() throws(ProvenanceError) -> [String: [AnchorReference]] {
    do throws(GitFailure) {
      let root = AnchorName.root + "anchors/"
      let found = try repository.references(matching: root + "*").map {
        (id: $0.name.utf8.dropFirst(root.utf8.count).prefix { $0 != UInt8(ascii: "/") }, at: $0)
      }
      var several: [String: [AnchorReference]] = [:]
      for (index, entry) in found.enumerated() {
        // Sorted by name, those of one record are neighbours.
        let neighbours = [index - 1, index + 1].filter(found.indices.contains)
        guard neighbours.contains(where: { found[$0].id.elementsEqual(entry.id) }),
          let reference = AnchorReference(
            entry.at.name, commit: GitRepository.text(entry.at.target)), let id = reference.id
        else { continue }
        several[id, default: []].append(reference)
      }
      return several
    } catch {
      throw AnchorStore.error("The anchors cannot be listed", error)
    }
  }

  /// Reads the anchor that a reference leads to.
  ///
  /// - Throws: ``ProvenanceError`` `repository` if it is not what the name says.
  package func anchor(_ reference: AnchorReference) throws(ProvenanceError) -> GitAnchor {
    do {
      return try repository.anchor(reference)
    } catch {
      throw AnchorStore.error("The anchor \(reference.text) cannot be used", error)
    }
  }

  /// The chain of anchors of records from the newest of this store to the first.
  package func chain() throws(ProvenanceError) -> [GitAnchor] {
    do {
      var chain: [GitAnchor] = []
      var next = try repository.target(of: GitAnchor.latest)
      while let commit = next {
        let anchor = try repository.anchor(at: commit)
        chain.append(anchor)
        next = try anchor.parent.map { parent throws(GitFailure) in
          try GitRepository.id(of: parent)
        }
      }
      return chain
    } catch {
      throw AnchorStore.error("The chain of anchors cannot be read", error)
    }
  }
}

extension GitRepository {
  /// Reads the anchor that a reference leads to, and compares it with the reference's name.
  func anchor(_ reference: AnchorReference) throws(GitFailure) -> GitAnchor {
    let anchor = try anchor(at: try Self.id(of: reference.commit))
    let isNamedSo =
      reference.name.map { $0 == anchor.name }
      ?? {
        if case .record(reference.id ?? "", _) = anchor.name { true } else { false }
      }()
    guard isNamedSo else {
      throw GitFailure(
        reason: "the commit \(anchor.commit) is about \(anchor.name.text), not what its name says",
        code: 0)
    }
    return anchor
  }
}
