import CLibgit2

extension GitRepository {
  /// The largest file that is read from an anchor, in bytes: anchors hold summaries, not samples.
  private static let largestFile: UInt64 = 1 << 28

  // MARK: - Reading

  /// Reads the anchor that a commit is.
  ///
  /// - Parameters:
  ///   - commit: The commit.
  ///   - id: The record that it has to be about; nil for any.
  /// - Returns: The anchor with all of its files.
  /// - Throws: Why the commit is no such anchor, or cannot be read.
  func anchor(at commit: git_oid, of id: String?) throws(GitFailure) -> GitAnchor {
    var commit = commit
    let name = Self.text(commit)
    var found: OpaquePointer?
    try GitFailure.check(git_commit_lookup(&found, handle, &commit), "find the commit \(name)")
    defer { git_commit_free(found) }
    let message = git_commit_message_raw(found).map { String(cString: $0) } ?? ""
    guard let about = GitAnchor.id(in: message), about == id ?? about else {
      throw GitFailure(
        reason:
          "the commit \(name) is not the anchor of \(id.map { "the record \($0)" } ?? "a record")",
        code: 0)
    }
    guard git_commit_parentcount(found) <= 1 else {
      throw GitFailure(reason: "the commit \(name) has several parents", code: 0)
    }
    let isSigned = try isSigned(&commit)
    return GitAnchor(
      id: about, commit: name, parent: git_commit_parent_id(found, 0).map { Self.text(of: $0) },
      time: Int(git_commit_time(found)), isSigned: isSigned, files: try files(of: found))
  }

  private func isSigned(_ commit: inout git_oid) throws(GitFailure) -> Bool {
    var (signature, text) = (git_buf(), git_buf())
    let code = git_commit_extract_signature(&signature, &text, handle, &commit, nil)
    if code == GIT_ENOTFOUND.rawValue { return false }
    try GitFailure.check(code, "look for an anchor's signature")
    git_buf_dispose(&signature)
    git_buf_dispose(&text)
    return true
  }

  private func files(of commit: OpaquePointer?) throws(GitFailure) -> [GitAnchor.File] {
    var tree: OpaquePointer?
    try GitFailure.check(git_commit_tree(&tree, commit), "read an anchor's tree")
    defer { git_tree_free(tree) }
    var files: [GitAnchor.File] = []
    for index in 0..<git_tree_entrycount(tree) {
      guard let entry = git_tree_entry_byindex(tree, index),
        let name = git_tree_entry_name(entry).map({ String(cString: $0) })
      else { continue }
      var blob: OpaquePointer?
      try GitFailure.check(
        git_blob_lookup(&blob, handle, git_tree_entry_id(entry)), "read the anchored file \(name)")
      defer { git_blob_free(blob) }
      let count = git_blob_rawsize(blob)
      guard count <= Self.largestFile else {
        throw GitFailure(reason: "the anchored file \(name) has \(count) bytes", code: 0)
      }
      let content = UnsafeRawBufferPointer(start: git_blob_rawcontent(blob), count: Int(count))
      files.append(GitAnchor.File(name: name, bytes: Array(content)))
    }
    return files
  }

  // MARK: - Writing

  /// Stores files and the tree that holds them.
  func write(_ files: [GitAnchor.File]) throws(GitFailure) -> git_oid {
    var builder: OpaquePointer?
    try GitFailure.check(git_treebuilder_new(&builder, handle, nil), "begin a tree")
    defer { git_treebuilder_free(builder) }
    for file in files {
      var blob = git_oid()
      let code = file.bytes.withUnsafeBytes {
        git_blob_create_from_buffer(&blob, handle, $0.baseAddress, $0.count)
      }
      try GitFailure.check(code, "store \(file.name)")
      try GitFailure.check(
        git_treebuilder_insert(nil, builder, file.name, &blob, GIT_FILEMODE_BLOB),
        "store \(file.name)")
    }
    var tree = git_oid()
    try GitFailure.check(git_treebuilder_write(&tree, builder), "store a tree")
    return tree
  }

  /// Who anchors: git's user, or this program where git knows none.
  func committer() throws(GitFailure) -> (name: String, email: String) {
    let settings = try settings(["user.name", "user.email"])
    guard let name = settings["user.name"], let email = settings["user.email"] else {
      return ("replicate", "replicate@localhost")
    }
    return (name, email)
  }

  /// The text of an anchor's commit, without a signature.
  func commitText(
    of id: String, tree: git_oid, parent: git_oid?, time: Int
  ) throws(GitFailure) -> String {
    let (name, email) = try committer()
    var signature: UnsafeMutablePointer<git_signature>?
    try GitFailure.check(
      git_signature_new(&signature, name, email, git_time_t(time), 0),
      "take \"\(name) <\(email)>\" (user.name, user.email) for an author")
    defer { git_signature_free(signature) }
    var tree = tree
    var treeObject: OpaquePointer?
    try GitFailure.check(git_tree_lookup(&treeObject, handle, &tree), "find a tree")
    defer { git_tree_free(treeObject) }
    var parents: [OpaquePointer?] = []
    defer { for parent in parents { git_commit_free(parent) } }
    if var parent {
      var commit: OpaquePointer?
      try GitFailure.check(git_commit_lookup(&commit, handle, &parent), "find the last anchor")
      parents.append(commit)
    }
    var text = git_buf()
    try GitFailure.check(
      git_commit_create_buffer(
        &text, handle, signature, signature, nil, GitAnchor.message(of: id), treeObject,
        parents.count, &parents), "write a commit")
    defer { git_buf_dispose(&text) }
    return text.ptr.map { String(cString: $0) } ?? ""
  }

  /// Stores a commit, signed or not; no reference leads to it yet.
  func store(commit text: String, signature: String?) throws(GitFailure) -> git_oid {
    var commit = git_oid()
    try GitFailure.check(
      git_commit_create_with_signature(&commit, handle, text, signature, nil), "store a commit")
    return commit
  }
}
