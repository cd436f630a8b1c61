import Glibc

extension ContainedPath {
  /// How deep folders may nest in what is listed or removed: far beyond what any program here makes.
  package static let deepest = 64

  /// Creates this folder and those above it that are missing, each of them durable.
  ///
  /// - Throws: ``FileError`` `link` for a link on the way or in its place, `unreadable` for anything else that is no folder.
  package func createFolder() throws(FileError) {
    try AtomicFile.createFolder(root)
    var folder = try OpenFolder(root: root)
    for (index, name) in components.enumerated() {
      let path = ContainedPath(root: root).appending(
        components[...index].joined(separator: "/")
      ).path
      try ContainedPath.check(name, path)
      if mkdirat(folder.rawValue, name, 0o755) == 0 {
        try ContainedPath.synchronize(folder.rawValue, path)
      } else if errno != EEXIST {
        throw .writing("create the folder", path)
      }
      folder = try OpenFolder(name, in: folder, path: path)
    }
  }

  /// Returns when the names in an open folder are on the storage device.
  static func synchronize(_ folder: CInt, _ path: @autoclosure () -> String)
    throws(FileError)
  {
    guard fsync(folder) == 0 else { throw .writing("save", path()) }
  }

  /// Returns when the names in this folder are on the storage device.
  package func synchronizeFolder() throws(FileError) {
    try OpenFile(self, flags: O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// Gives what is here another place in the same file system, whatever is there; durable when this returns.
  ///
  /// - Throws: ``FileError``; everything is then where it was.
  package func move(to place: ContainedPath) throws(FileError) {
    try withFolder { (folder, name) throws(FileError) in
      try place.withFolder { (newFolder, newName) throws(FileError) in
        guard renameat(folder, name, newFolder, newName) == 0 else {
          throw .at(
            place.path, name: newName, in: newFolder, else: .writing("put in place", place.path))
        }
        try ContainedPath.synchronize(newFolder, place.path)
      }
    }
  }

  /// Gives the file here a second name, where there is nothing yet; false if there is something.
  ///
  /// - Throws: ``FileError`` `unwritable` if that cannot be done, as across file systems.
  package func addName(_ place: ContainedPath) throws(FileError) -> Bool {
    try withFolder { (folder, name) throws(FileError) in
      try place.withFolder { (newFolder, newName) throws(FileError) in
        guard linkat(folder, name, newFolder, newName, 0) == 0 else {
          if errno == EEXIST { return false }
          throw .writing("keep \(path) as", place.path)
        }
        try ContainedPath.synchronize(newFolder, place.path)
        return true
      }
    }
  }

  /// Makes a link here that leads to `target`.
  package func makeLink(to target: String) throws(FileError) {
    try withFolder { (folder, name) throws(FileError) in
      guard symlinkat(target, folder, name) == 0 else { throw .writing("link", path) }
    }
  }

  /// Where the link here leads to, as it says; nil if there is no link, or none in UTF-8.
  package func linkTarget() throws(FileError) -> String? {
    try withFolder { (folder, name) throws(FileError) -> String? in
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlinkat(folder, name, &buffer, buffer.count)
      guard count >= 0 else { return nil }
      return String(
        validating: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }

  /// Removes what is here: a file, a link itself and never what it leads to, a folder with all below it; or nothing.
  ///
  /// - Throws: ``FileError``; a part may be gone by then, and removing it again goes on.
  package func remove() throws(FileError) {
    do throws(FileError) {
      try withFolder { (folder, name) throws(FileError) in
        try ContainedPath.remove(Array(name.utf8CString), in: folder, path, depth: 0)
      }
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  /// Removes this folder if nothing is in it; false if it was not removed.
  package func removeIfEmpty() throws(FileError) -> Bool {
    try withFolder { (folder, name) throws(FileError) in
      unlinkat(folder, name, AT_REMOVEDIR) == 0
    }
  }

  private static func remove(_ name: [CChar], in folder: CInt, _ path: String, depth: Int)
    throws(FileError)
  {
    // On Linux a folder gives EISDIR, elsewhere EPERM, and somebody may have removed it meanwhile.
    if unlinkat(folder, name, 0) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM else { throw .writing("remove", path) }
    let number = errno
    let inner = retried { openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
    guard inner >= 0 else {
      if errno == ENOENT { return }
      if errno == ENOTDIR || errno == ELOOP { errno = number }
      throw .writing("remove", path)
    }
    defer { close(inner) }
    guard depth < deepest else {
      throw FileError(
        .unwritable,

        "\(path) lies deeper than \(deepest) folders below what is removed; remove it by hand.")
    }
    for entry in try names(in: inner, path) {
      try remove(entry, in: inner, "\(path)/\(text(entry))", depth: depth + 1)
    }
    guard unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
      throw .writing("remove", path)
    }
  }
}

// MARK: - Listing

extension ContainedPath {
  /// The names in this folder that are text, sorted by their bytes; none if there is no such folder.
  ///
  /// - Throws: ``FileError`` `link` for a link on the way or in its place, `unreadable` for anything else that is no folder.
  package func names() throws(FileError) -> [String] {
    try allNames().compactMap(\.self).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// All names in this folder; nil for each that is not UTF-8.
  package func allNames() throws(FileError) -> [String?] {
    let descriptor: CInt
    do throws(FileError) {
      descriptor = try withFolder { (folder, name) throws(FileError) in
        let descriptor = retried {
          openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        guard descriptor >= 0 else {
          throw .at(path, name: name, in: folder, else: .reading("list the folder", path))
        }
        return descriptor
      }
    } catch {
      guard error.code == .notFound else { throw error }
      return []
    }
    defer { close(descriptor) }
    return try ContainedPath.names(in: descriptor, path).map {
      String(validating: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }

  /// The names in an open folder, without those of itself and the one above.
  private static func names(in folder: CInt, _ path: String) throws(FileError) -> [[CChar]] {
    let duplicate = fcntl(folder, F_DUPFD_CLOEXEC, 0)
    guard duplicate >= 0, let stream = fdopendir(duplicate) else {
      let error = FileError.reading("list the folder", path)
      if duplicate >= 0 { close(duplicate) }
      throw error
    }
    defer { closedir(stream) }
    var names: [[CChar]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .reading("list the folder", path) }
        return names
      }
      // The entry is as long as its name, not as the structure.
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { continue }
      let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      let name = Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
      if name != [46, 0], name != [46, 46, 0] { names.append(name) }
    }
  }

  private static func text(_ name: [CChar]) -> String {
    String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
