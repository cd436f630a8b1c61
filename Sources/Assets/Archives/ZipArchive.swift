import Files
import Foundation

/// A file inside a zip archive, as the archive's directory describes it.
struct ZipMember: Sendable, Equatable {
  /// Full name, as it stands in the archive; never used as a path on disk.
  let name: String
  /// Bytes of the name, which is what names are compared by.
  let nameBytes: [UInt8]
  /// Size in the archive, in bytes.
  let compressedSize: Int
  /// Size of the content, in bytes, as declared.
  let size: Int
  /// CRC-32 of the content, as declared.
  let checksum: UInt32
  /// Compression method: 0 stored, 8 deflated; others cannot be read.
  let method: UInt16
  /// General purpose flags.
  let flags: UInt16
  /// Offset of the member's local header in the file.
  let headerOffset: Int
}

/// A read-only zip archive: its directory, checked as a whole before any member is read.
///
/// Follows PKWARE's APPNOTE 6.3.10 with zip64. Refused, because readers disagree about them or they serve attacks:
/// several disks, duplicate names, overlapping members, bytes before the archive, a directory that does not end where
/// the end record begins. Nothing is ever written to a path that an archive names.
struct ZipArchive {
  /// What error messages call the archive.
  var name: String { file.name }
  /// All members in the order of the directory.
  let members: [ZipMember]

  let file: InputFile
  /// Where the directory begins; members lie before it.
  let directoryOffset: Int
  private let indices: [[UInt8]: Int]

  /// Opens an archive and reads its directory.
  ///
  /// - Throws: ``AssetError`` `damagedArchive` with the offset of what is wrong; `file` if it cannot be read.
  init(path: String, name: String? = nil) throws {
    let file = try InputFile(path: path, name: name)
    let end = try ZipEndRecord(file: file)
    let bytes = try file.bytes(at: end.directoryOffset, count: end.directorySize)
    var reader = ZipDirectoryReader(
      bytes: bytes, offset: end.directoryOffset, archive: file.name)
    var members: [ZipMember] = []
    var indices: [[UInt8]: Int] = [:]
    for index in 0..<end.memberCount {
      let member = try reader.next()
      guard indices.updateValue(index, forKey: member.nameBytes) == nil else {
        throw AssetError.archive(
          file.name, end.directoryOffset, "has two members named '\(member.name)'")
      }
      members.append(member)
    }
    guard reader.isAtEnd else {
      throw AssetError.archive(
        file.name, end.directoryOffset,
        "has more in its directory than the \(end.memberCount) members it declares")
    }
    try ZipArchive.checkLayout(members, directoryOffset: end.directoryOffset, archive: file.name)
    self.file = file
    self.members = members
    self.indices = indices
    directoryOffset = end.directoryOffset
  }

  /// The member with exactly this name.
  ///
  /// - Throws: ``AssetError`` `missingMember`, with the nearest thing that the archive has.
  func member(named name: String) throws -> ZipMember {
    if let index = indices[Array(name.utf8)] { return members[index] }
    let wanted = name.split(separator: "/").last ?? ""
    let similar = members.first { $0.name.split(separator: "/").last == wanted }
    throw AssetError(
      code: .missingMember,
      message: "\(self.name) has no member '\(name)' among its \(members.count)"
        + (similar.map { "; it has '\($0.name)'." } ?? "."))
  }

  /// Members must lie one after the other before the directory: overlapping ones are how small archives become bombs.
  private static func checkLayout(
    _ members: [ZipMember], directoryOffset: Int, archive: String
  ) throws {
    var end = 0
    for member in members.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      guard member.headerOffset >= end else {
        throw AssetError.archive(
          archive, member.headerOffset, "has overlapping members ('\(member.name)' is one)")
      }
      // All three were read from fields of at most 63 bits; the sum may still overflow.
      let (start, overflow) = member.headerOffset.addingReportingOverflow(
        30 + member.nameBytes.count)
      guard !overflow, start <= directoryOffset, member.compressedSize <= directoryOffset - start
      else {
        throw AssetError.archive(
          archive, member.headerOffset, "ends inside its member '\(member.name)'")
      }
      end = start + member.compressedSize
    }
  }
}

extension AssetError {
  /// The error for an archive that is wrong at a byte offset.
  static func archive(_ name: String, _ offset: Int, _ problem: String) -> AssetError {
    AssetError(
      code: .damagedArchive, message: "The zip archive \(name) \(problem) (byte \(offset)).")
  }
}
