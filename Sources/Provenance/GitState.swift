/// What version control says about a folder: which code was at work, and what was changed in it.
///
/// Looking never writes: not to the index, not to any file of the repository.
package enum GitState: Sendable, Equatable {
  /// The folder is in no repository.
  case noRepository
  /// There is a repository that libgit2 refuses to open, for instance because another user owns it.
  case unreadable(reason: String)
  /// The state of the repository.
  case repository(GitRepositoryState)
}

/// The commit that is checked out and how the files differ from it.
package struct GitRepositoryState: Sendable, Equatable {
  /// What HEAD points to.
  package enum Head: Sendable, Equatable {
    /// A commit, checked out through a branch or (nil) detached.
    case commit(id: String, branch: String?)
    /// A branch that has no commit yet.
    case unborn(branch: String?)
  }

  /// What HEAD points to.
  package let head: Head
  /// Whether the repository has no working tree; the other counts are then 0.
  package let isBare: Bool
  /// Tracked files whose content, mode or presence differs from the commit, in the index or in the working tree.
  package let changedFileCount: Int
  /// Files and folders that are neither tracked nor ignored; a folder counts once.
  package let untrackedCount: Int
  /// The digest of the difference between the commit and the working tree, as a binary patch; nil if there is none.
  package let patchDigest: Digest?
  /// The patch itself, unless it is longer than the limit that the caller set.
  package let patch: [UInt8]?
  /// The address of the remote "origin", without user name and password.
  package let origin: String?

  /// Whether tracked files differ from the commit, so that the commit alone does not say what ran.
  package var isDirty: Bool { changedFileCount > 0 }

  /// The id of the commit, if there is one.
  package var commit: String? {
    if case .commit(let id, _) = head { id } else { nil }
  }
}

// MARK: - JSON

extension GitState {
  /// What a record says about the code, the text of the patch left out.
  package var json: JSON {
    switch self {
    case .noRepository: ["state": "no repository"]
    case .unreadable(let reason): ["state": "unreadable", "reason": .string(reason)]
    case .repository(let state): state.json
    }
  }
}

extension GitRepositoryState {
  /// What a record says about the code, the text of the patch left out.
  package var json: JSON {
    let branch: String?
    switch head {
    case .commit(_, let name), .unborn(let name): branch = name
    }
    return [
      "state": isBare ? "bare repository" : "repository", "commit": JSON(commit),
      "branch": JSON(branch), "dirty": .bool(isDirty), "changed_files": JSON(changedFileCount),
      "untracked": JSON(untrackedCount), "patch_sha256": JSON(patchDigest?.hex),
      "origin": JSON(origin),
    ]
  }
}
