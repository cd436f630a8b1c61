import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Zip archives")
struct ZipArchiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func content(_ archive: ZipArchive, _ name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try archive.read(archive.member(named: name)) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// The archive plain.zip with bytes replaced at an offset from where a pattern first occurs.
  private func patched(
    _ pattern: [UInt8], _ offset: Int, _ replacement: [UInt8], of name: String = "plain.zip"
  ) throws -> String {
    var bytes = try AssetFixtures.bytes(name)
    let start = try #require(bytes.firstRange(of: pattern)).lowerBound + offset
    bytes.replaceSubrange(start..<start + replacement.count, with: replacement)
    return try folder.write(bytes, to: "\(UUID().uuidString).zip")
  }

  @Test("Stored, deflated, empty and non-ASCII members read back, whatever their names")
  func readsMembers() throws {
    let archive = try ZipArchive(path: AssetFixtures.path("plain.zip"))
    #expect(
      archive.members.map(\.name) == [
        "stored.txt", "folder/deflated.txt", "empty.txt", "größe.txt", "../../escape.txt",
        "zeros.bin",
      ])
    #expect(try content(archive, "stored.txt") == Array("stored content\n".utf8))
    #expect(try content(archive, "folder/deflated.txt") == AssetFixtures.bytes("deflated.txt"))
    #expect(try content(archive, "empty.txt").isEmpty)
    #expect(try content(archive, "größe.txt") == Array("größe".utf8))
    #expect(try content(archive, "../../escape.txt") == Array("harmless".utf8))
    #expect(try content(archive, "zeros.bin") == [UInt8](repeating: 0, count: 2_000_000))
  }

  @Test("Zip64 records and sizes after the data are understood")
  func readsWideAndStreamed() throws {
    let wide = try ZipArchive(path: AssetFixtures.path("zip64.zip"))
    #expect(try content(wide, "wide.txt") == Array("sixty-four bits\n".utf8))
    #expect(try content(wide, "other.txt") == Array("other\n".utf8))
    let streamed = try ZipArchive(path: AssetFixtures.path("streamed.zip"))
    #expect(try content(streamed, "streamed.txt") == Array("sizes come after the data\n".utf8))
  }

  /// An archive of one member, compressed by zstd: so many blocks of 128 KiB zeros, of which it declares so many bytes.
  private func zeros(blocks: Int, declared: Int) throws -> String {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    // A frame with a window of 128 KiB; each block is a byte that is repeated (RFC 8878, 3.1.1).
    var data: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, 7 << 3]
    for block in 1...blocks {
      data += little(131_072 << 3 | 1 << 1 | (block == blocks ? 1 : 0), 3) + [0]
    }
    let name = Array("zeros".utf8)
    let sizes = little(0, 4) + little(data.count, 4) + little(declared, 4) + little(name.count, 2)
    let local = [0x50, 0x4B, 3, 4] + little(63, 2) + little(0, 2) + little(93, 2) + little(0, 4)
    let entry =
      [0x50, 0x4B, 1, 2] + little(63, 2) + little(63, 2) + little(0, 2) + little(93, 2)
      + little(0, 4) + sizes + little(0, 16) + name
    let before = local + sizes + little(0, 2) + name + data
    let end =
      [0x50, 0x4B, 5, 6] + little(0, 4) + little(1, 2) + little(1, 2) + little(entry.count, 4)
      + little(before.count, 4) + little(0, 2)
    return try folder.write(before + entry + end, to: "\(UUID().uuidString).zip")
  }

  @Test("A member that zstd blows up is refused by what it declares, and by what it holds")
  func refusesBlownUpMembers() async throws {
    let limit = 1 << 20
    let bomb = try ArchiveContents(path: zeros(blocks: 8192, declared: 1 << 30))
    #expect(
      await assetError(.damagedArchive) { try bomb.contents(of: "zeros", limit: limit) }
        .contains("declares 1073741824 bytes; at most 1048576 of one are read"))
    let liar = try ArchiveContents(path: zeros(blocks: 8192, declared: 100))
    #expect(
      await assetError(.damagedArchive) { try liar.contents(of: "zeros", limit: limit) }
        .contains("holds more than the 100 bytes it declares"))
    let short = try ArchiveContents(path: zeros(blocks: 1, declared: 131_073))
    #expect(
      await assetError(.damagedArchive) { try short.contents(of: "zeros", limit: limit) }
        .contains("131073"))
  }

  @Test("A missing member is named, with the nearest one")
  func namesMissingMember() async throws {
    let archive = try ZipArchive(path: AssetFixtures.path("plain.zip"), name: "plain.zip")
    let message = await assetError(.missingMember) { try archive.member(named: "deflated.txt") }
    #expect(
      message
        == "plain.zip has no member 'deflated.txt' among its 6; it has 'folder/deflated.txt'.")
  }

  @Test("Unknown methods and encryption are refused when the member is read")
  func refusesUnknown() async throws {
    let old = try ZipArchive(path: AssetFixtures.path("bzip2.zip"))
    #expect(
      await assetError(.damagedArchive) { try content(old, "old.txt") }
        .contains("compression method 12"))
    // Flags of the first directory entry: eight bytes after its signature.
    let path = try patched([0x50, 0x4B, 1, 2], 8, [1])
    let encrypted = try ZipArchive(path: path)
    #expect(
      await assetError(.damagedArchive) { try content(encrypted, "stored.txt") }
        .contains("encrypted"))
  }

  @Test("A member that holds more than it declares is stopped, and so is an impossible declaration")
  func refusesBombs() async throws {
    let bytes = try AssetFixtures.bytes("plain.zip")
    // The directory entry of the last member; its size lies 24 bytes after the signature.
    let name = try #require(bytes.ranges(of: Array("zeros.bin".utf8)).last).lowerBound
    func declaring(_ size: UInt32) throws -> ZipArchive {
      var copy = bytes
      for index in 0..<4 { copy[name - 46 + 24 + index] = UInt8(size >> (8 * index) & 255) }
      return try ZipArchive(path: folder.write(copy, to: "\(size).zip"))
    }
    let modest = try declaring(1000)
    #expect(
      await assetError(.damagedArchive) { try content(modest, "zeros.bin") }
        .contains("more than the 1000 bytes it declares"))
    let huge = try declaring(4_000_000_000)
    #expect(
      await assetError(.damagedArchive) { try content(huge, "zeros.bin") }
        .contains("can hold"))
  }

  @Test("Duplicate names and overlapping members are refused when the archive is opened")
  func refusesAmbiguity() async throws {
    let plain = try AssetFixtures.bytes("plain.zip")
    var twice = plain
    let last = try #require(plain.ranges(of: Array("empty.txt".utf8)).last)
    let zeros = try #require(plain.ranges(of: Array("zeros.bin".utf8)).last)
    twice.replaceSubrange(last, with: Array("zeros.bin".utf8))
    let duplicate = try folder.write(twice, to: "twice.zip")
    #expect(
      await assetError(.damagedArchive) { try ZipArchive(path: duplicate) }
        .contains("two members named 'zeros.bin'"))
    var overlapping = plain
    // Local header offset of the last member: 42 bytes after the signature; zero is the first member's.
    overlapping.replaceSubrange(
      zeros.lowerBound - 4..<zeros.lowerBound, with: [0, 0, 0, 0])
    let path = try folder.write(overlapping, to: "overlapping.zip")
    #expect(
      await assetError(.damagedArchive) { try ZipArchive(path: path) }
        .contains("overlapping members"))
  }

  @Test("Every truncation of an archive is an error that names the archive")
  func refusesTruncation() async throws {
    let bytes = try AssetFixtures.bytes("zip64.zip")
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let path = try folder.write(Array(bytes[..<count]), to: "short.zip")
      let message = await assetError(.damagedArchive) {
        try ZipArchive(path: path, name: "short.zip")
      }
      #expect(message.hasPrefix("The zip archive short.zip "))
    }
  }

  @Test("A changed byte of a member is found by its checksum")
  func findsDamage() async throws {
    let path = try patched(Array("stored content".utf8), 3, [0x58])
    let archive = try ZipArchive(path: path)
    #expect(
      await assetError(.damagedArchive) { try content(archive, "stored.txt") }
        .contains("does not match its CRC-32"))
  }
}
