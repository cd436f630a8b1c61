import CLibgit2

/// What anchoring a record came to.
package enum AnchorOutcome: Sendable, Equatable {
  /// The record has an anchor now.
  case anchored(GitAnchor)
  /// The record had an anchor with the same files.
  case unchanged(GitAnchor)
  /// The record has an anchor with other files, which was kept: evidence is never overwritten.
  case differs(GitAnchor, [GitAnchor.Difference])
}

extension AnchorStore {
  /// Makes the signature that a repository asks for, as the text that goes into the commit.
  package typealias Signer =
    @Sendable (_ signing: GitSigning, _ commit: String) async throws
    -> String

  /// How long to wait for other processes that anchor.
  private static let patience = Duration.seconds(30)

  /// Anchors a record: stores its files, a commit of them, and the references to it.
  ///
  /// Several processes may anchor at once. Each commit builds on the newest anchor that it saw; if another one came in
  /// between, a new commit is made on top of that. If anything fails, no reference has been moved.
  ///
  /// - Parameters:
  ///   - id: The record's id.
  ///   - files: What is anchored.
  ///   - time: When the record was sealed, in seconds since 1970-01-01T00:00:00Z; the time of the commit.
  ///   - sign: Makes a signature; called only if git's settings ask for one.
  /// - Returns: The record's anchor, new or old.
  /// - Throws: ``ProvenanceError`` `repository`, `locked`; what `sign` throws.
  package func anchor(
    _ id: String, files: [GitAnchor.File], time: Int, sign: Signer
  ) async throws -> AnchorOutcome {
    let reference = GitAnchor.reference(of: id)
    let deadline = ContinuousClock.now + Self.patience
    do {
      let tree = try repository.write(files)
      let (name, email) = try repository.committer()
      let signing = try GitSigning(of: repository, committer: "\(name) <\(email)>")
      repeat {
        if let existing = try repository.target(of: reference) {
          let anchor = try repository.anchor(at: existing, of: id)
          let differences = anchor.differences(from: files)
          return differences.isEmpty ? .unchanged(anchor) : .differs(anchor, differences)
        }
        let latest = try repository.target(of: GitAnchor.latest)
        var moves: [GitRepository.Move] = []
        let commit: git_oid
        if let latest, case let newest = try repository.anchor(at: latest, of: nil),
          newest.id == id, newest.differences(from: files).isEmpty
        {
          // Somebody was stopped between the two references.
          commit = latest
        } else {
          let text = try repository.commitText(of: id, tree: tree, parent: latest, time: time)
          var signature: String?
          if let signing { signature = try await sign(signing, text) }
          commit = try repository.store(commit: text, signature: signature)
          moves.append(
            GitRepository.Move(reference: GitAnchor.latest, expected: latest, target: commit))
        }
        moves.append(GitRepository.Move(reference: reference, expected: nil, target: commit))
        if try repository.move(moves) {
          return .anchored(try repository.anchor(at: commit, of: id))
        }
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...20)))
      } while ContinuousClock.now < deadline
    } catch let failure as GitFailure {
      throw AnchorStore.error("The record \(id) could not be anchored in git", failure)
    }
    throw ProvenanceError(
      code: .locked,
      message:
        "The record \(id) could not be anchored in git: another process holds the lock \(GitAnchor.latest).lock; if none is at work, remove that file from the repository."
    )
  }
}
