import CLibgit2

/// The anchors of one git repository, normal, bare or a linked working tree's.
///
/// Anchors of one store form a chain: each commit's parent is the anchor before it, so that none can be taken out or
/// changed without changing all that follow. Nothing else of the repository is touched: no branch, no HEAD, no index,
/// no file of a working tree.
package struct AnchorStore: ~Copyable {
  let repository: GitRepository

  /// Opens the repository that contains a folder.
  ///
  /// - Throws: ``ProvenanceError``: `noRepository` if there is none, `repository` if it cannot be opened.
  package init(containing path: String) throws(ProvenanceError) {
    do {
      guard let repository = try GitRepository(containing: path) else {
        throw ProvenanceError(
          code: .noRepository, message: "The folder \(path) is in no git repository.")
      }
      self.repository = repository
    } catch let error as GitFailure {
      throw AnchorStore.error("The git repository around \(path) cannot be used", error)
    } catch let error as ProvenanceError {
      throw error
    } catch {
      preconditionFailure("Opening a repository throws nothing else: \(error)")
    }
  }

  /// What is wrong, as a sentence.
  static func error(_ problem: String, _ failure: GitFailure) -> ProvenanceError {
    ProvenanceError(code: .repository, message: "\(problem): \(failure.reason).")
  }

  // MARK: - Reading

  /// The anchored records' ids, each with the id of its commit, sorted.
  package func anchors() throws(ProvenanceError) -> [(id: String, commit: String)] {
    do {
      var found: [(id: String, commit: String)] = []
      for reference in try repository.references(matching: GitAnchor.records + "*") {
        guard let target = try repository.target(of: reference) else { continue }
        found.append(
          (String(reference.dropFirst(GitAnchor.records.count)), GitRepository.text(target)))
      }
      return found
    } catch {
      throw AnchorStore.error("The anchors cannot be listed", error)
    }
  }

  /// The anchor of a record; nil if it has none.
  ///
  /// - Throws: ``ProvenanceError`` `repository` if the reference leads to something else.
  package func anchor(of id: String) throws(ProvenanceError) -> GitAnchor? {
    do {
      guard let target = try repository.target(of: GitAnchor.reference(of: id)) else { return nil }
      return try repository.anchor(at: target, of: id)
    } catch {
      throw AnchorStore.error("The anchor of the record \(id) cannot be read", error)
    }
  }

  /// An anchor that is in the repository, whether a reference leads to it or not.
  package func anchor(of id: String, commit: String) throws(ProvenanceError) -> GitAnchor {
    do {
      var target = git_oid()
      try GitFailure.check(git_oid_fromstr(&target, commit), "read the id \(commit)")
      return try repository.anchor(at: target, of: id)
    } catch {
      throw AnchorStore.error("The anchor \(commit) of the record \(id) cannot be read", error)
    }
  }

  /// The chain of anchors from the newest of this store to the first.
  package func chain() throws(ProvenanceError) -> [GitAnchor] {
    do {
      var chain: [GitAnchor] = []
      var next = try repository.target(of: GitAnchor.latest)
      while let commit = next {
        let anchor = try repository.anchor(at: commit, of: nil)
        chain.append(anchor)
        next = nil
        if let parent = anchor.parent {
          var target = git_oid()
          try GitFailure.check(git_oid_fromstr(&target, parent), "read the id \(parent)")
          next = target
        }
      }
      return chain
    } catch {
      throw AnchorStore.error("The chain of anchors cannot be read", error)
    }
  }

  // MARK: - Taking over

  /// Gives an anchor that was brought from another repository its reference here, with the parents that it has there.
  ///
  /// This store's own chain does not change: it says what was anchored here, in which order.
  ///
  /// - Returns: Whether it was given; false if the record has got an anchor meanwhile.
  package func adopt(_ anchor: GitAnchor) throws(ProvenanceError) -> Bool {
    do {
      var target = git_oid()
      try GitFailure.check(git_oid_fromstr(&target, anchor.commit), "read an id")
      return try repository.move([
        GitRepository.Move(
          reference: GitAnchor.reference(of: anchor.id), expected: nil, target: target)
      ])
    } catch {
      throw AnchorStore.error("The anchor of the record \(anchor.id) cannot be stored", error)
    }
  }
}
