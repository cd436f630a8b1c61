import CLibgit2

extension GitState {
  /// Looks at the repository that contains `path`, or at none.
  ///
  /// - Parameters:
  ///   - path: A folder inside the working tree, or a repository's own folder.
  ///   - largestPatch: The length in bytes up to which the patch of a dirty tree is kept; its digest always is.
  /// - Returns: What was found; trouble with the repository is a state, not an error.
  package static func current(of path: String, largestPatch: Int = 4 << 20) -> GitState {
    do {
      guard let repository = try GitRepository(containing: path) else { return .noRepository }
      defer { withExtendedLifetime(repository) {} }
      return .repository(
        try GitReader(repository: repository.handle).state(largestPatch: largestPatch))
    } catch {
      return .unreadable(reason: error.reason)
    }
  }

  /// The version of libgit2 that is at work, like "1.5.1".
  package static var libraryVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var revision: Int32 = 0
    git_libgit2_version(&major, &minor, &revision)
    return "\(major).\(minor).\(revision)"
  }
}

/// Reads one open repository.
private struct GitReader {
  let repository: OpaquePointer

  func state(largestPatch: Int) throws(GitFailure) -> GitRepositoryState {
    let head = try head()
    let isBare = git_repository_is_bare(repository) == 1
    let counts = isBare ? (changed: 0, untracked: 0) : try statusCounts()
    var patch = PatchCollector(limit: largestPatch)
    if counts.changed > 0, case .commit = head { try collectPatch(&patch) }
    let (digest, bytes) = patch.finish()
    return GitRepositoryState(
      head: head, isBare: isBare, changedFileCount: counts.changed,
      untrackedCount: counts.untracked, patchDigest: digest, patch: bytes, origin: origin())
  }

  private func head() throws(GitFailure) -> GitRepositoryState.Head {
    let prefix = "refs/heads/"
    func branch(_ name: String) -> String? {
      name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }
    var reference: OpaquePointer?
    let code = git_repository_head(&reference, repository)
    if code == GIT_EUNBORNBRANCH.rawValue || code == GIT_ENOTFOUND.rawValue {
      // HEAD is a symbolic reference to a branch that does not exist yet.
      var symbolic: OpaquePointer?
      try GitFailure.check(git_reference_lookup(&symbolic, repository, "HEAD"), "look up HEAD")
      defer { git_reference_free(symbolic) }
      let target = git_reference_symbolic_target(symbolic).map { String(cString: $0) }
      return .unborn(branch: target.flatMap(branch))
    }
    try GitFailure.check(code, "resolve HEAD")
    defer { git_reference_free(reference) }
    guard let target = git_reference_target(reference) else {
      return .unborn(branch: nil)
    }
    let name = git_reference_name(reference).map { String(cString: $0) }
    return .commit(id: GitRepository.text(of: target), branch: name.flatMap(branch))
  }

  private func statusCounts() throws(GitFailure) -> (changed: Int, untracked: Int) {
    var options = git_status_options()
    try GitFailure.check(
      git_status_options_init(&options, UInt32(GIT_STATUS_OPTIONS_VERSION)), "set up a status")
    // Without GIT_STATUS_OPT_UPDATE_INDEX, the index file is never rewritten.
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED.rawValue
    var list: OpaquePointer?
    try GitFailure.check(
      git_status_list_new(&list, repository, &options), "compare the working tree")
    defer { git_status_list_free(list) }
    var changed = 0
    var untracked = 0
    for index in 0..<git_status_list_entrycount(list) {
      guard let entry = git_status_byindex(list, index) else { continue }
      let status = entry.pointee.status.rawValue
      if status == GIT_STATUS_WT_NEW.rawValue {
        untracked += 1
      } else if status != GIT_STATUS_CURRENT.rawValue {
        changed += 1
      }
    }
    return (changed, untracked)
  }

  private func collectPatch(_ patch: inout PatchCollector) throws(GitFailure) {
    var tree: OpaquePointer?
    try GitFailure.check(
      git_revparse_single(&tree, repository, "HEAD^{tree}"), "read the tree of HEAD")
    defer { git_object_free(tree) }
    var options = git_diff_options()
    try GitFailure.check(
      git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)), "set up a diff")
    // The settings of the user (context lines, prefixes) must not change the digest: all come from these options.
    options.flags = GIT_DIFF_SHOW_BINARY.rawValue | GIT_DIFF_IGNORE_SUBMODULES.rawValue
    options.context_lines = 3
    options.interhunk_lines = 0
    options.id_abbrev = UInt16(GIT_OID_HEXSZ)
    var diff: OpaquePointer?
    let comparison = "a/".withCString { oldPrefix in
      "b/".withCString { newPrefix in
        options.old_prefix = oldPrefix
        options.new_prefix = newPrefix
        return git_diff_tree_to_workdir_with_index(&diff, repository, tree, &options)
      }
    }
    // The prefixes are copied by libgit2 and are not needed any longer.
    try GitFailure.check(comparison, "compare HEAD with the working tree")
    defer { git_diff_free(diff) }
    let code = withUnsafeMutablePointer(to: &patch) { collector in
      git_diff_print(
        diff, GIT_DIFF_FORMAT_PATCH,
        { _, _, line, payload in
          guard let line = line?.pointee,
            let collector = payload?.assumingMemoryBound(to: PatchCollector.self)
          else { return 0 }
          collector.pointee.append(line)
          return 0
        }, collector)
    }
    try GitFailure.check(code, "print the difference")
  }

  private func origin() -> String? {
    var remote: OpaquePointer?
    guard git_remote_lookup(&remote, repository, "origin") == 0 else { return nil }
    defer { git_remote_free(remote) }
    return git_remote_url(remote).map { GitState.withoutCredentials(String(cString: $0)) }
  }
}

/// The bytes of a patch as they come: their digest, and the bytes themselves up to a limit.
private struct PatchCollector: ~Copyable {
  let limit: Int
  var hash = SHA256()
  var count = 0
  var bytes: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  mutating func append(_ line: git_diff_line) {
    // Lines of content come without the character that marks them in a patch.
    switch UInt8(bitPattern: line.origin) {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: " "):
      append([UInt8(bitPattern: line.origin)])
    default: break
    }
    guard let content = line.content else { return }
    append(Array(UnsafeRawBufferPointer(start: content, count: line.content_len)))
  }

  private mutating func append(_ piece: [UInt8]) {
    hash.update(piece)
    count += piece.count
    if count <= limit { bytes.append(contentsOf: piece) } else { bytes = [] }
  }

  consuming func finish() -> (digest: Digest?, bytes: [UInt8]?) {
    let (count, limit, bytes) = (count, limit, bytes)
    let digest = hash.finalize()
    return count == 0 ? (nil, nil) : (digest, count <= limit ? bytes : nil)
  }
}

extension GitState {
  /// An address like `https://name:secret@host/path` without `name:secret@`; other addresses as they are.
  static func withoutCredentials(_ address: String) -> String {
    guard let scheme = address.firstRange(of: "://") else { return address }
    let rest = address[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return address }
    return String(address[..<scheme.upperBound] + rest[rest.index(after: at)...])
  }
}
