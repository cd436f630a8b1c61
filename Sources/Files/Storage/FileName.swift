/// The parts of a path.
enum FileName {
  /// The folder that a file is in, and its name there.
  static func parts(of path: String) -> (folder: String, name: String) {
    // Bytes, not characters: a slash with an accent after it is a slash to the system.
    let slash = UInt8(ascii: "/")
    guard let end = path.utf8.lastIndex(of: slash) else { return (".", path) }
    return (String(path[...end]), String(path[path.utf8.index(after: end)...]))
  }
}
