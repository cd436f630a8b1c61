import CLibgit2
import Files

extension GitRepository {
  /// The largest commit and the largest tree that are read, in bytes.
  private static let largestFrame = 1 << 20

  /// Reads the anchor that a commit is, and checks that it holds what it says that it is about.
  ///
  /// Sizes are looked at before anything is read: the repository may be anybody's.
  ///
  /// - Throws: Why the commit is no anchor, or cannot be read.
  func anchor(at commit: git_oid) throws(GitFailure) -> GitAnchor {
    var commit = commit
    let name = Self.text(commit)
    func refusal(_ problem: String) -> GitFailure {
      GitFailure(reason: "the commit \(name) \(problem)", code: 0)
    }
    let objects = try GitObjects(of: self)
    try objects.check(commit, is: GIT_OBJECT_COMMIT, atMost: Self.largestFrame)
    var found: OpaquePointer?
    try GitFailure.check(git_commit_lookup(&found, handle, &commit), "find the commit \(name)")
    defer { git_commit_free(found) }
    let files = try files(of: found, objects)
    let message = git_commit_message_raw(found).map { String(cString: $0) } ?? ""
    let subject = AnchorName(message: message) { file in
      files.first { $0.name == file }?.digest
    }
    guard let subject else { throw refusal("is no anchor of this program") }
    guard subject.isConsistent(with: files) else {
      throw refusal("does not hold the \(subject.file) of the record that it names")
    }
    var parent: String?
    if git_commit_parentcount(found) > 0 {
      guard case .record = subject, git_commit_parentcount(found) == 1 else {
        throw refusal("has parents that an anchor of its kind has not")
      }
      parent = git_commit_parent_id(found, 0).map { Self.text(of: $0) }
    }
    return GitAnchor(
      name: subject, commit: name, parent: parent, time: Int(git_commit_time(found)),
      signature: try signature(&commit), files: files)
  }

  private func signature(_ commit: inout git_oid) throws(GitFailure) -> GitSignature? {
    var (signature, text) = (git_buf(), git_buf())
    let code = git_commit_extract_signature(&signature, &text, handle, &commit, nil)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "look for an anchor's signature")
    defer {
      git_buf_dispose(&signature)
      git_buf_dispose(&text)
    }
    return GitSignature(
      text: signature.ptr.map { String(cString: $0) } ?? "",
      signed: Array(UnsafeRawBufferPointer(start: text.ptr, count: text.size)))
  }

  private func files(
    of commit: OpaquePointer?, _ objects: borrowing GitObjects
  ) throws(GitFailure) -> [GitAnchor.File] {
    guard let id = git_commit_tree_id(commit) else { return [] }
    try objects.check(id.pointee, is: GIT_OBJECT_TREE, atMost: Self.largestFrame)
    var tree: OpaquePointer?
    try GitFailure.check(git_commit_tree(&tree, commit), "read an anchor's tree")
    defer { git_tree_free(tree) }
    let count = git_tree_entrycount(tree)
    guard count <= GitAnchor.fileLimit else {
      throw GitFailure(
        reason: "an anchor has at most \(GitAnchor.fileLimit) files, but this one \(count)", code: 0
      )
    }
    var files: [GitAnchor.File] = []
    for index in 0..<count {
      guard let entry = git_tree_entry_byindex(tree, index),
        let name = git_tree_entry_name(entry).map({ String(cString: $0) }),
        let id = git_tree_entry_id(entry)?.pointee
      else { continue }
      let bytes = try objects.content(of: id, as: GIT_OBJECT_BLOB, atMost: GitAnchor.largestFile)
      files.append(GitAnchor.File(name: name, bytes: bytes))
    }
    return files
  }
}

extension AnchorName {
  /// Whether the file that the name is a digest of is about the record of the name.
  fileprivate func isConsistent(with files: [GitAnchor.File]) -> Bool {
    guard let id else { return true }
    guard let bytes = files.first(where: { $0.name == file })?.bytes,
      let value = try? JSONParser.parse(bytes, source: file)
    else { return false }
    let holder = if case .begun = self { value["data"] } else { Optional(value) }
    return holder?["record_id"]?.stringValue == id
  }
}

// MARK: - Objects

/// The objects of a repository, read with an eye on their sizes.
struct GitObjects: ~Copyable {
  private let database: OpaquePointer?

