import Glibc

/// A path below a folder, which no link on the way leads out of.
///
/// The folder itself is somebody's who named it: it may be reached through links. What lies below it may come from a
/// stranger. So each component is opened from the folder above it without following a link; nothing is looked at first
/// and used later by a name that may mean something else by then.
package struct ContainedPath: Sendable, Equatable {
  /// The folder, as ``absolute(_:)`` gives it.
  package let root: String
  /// The names from there on; none for the folder itself.
  package let components: [String]

  /// A folder itself.
  package init(root: String) {
    self.init(ContainedPath.absolute(root), [])
  }

  /// A file or folder that somebody named, in the folder that it lies in: whatever is done, is done to a link itself.
  package init(_ path: String) {
    let folder = AtomicFile.folder(of: path)
    let name = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }
      .prefix { $0 != UInt8(ascii: "/") }.reversed()
    self.init(ContainedPath.absolute(folder), [String(decoding: Array(name), as: UTF8.self)])
  }

  private init(_ root: String, _ components: [String]) {
    self.root = root
    self.components = components
  }

  /// The path below this one by the name or names in `relative`, which "/" separates.
  package func appending(_ relative: String) -> ContainedPath {
    let names = relative.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return ContainedPath(root, components + names.map { String(decoding: $0, as: UTF8.self) })
  }

  /// The folder above; the folder itself has none that it would not leave by.
  package var parent: ContainedPath { ContainedPath(root, components.dropLast()) }

  /// The last name; that of the folder itself if there is no other.
  package var name: String {
    components.last
      ?? root.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? "/"
  }

  /// The path as text, for messages and for those who only read what was verified.
  package var path: String {
    components.isEmpty ? root : "\(root == "/" ? "" : root)/\(components.joined(separator: "/"))"
  }

  /// A path that does not depend on the working directory and leads where `path` does.
  ///
  /// ".." is left to the operating system, for which it may lead elsewhere than text tells, and "~" is a name like others.
  /// Where the working directory has no name in UTF-8, a relative path stays one.
  package static func absolute(_ path: String) -> String {
    guard !path.isEmpty else { return path }
    var start = ""
    if path.utf8.first != UInt8(ascii: "/") {
      guard let folder = getcwd(nil, 0) else { return path }
      defer { free(folder) }
      guard let text = String(validatingCString: folder) else { return path }
      start = text
    }
    let names = "\(start)/\(path)".utf8.split(separator: UInt8(ascii: "/"))
      .map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
    return "/" + names.joined(separator: "/")
  }
}

extension ContainedPath: CustomStringConvertible {
  package var description: String { path }
}

// MARK: - Walking

extension ContainedPath {
  /// Opens the folder that the last component is in, and hands its descriptor and the component to `body`.
  ///
  /// For the folder itself the component is ".". The descriptor serves calls that end in `at`, and is closed afterwards.
  ///
  /// - Throws: ``FileError`` `link` for a link on the way, `notFound` for a folder that is missing; what `body` does.
  func withFolder<Result: ~Copyable>(
    _ body: (_ folder: CInt, _ name: String) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    var folder = try OpenFolder(root: root)
    for (index, name) in components.dropLast().enumerated() {
      folder = try OpenFolder(
        name, in: folder, path: ContainedPath(root, Array(components[...index])).path)
    }
    let name = components.last ?? "."
    if !components.isEmpty { try ContainedPath.check(name, path) }
    return try body(folder.rawValue, name)
  }

  /// Hands a descriptor of the folder that the last component is in to `body`, for readers and writers of other modules.
  ///
  /// - Throws: As ``withFolder(_:)``, and what `body` throws.
  package func withFolderDescriptor<Result>(_ body: (CInt) throws -> Result) throws -> Result {
    try withFolder { (folder, _) throws(FileError) in
      Swift.Result { try body(folder) }
    }.get()
  }

  /// Refuses what is no name of something in a folder.
  static func check(_ name: String, _ path: @autoclosure () -> String) throws(FileError) {
    guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(0),
      !name.utf8.contains(UInt8(ascii: "/"))
    else {
      throw FileError(
        .unreadable, "\(path()) cannot be used: \"\(name)\" is no name of a file.")
    }
  }
}

/// A folder that is open so that what it holds can be reached from it, without walking to it each time.
package struct OpenFolder: ~Copyable {
  let rawValue: CInt

  /// Opens the folder at a place.
  package init(_ place: ContainedPath) throws(FileError) {
    self = try place.withFolder { (folder, name) throws(FileError) in
      try OpenFolder(opening: name, in: folder, path: place.path)
    }
  }

  /// Opens a folder in another, by a name that must not be a link.
  package init(_ name: String, in folder: borrowing OpenFolder, path: @autoclosure () -> String)
    throws(FileError)
  {
    try ContainedPath.check(name, path())
    try self.init(opening: name, in: folder.rawValue, path: path())
  }

  /// Opens a folder that somebody named, through links if they lie on the way.
  init(root: String) throws(FileError) {
    guard !root.utf8.contains(0) else {
      throw FileError(.unreadable, "A path cannot contain a NUL character.")
    }
    let descriptor = retried { open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .reading("open the folder", root) }
    rawValue = descriptor
  }

  private init(opening name: String, in folder: CInt, path: @autoclosure () -> String)
    throws(FileError)
  {
    let descriptor = retried {
      openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      let path = path()
      throw .at(path, name: name, in: folder, else: .reading("open the folder", path))
    }
    rawValue = descriptor
  }

  deinit { close(rawValue) }
}

/// Calls until no signal interrupts.
func retried(_ call: () -> CInt) -> CInt {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

extension FileError {
  /// The error for a call on a name in a folder that has just failed: of a link, that it is one.
  static func at(
    _ path: String, name: String, in folder: CInt, else other: @autoclosure () -> FileError
  ) -> FileError {
    let number = errno
    var status = stat()
    if fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFLNK
    {
      return .link(path)
    }
    errno = number
    return other()
  }

  /// The error for a link in the place of a file or folder.
  static func link(_ path: String) -> FileError {
    FileError(
      .link,

      "\(path) is a link, which may lead anywhere; it was not followed, and nothing behind it was changed. Replace it by what it leads to, or, if it is a folder of artifacts, name the one that it leads to with --artifacts."
    )
  }
}
