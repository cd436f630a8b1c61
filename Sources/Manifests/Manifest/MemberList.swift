import Files

/// A list of files in a wheel with their digests, one a line, as `sha256sum` prints it: digest, two spaces, name.
///
/// The SHA-256 of the list pins all of them, so a manifest can name a hundred files in one entry.
enum MemberList {
  /// How many files a list may name.
  static let largestCount = 10_000
  /// Largest list in bytes.
  static let largestSize = 1 << 21

  /// The files of a list, in its order.
  ///
  /// `name` is what messages call the list. Throws a ``ManifestError`` with the first line that is wrong.
  static func parse(_ bytes: [UInt8], name: String) throws(ManifestError) -> [(
    member: String, sha256: Digest
  )] {
    var entries: [(member: String, sha256: Digest)] = []
    var seen: Set<[UInt8]> = []
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    guard (1...largestCount).contains(lines.count) else {
      throw ManifestError(
        .invalidValue, file: name,
        "the list has \(lines.count) lines; it has to have 1 to \(largestCount)")
    }
    for (index, line) in lines.enumerated() {
      guard line.count > 66, line.dropFirst(64).starts(with: "  ".utf8),
        let digest = Digest(hex: String(decoding: line.prefix(64), as: UTF8.self)),
        let member = String(validating: line.dropFirst(66), as: UTF8.self),
        !line.contains(where: { $0 < 0x20 })
      else {
        throw problem(
          .invalidValue, name, index,
          "a line has to be a SHA-256 of 64 lower-case hexadecimal digits, two spaces and a name, as sha256sum prints it"
        )
      }
      guard seen.insert(Array(line.dropFirst(66))).inserted else {
        throw problem(.contradiction, name, index, "the file '\(member)' is already in this list")
      }
      entries.append((member, digest))
    }
    return entries
  }

  private static func problem(
    _ code: ManifestError.Problem.Code, _ name: String, _ index: Int, _ message: String
  ) -> ManifestError {
    ManifestError([
      ManifestError.Problem(
        code: code, message: message, file: name, line: index + 1, column: 1, excerpt: [])
    ])
  }
}