  init(of repository: borrowing GitRepository) throws(GitFailure) {
    var database: OpaquePointer?
    try GitFailure.check(
      git_repository_odb(&database, repository.handle), "open a repository's objects")
    self.database = database
  }

  deinit { git_odb_free(database) }

  /// Whether there is an object.
  func contains(_ id: git_oid) -> Bool {
    var id = id
    return git_odb_exists(database, &id) == 1
  }

  /// Checks kind and size of an object without reading it.
  func check(_ id: git_oid, is kind: git_object_t, atMost limit: Int) throws(GitFailure) {
    var id = id
    var (size, found) = (0, GIT_OBJECT_INVALID)
    let name = GitRepository.text(id)
    try GitFailure.check(
      git_odb_read_header(&size, &found, database, &id), "find the object \(name)")
    guard found == kind else {
      throw GitFailure(reason: "the object \(name) is of another kind than an anchor has", code: 0)
    }
    guard size <= limit else {
      throw GitFailure(
        reason: "the object \(name) has \(size) bytes, but in an anchor at most \(limit)", code: 0)
    }
  }

  /// Reads an object whose kind and size are as expected.
  func content(of id: git_oid, as kind: git_object_t, atMost limit: Int) throws(GitFailure)
    -> [UInt8]
  {
    try check(id, is: kind, atMost: limit)
    var id = id
    var object: OpaquePointer?
    try GitFailure.check(
      git_odb_read(&object, database, &id), "read the object \(GitRepository.text(id))")
    defer { git_odb_object_free(object) }
    return Array(
      UnsafeRawBufferPointer(
        start: git_odb_object_data(object), count: git_odb_object_size(object)))
  }

  /// Copies an object that is not here yet from another repository, byte for byte.
  func copy(_ id: git_oid, from source: borrowing GitObjects) throws(GitFailure) {
    guard !contains(id) else { return }
    var (id, written) = (id, git_oid())
    var object: OpaquePointer?
    let name = GitRepository.text(id)
    try GitFailure.check(git_odb_read(&object, source.database, &id), "read the object \(name)")
    defer { git_odb_object_free(object) }
    try GitFailure.check(
      git_odb_write(
        &written, database, git_odb_object_data(object), git_odb_object_size(object),
        git_odb_object_type(object)), "store the object \(name)")
    guard GitRepository.text(written) == name else {
      throw GitFailure(reason: "the object \(name) has another content than its id says", code: 0)
    }
  }
}

extension GitRepository {
  /// Copies the commit of an anchor, with its files and those of the anchors before it, from another repository.
  ///
  /// The oldest come first and a commit after its files, so that whatever is here is here as a whole.
  func copy(_ anchor: GitAnchor, from source: borrowing GitRepository) throws(GitFailure) {
    let here = try GitObjects(of: self)
    let there = try GitObjects(of: source)
    var line: [git_oid] = []
    var next: GitAnchor? = anchor
    while let current = next {
      let id = try Self.id(of: current.commit)
      guard !here.contains(id) else { break }
      line.append(id)
      next = try current.parent.map { parent throws(GitFailure) in
        try source.anchor(at: try Self.id(of: parent))
      }
    }
    for commit in line.reversed() {
      for object in try source.parts(of: commit) { try here.copy(object, from: there) }
    }
  }

  /// The files and the tree of a commit, and the commit itself.
  private func parts(of commit: git_oid) throws(GitFailure) -> [git_oid] {
    var id = commit
    var (found, tree): (OpaquePointer?, OpaquePointer?) = (nil, nil)
    try GitFailure.check(git_commit_lookup(&found, handle, &id), "find an anchor")
    defer { git_commit_free(found) }
    try GitFailure.check(git_commit_tree(&tree, found), "read an anchor's tree")
    defer { git_tree_free(tree) }
    var parts = (0..<git_tree_entrycount(tree)).compactMap {
      git_tree_entry_id(git_tree_entry_byindex(tree, $0))?.pointee
    }
    if let root = git_tree_id(tree)?.pointee { parts.append(root) }
    return parts + [commit]
  }

  /// Reads the hexadecimal digits of an object's id.
  static func id(of text: String) throws(GitFailure) -> git_oid {
    var id = git_oid()
    try GitFailure.check(git_oid_fromstr(&id, text), "read the id \(text)")
    return id
  }
}
