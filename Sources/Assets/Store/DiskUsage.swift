package import Files

/// What lies at a place, with everything below it; links are looked at and not followed.
package enum DiskUsage {
  /// The bytes that removing it frees: files with other names elsewhere free nothing.
  package static func bytes(of place: ContainedPath) throws -> Int {
    var total = 0
    try visit(place) { if $1.kind == .file, $1.linkCount == 1 { total += $1.byteCount } }
    return total
  }

  /// The size of the largest file in bytes.
  static func largestFile(in place: ContainedPath) throws -> Int {
    var largest = 0
    try visit(place) { if $1.kind == .file { largest = max(largest, $1.byteCount) } }
    return largest
  }

  /// When any of it was last written; nil if there is nothing.
  package static func lastChange(of place: ContainedPath) throws -> FileStatus.Time? {
    var latest: FileStatus.Time?
    try visit(place) { latest = max(latest ?? $1.modified, $1.modified) }
    return latest
  }

  /// Hands each file, folder and link to `body`, a folder before what it holds.
  static func visit(
    _ place: ContainedPath, depth: Int = 0, _ body: (ContainedPath, FileStatus) throws -> Void
  ) throws {
    guard let status = try FileStatus(at: place) else { return }
    try body(place, status)
    guard status.kind == .folder else { return }
    guard depth < ContainedPath.deepest else {
      throw FileError(
        .unreadable,
        "\(place) lies deeper than any folder that this program makes; remove it by hand.")
    }
    for name in try place.names() { try visit(place.appending(name), depth: depth + 1, body) }
  }
}
