import CLibgit2
import Glibc

/// A call of libgit2 that failed.
struct GitFailure: Error {
  /// What libgit2 could not do and why, without a full stop.
  let reason: String
  /// The number that libgit2 gave back.
  let code: Int32

  /// Takes the reason that libgit2 keeps for the calling thread.
  init(_ operation: String, _ code: Int32) {
    let message = git_error_last().map { String(cString: $0.pointee.message) } ?? "no reason given"
    self.init(reason: "libgit2 could not \(operation) (\(code)): \(message)", code: code)
  }

  init(reason: String, code: Int32) {
    self.reason = reason
    self.code = code
  }

  /// Throws unless a call returned 0.
  static func check(_ code: Int32, _ operation: String) throws(GitFailure) {
    guard code == 0 else { throw GitFailure(operation, code) }
  }
}

/// An open git repository, closed when this value goes away.
struct GitRepository: ~Copyable {
  /// What libgit2 knows the repository by.
  let handle: OpaquePointer

  /// Opens the repository that contains `path`; nil if none does.
  ///
  /// - Parameter path: A folder inside the working tree, ignored or not, or a repository's own folder.
  /// - Throws: Why a repository that is there cannot be opened.
  init?(containing path: String) throws(GitFailure) {
    git_libgit2_init()
    var handle: OpaquePointer?
    let code = git_repository_open_ext(&handle, path, 0, nil)
    if code == 0, let handle {
      self.handle = handle
      return
    }
    defer { git_libgit2_shutdown() }
    let failure = GitFailure("open the repository", code)
    guard let folder = GitRepository.discover(from: path) else {
      if code == GIT_ENOTFOUND.rawValue { return nil }
      throw failure
    }
    // libgit2 1.5 reports the repository of another user as "not found", with a reason that does not say so.
    guard GitRepository.isOwnedByOther(folder) else { throw failure }
    throw GitFailure(
      reason: "the repository belongs to another user; list it in git's setting safe.directory",
      code: code)
  }

  deinit {
    git_repository_free(handle)
    git_libgit2_shutdown()
  }

  /// The repository's own folder, found without opening it.
  private static func discover(from path: String) -> String? {
    var buffer = git_buf()
    guard git_repository_discover(&buffer, path, 0, nil) == 0 else { return nil }
    defer { git_buf_dispose(&buffer) }
    return buffer.ptr.map { String(cString: $0) }
  }

  private static func isOwnedByOther(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_uid != geteuid()
  }

  /// The hexadecimal digits of an object's id.
  static func text(of id: UnsafePointer<git_oid>) -> String {
    var buffer = [CChar](repeating: 0, count: Int(GIT_OID_HEXSZ) + 1)
    git_oid_tostr(&buffer, buffer.count, id)
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

// MARK: - Settings

extension GitRepository {
  /// The settings of the repository, the user and the machine, as git would take them together.
  ///
  /// - Parameter names: The settings that are wanted; a leading "~" in a value is the user's home.
  /// - Returns: The values of those that are set.
  /// - Throws: What keeps the settings from being read.
  func settings(_ names: [String]) throws(GitFailure) -> [String: String] {
    var configuration: OpaquePointer?
    try GitFailure.check(
      git_repository_config_snapshot(&configuration, handle), "read git's settings")
    defer { git_config_free(configuration) }
    var values: [String: String] = [:]
    for name in names {
      var value = git_buf()
      guard git_config_get_path(&value, configuration, name) == 0 else { continue }
      defer { git_buf_dispose(&value) }
      values[name] = value.ptr.map { String(cString: $0) }
    }
    return values
  }

  /// A setting that is a yes or a no; nil if it is not set.
  func flag(_ name: String) throws(GitFailure) -> Bool? {
    var configuration: OpaquePointer?
    try GitFailure.check(
      git_repository_config_snapshot(&configuration, handle), "read git's settings")
    defer { git_config_free(configuration) }
    var value: Int32 = 0
    let code = git_config_get_bool(&value, configuration, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read git's setting \(name)")
    return value != 0
  }
}

// MARK: - References

extension GitRepository {
  /// The object that a reference names directly; nil if there is no such reference.
  func target(of reference: String) throws(GitFailure) -> git_oid? {
    var found: OpaquePointer?
    let code = git_reference_lookup(&found, handle, reference)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "look up \(reference)")
    defer { git_reference_free(found) }
    guard let target = git_reference_target(found) else {
      throw GitFailure(reason: "\(reference) names no object but another reference", code: code)
    }
    return target.pointee
  }

  /// The names of all references that match a pattern, sorted.
  func references(matching pattern: String) throws(GitFailure) -> [String] {
    var iterator: OpaquePointer?
    try GitFailure.check(
      git_reference_iterator_glob_new(&iterator, handle, pattern), "list references")
    defer { git_reference_iterator_free(iterator) }
    var names: [String] = []
    var name: UnsafePointer<CChar>?
    while true {
      let code = git_reference_next_name(&name, iterator)
      if code == GIT_ITEROVER.rawValue { break }
      try GitFailure.check(code, "list references")
      if let name { names.append(String(cString: name)) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A reference that is to be moved, and where it must stand for that.
  struct Move {
    let reference: String
    let expected: git_oid?
    let target: git_oid
  }

  /// Moves references in this order, if all of them are where they are expected to be.
  ///
  /// All are locked before any is looked at, by the lock files that git itself uses, so that neither git nor another
  /// process of this program can come between looking and moving.
  ///
  /// - Returns: Whether they were moved; false if one is elsewhere or somebody else holds a lock.
  func move(_ moves: [Move]) throws(GitFailure) -> Bool {
    var transactions: [OpaquePointer?] = []
    defer { for transaction in transactions { git_transaction_free(transaction) } }
    for move in moves {
      var transaction: OpaquePointer?
      try GitFailure.check(git_transaction_new(&transaction, handle), "begin a transaction")
      transactions.append(transaction)
      let code = git_transaction_lock_ref(transaction, move.reference)
      if code == GIT_ELOCKED.rawValue { return false }
      try GitFailure.check(code, "lock \(move.reference)")
    }
    for move in moves {
      let current = try target(of: move.reference)
      guard current.map(Self.text) == move.expected.map(Self.text) else { return false }
    }
    for (move, transaction) in zip(moves, transactions) {
      var target = move.target
      try GitFailure.check(
        git_transaction_set_target(transaction, move.reference, &target, nil, nil),
        "move \(move.reference)")
      try GitFailure.check(git_transaction_commit(transaction), "move \(move.reference)")
    }
    return true
  }

  /// The hexadecimal digits of an object's id.
  static func text(_ id: git_oid) -> String {
    withUnsafePointer(to: id) { text(of: $0) }
  }
}
