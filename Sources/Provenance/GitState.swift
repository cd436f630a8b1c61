import CLibgit2
package import Files

/// What version control said about the sources of this program when it was built: which code was at work, and what was
/// changed in it.
package enum GitState: Sendable, Equatable {
  /// The sources were in no repository, or no `git` was there to ask.
  case noRepository
  /// There was a repository that git refused to read, for instance because another user owns it.
  case unreadable(reason: String)
  /// The state of the repository.
  case repository(GitRepositoryState)

  /// The version of libgit2 that is at work, like "1.5.1".
  package static var libraryVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var revision: Int32 = 0
    git_libgit2_version(&major, &minor, &revision)
    return "\(major).\(minor).\(revision)"
  }
}

/// The commit that was checked out, and how the files that the program is built from differed from it.
package struct GitRepositoryState: Sendable, Equatable {
  /// The id of the commit; nil if there was none yet.
  package let commit: String?
  /// The branch; nil for a detached head.
  package let branch: String?
  /// Files of the program that are in the commit and differ from it, or are gone.
  package let changedFileCount: Int
  /// Files of the program that no commit has.
  package let untrackedCount: Int
  /// The digest of the difference between the commit and the files that the program was built from, as a binary patch;
  /// nil if there is none.
  package let patchDigest: Digest?
  /// The patch itself, unless it is too long to be kept.
  package let patch: [UInt8]?
  /// The address of the remote "origin", without user, query and fragment.
  package let origin: String?

  /// Creates a state.
  package init(
    commit: String?, branch: String?, changedFileCount: Int = 0, untrackedCount: Int = 0,
    patchDigest: Digest? = nil, patch: [UInt8]? = nil, origin: String? = nil
  ) {
    self.commit = commit
    self.branch = branch
    self.changedFileCount = changedFileCount
    self.untrackedCount = untrackedCount
    self.patchDigest = patchDigest
    self.patch = patch
    self.origin = origin
  }

  /// Whether the program was built from something else than the commit.
  package var isDirty: Bool { changedFileCount > 0 || untrackedCount > 0 }
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
    [
      "state": "repository", "commit": JSON(commit), "branch": JSON(branch),
      "dirty": .bool(isDirty), "changed_files": JSON(changedFileCount),
      "untracked": JSON(untrackedCount), "patch_sha256": JSON(patchDigest?.hex),
      "origin": JSON(origin),
    ]
  }
}
