import CLibgit2
import Files

/// What anchoring came to.
package enum AnchorOutcome: Sendable, Equatable {
  /// There is a new anchor now.
  case anchored(GitAnchor)
  /// There was one already.
  case unchanged(GitAnchor)
}

extension AnchorStore {
  /// Makes the signature that git's settings ask for, as the text that goes into the commit.
  package typealias Signer =
    @Sendable (_ signing: GitSigning, _ commit: String) async throws
    -> String

  /// How long to wait for other processes that anchor, and how often to look at least: a busy machine may let this
  /// process look seldom.
  private static let patience = (time: Duration.seconds(30), attempts: 200)

  /// Anchors evidence: stores its files, a commit of them, and the references to it.
  ///
  /// Several processes may anchor at once. Each commit of a record builds on the newest that it saw; if another one came
  /// in between, a new commit is made on top of that. If anything fails, no reference has been moved. A name that
  /// somebody has taken for a commit with other files is no hindrance: the new one stands beside it.
  ///
  /// - Parameters:
  ///   - name: What the evidence is about.
  ///   - files: What is anchored, among it the file that `name` is a digest of.
  ///   - time: The time of the commit, in seconds since 1970-01-01T00:00:00Z.
  ///   - sign: Makes a signature, if git's settings ask for one; nil for no signature in any case.
  /// - Returns: The anchor, new or old.
  /// - Throws: ``ProvenanceError`` `repository`, `locked`; what `sign` throws.
  package func anchor(
    _ name: AnchorName, files: [GitAnchor.File], time: Int, sign: Signer?
  ) async throws -> AnchorOutcome {
    let deadline = ContinuousClock.now + Self.patience.time
    var attempts = 0
    do {
      let tree = try repository.write(files)
      let (author, email) = try repository.committer()
      let signing =
        sign == nil ? nil : try GitSigning(of: repository, committer: "\(author) <\(email)>")
      repeat {
        // Read before anything else: whoever makes the anchor after this lets the moves fail, and is found the next time.
        let isTaken = try repository.target(of: name.reference) != nil
        if let present = try present(name, files) { return .unchanged(present) }
        let latest = name.isChained ? try repository.target(of: GitAnchor.latest) : nil
        var moves: [GitRepository.Move] = []
        let commit: git_oid
        if let latest, try repository.anchor(at: latest).name == name {
          // Somebody was stopped between the two references.
          commit = latest
        } else {
          let text = try repository.commitText(of: name, tree: tree, parent: latest, time: time)
          var signature: String?
          if let signing, let sign { signature = try await sign(signing, text) }
          commit = try repository.store(commit: text, signature: signature)
          if name.isChained {
            moves.append(
              GitRepository.Move(reference: GitAnchor.latest, expected: latest, target: commit))
          }
        }
        let reference =
          isTaken
          ? AnchorReference(name, besidesAs: GitRepository.text(commit)).reference : name.reference
        moves.append(GitRepository.Move(reference: reference, expected: nil, target: commit))
        if try repository.move(moves) {
          return .anchored(try repository.anchor(at: commit))
        }
        attempts += 1
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...20)))
      } while ContinuousClock.now < deadline || attempts < Self.patience.attempts
    } catch let failure as GitFailure {
      throw AnchorStore.error("\(name.text) could not be anchored in git", failure)
    }
    throw FileError(
      .locked,
      "\(name.text) could not be anchored in git: another process holds the lock \(GitAnchor.latest).lock; if none is at work, remove that file from the repository."
    )
  }

  /// The anchor of this name that there is already; of a lock one with the same files.
  private func present(_ name: AnchorName, _ files: [GitAnchor.File]) throws(GitFailure)
    -> GitAnchor?
  {
    var candidates = [name.reference]
    if try repository.target(of: name.reference) != nil {
      candidates += try repository.references(matching: name.reference + ".*").map(\.name)
    }
    if let id = name.id, name.isChained { candidates.append(AnchorReference.olderForm + id) }
    for reference in candidates {
      guard let target = try repository.target(of: reference),
        // Something else that bears the name is no evidence, and no hindrance.
        let anchor = try? repository.anchor(at: target), anchor.name == name
      else { continue }
      guard case .intent = name else { return anchor }
      if anchor.files == files { return anchor }
    }
    return nil
  }
}

extension AnchorName {
  /// Whether its commits build on each other.
  fileprivate var isChained: Bool { if case .record = self { true } else { false } }
}
