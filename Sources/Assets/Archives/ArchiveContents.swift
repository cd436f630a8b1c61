import Files

/// The members of a zip archive, each read as a whole.
package struct ArchiveContents {
  private let archive: ZipArchive

  /// Opens an archive and checks its directory.
  ///
  /// - Throws: ``AssetError`` `damagedArchive` with the offset of what is wrong; `file` if it cannot be read.
  package init(path: String) throws { archive = try ZipArchive(path: path) }

  /// Names of all members, in the order of the directory; never to be used as paths.
  package var names: [String] { archive.members.map(\.name) }

  /// The content of a member.
  ///
  /// - Parameters:
  ///   - name: the member's name.
  ///   - limit: so many bytes it may have at most, whatever the archive declares.
  /// - Returns: the bytes, whose number and checksum are those that the archive declares.
  /// - Throws: ``AssetError`` `missingMember`, `damagedArchive` for what is damaged, or larger than it declares or may be.
  package func contents(of name: String, limit: Int) throws -> [UInt8] {
    let member = try archive.member(named: name)
    guard member.size <= limit else {
      throw archive.error(
        member, "declares \(member.size) bytes; at most \(limit) of one are read")
    }
    // Not reserved at once: what is declared need not be there.
    var bytes: [UInt8] = []
    try archive.read(member) { bytes += $0 }
    return bytes
  }
}
