import CLibgit2

extension GitRepository {
  /// Stores files and the tree that holds them.
  func write(_ files: [GitAnchor.File]) throws(GitFailure) -> git_oid {
    if let large = files.first(where: { $0.bytes.count > GitAnchor.largestFile }) {
      throw GitFailure(
        reason:
          "\(large.name) has \(large.bytes.count) bytes, but in an anchor at most \(GitAnchor.largestFile)",
        code: 0)
    }
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
    guard let name = try setting("user.name"), let email = try setting("user.email") else {
      return ("replicate", "replicate@localhost")
    }
    return (name, email)
  }

  /// The text of an anchor's commit, without a signature.
  func commitText(
    of name: AnchorName, tree: git_oid, parent: git_oid?, time: Int
  ) throws(GitFailure) -> String {
    let (author, email) = try committer()
    var signature: UnsafeMutablePointer<git_signature>?
    try GitFailure.check(
      git_signature_new(&signature, author, email, git_time_t(time), 0),
      "take \"\(author) <\(email)>\" (user.name, user.email) for an author")
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
        &text, handle, signature, signature, nil, name.message, treeObject,
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
