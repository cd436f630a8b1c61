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

  /// The settings that may name programs.
  let user: GitUserSettings

  /// Opens the repository that contains `path`; nil if none does.
  ///
  /// - Parameters:
  ///   - path: A folder inside the working tree, ignored or not, or a repository's own folder.
  ///   - user: The settings that may name programs.
  ///   - isExact: Whether folders above `path` are left out.
  /// - Throws: Why a repository that is there cannot be opened.
  init?(
    containing path: String, user: GitUserSettings = .ofThisProcess, isExact: Bool = false
  ) throws(GitFailure) {
    git_libgit2_init()
    var handle: OpaquePointer?
    let flags = isExact ? GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue : 0
    let code = git_repository_open_ext(&handle, path, flags, nil)
    if code == 0, let handle {
      self.handle = handle
      self.user = user
      return
    }
    defer { git_libgit2_shutdown() }
    let failure = GitFailure("open the repository", code)
    guard let folder = isExact ? path : GitRepository.discover(from: path) else {
      if code == GIT_ENOTFOUND.rawValue { return nil }
      throw failure
    }
    // libgit2 1.5 reports the repository of another user as "not found", with a reason that does not say so.
    guard GitRepository.isOwnedByOther(folder) else {
      if isExact, code == GIT_ENOTFOUND.rawValue { return nil }
      throw failure
    }
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
  /// The value of a setting of the repository or else of the user; nil if it is not set.
  ///
  /// A leading "~" in it is the user's home. Programs are the user's to name, and are not asked for here.
  ///
  /// - Throws: What keeps the settings from being read.
  func setting(_ name: String) throws(GitFailure) -> String? {
    if let own = try own({ GitSettingsReader.string(name, in: $0) }) { return own }
    return try user.string(name)
  }

  /// A setting that is a yes or a no; nil if it is not set.
  func flag(_ name: String) throws(GitFailure) -> Bool? {
    let own = try own { (settings) throws(GitFailure) in
      try GitSettingsReader.flag(name, in: settings)
    }
    if let own { return own }
    return try user.flag(name)
  }

  /// Reads the settings of the repository alone; nil if it has none.
  private func own<Value>(
    _ body: (OpaquePointer?) throws(GitFailure) -> Value?
  ) throws(GitFailure) -> Value? {
    var (all, local): (OpaquePointer?, OpaquePointer?) = (nil, nil)
    try GitFailure.check(git_repository_config(&all, handle), "read git's settings")
    defer { git_config_free(all) }
    let code = git_config_open_level(&local, all, GIT_CONFIG_LEVEL_LOCAL)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read the repository's settings")
    defer { git_config_free(local) }
    return try body(local)
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

  /// All references that match a pattern, in which "*" stands for slashes too, and name an object directly; sorted.
  func references(matching pattern: String) throws(GitFailure) -> [(name: String, target: git_oid)]
  {
    var iterator: OpaquePointer?
    try GitFailure.check(
      git_reference_iterator_glob_new(&iterator, handle, pattern), "list references")
    defer { git_reference_iterator_free(iterator) }
    var found: [(name: String, target: git_oid)] = []
    var reference: OpaquePointer?
    while true {
      let code = git_reference_next(&reference, iterator)
      if code == GIT_ITEROVER.rawValue { break }
      try GitFailure.check(code, "list references")
      defer { git_reference_free(reference) }
      guard let name = git_reference_name(reference), let target = git_reference_target(reference)
      else { continue }
      found.append((String(cString: name), target.pointee))
    }
    return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
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
