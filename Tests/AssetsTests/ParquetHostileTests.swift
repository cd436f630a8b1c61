import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// Reads files that are lies.
struct HostileParquet {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// All rows of a file.
  func rows(_ bytes: [UInt8]) throws -> [JSON] {
    let path = try folder.write(bytes, to: "hostile.parquet")
    return try RowTable.read(path: path, format: .parquet, name: "hostile").rows
  }

  /// Expects that the honest file is refused after a change, with a message that has these words and a place.
  func expectDamage(
    _ part: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout ParquetBuilder) -> Void
  ) async {
    var builder = ParquetBuilder()
    change(&builder)
    let message = await assetError(.damagedData, sourceLocation: sourceLocation) {
      try rows(builder.bytes)
    }
    #expect(
      message.hasPrefix("The Parquet file hostile ") && message.contains(part)
        && message.contains(" (byte "), "\(message)", sourceLocation: sourceLocation)
  }
}

@Suite("Hostile metadata of Parquet files")
struct ParquetHostileTests {
  private let hostile: HostileParquet

  init() throws { hostile = try HostileParquet() }

  @Test("The honest file can be read, so that every refusal is that of a lie")
  func honest() throws {
    #expect(try hostile.rows(ParquetBuilder().bytes) == [["n": 1], ["n": 2], ["n": 3]])
  }

  @Test("A footer that lies about its place, is cut off, encrypted or of nothing is refused")
  func footers() async throws {
    await hostile.expectDamage("longer than the file") { $0.footerLength = 0x7FFF_FFFF }
    await hostile.expectDamage("longer than the file") { $0.footerLength = 0xFFFF_FFFF }
    await hostile.expectDamage("schema that lacks fields") { $0.footerBytes = [0] }
    await hostile.expectDamage("ends inside a value") { $0.footerBytes = [0x29, 0x2C, 0x15] }
    await hostile.expectDamage("is encrypted") { $0.magic = "PARE" }
    await hostile.expectDamage("is encrypted") { $0.footer[8] = .structure([1: .structure([:])]) }
    await hostile.expectDamage("is encrypted") { $0.chunk[8] = .structure([1: .structure([:])]) }
    await hostile.expectDamage("in another file") { $0.chunk[1] = .text("other.parquet") }
    await hostile.expectDamage("does not end as a Parquet file") { $0.magic = "PAR2" }
    for bytes in [[], Array("PAR1".utf8), Array("PAR1PAR1".utf8)] {
      #expect(await assetError(.damagedData) { try hostile.rows(bytes) }.contains("too short"))
    }
  }

  @Test("Counts and nesting of metadata that nothing stands behind are refused")
  func metadata() async {
    let endless = Thrift.varint(1 << 31 - 1)
    for kind: UInt8 in 1...13 {
      await hostile.expectDamage("ends inside a value") {
        $0.footer[5] = .raw(type: 9, [0xF0 | kind] + endless)
      }
    }
    await hostile.expectDamage("ends inside a value") {
      $0.footer[4] = .raw(type: 9, [0xFC] + endless)
    }
    await hostile.expectDamage("ends inside a value") { $0.footer[6] = .raw(type: 8, endless) }
    await hostile.expectDamage("has a length of") {
      $0.footer[6] = .raw(type: 8, Thrift.varint(1 << 62))
    }
    await hostile.expectDamage("longer than 64 bits") {
      $0.footer[3] = .raw(type: 6, [UInt8](repeating: 0xFF, count: 11))
    }
    await hostile.expectDamage("which is too large") { $0.element[3] = .int64(1 << 40) }
    await hostile.expectDamage("unknown type 15") { $0.footer[9] = .raw(type: 15, []) }
    for opening: [UInt8] in [[0x1C], [0x19]] {
      let deep = Array([[UInt8]](repeating: opening, count: 100_000).joined())
      await hostile.expectDamage("nested deeper") {
        $0.footer[9] = .raw(type: opening == [0x1C] ? 12 : 9, deep)
      }
    }
  }

  @Test("Schemas that are no tree, or wider, deeper or odder than any table, are refused")
  func schemas() async {
    await hostile.expectDamage("schema that lacks fields") { $0.root[5] = .int32(2) }
    await hostile.expectDamage("no single tree") { $0.root[5] = .int32(0) }
    await hostile.expectDamage("with -1 parts") { $0.root[5] = .int32(-1) }
    await hostile.expectDamage("more than 1024") { $0.root[5] = .int32(16384) }
    await hostile.expectDamage("neither a value nor a group") { $0.element[1] = nil }
    await hostile.expectDamage("unknown repetition 3") { $0.element[3] = .int32(3) }
    await hostile.expectDamage("two fields named 'n'") {
      $0.root[5] = .int32(2)
      $0.moreElements = [$0.element]
    }
    await hostile.expectDamage("nested deeper") {
      let group: ParquetBuilder.Fields = [3: .int32(0), 4: .text("g"), 5: .int32(1)]
      $0.moreElements = [ParquetBuilder.Fields](repeating: group, count: 40) + [$0.element]
      $0.element = group
    }
    await hostile.expectDamage("more than 16384") {
      $0.moreElements = [ParquetBuilder.Fields](repeating: $0.element, count: 20_000)
    }
    await hostile.expectDamage("row group with 1 columns instead of 2") {
      $0.root[5] = .int32(2)
      $0.moreElements = [[1: .int32(1), 3: .int32(0), 4: .text("m")]]
    }
    await hostile.expectDamage("without one repeated part") {
      $0.moreElements = [$0.element]
      $0.element = [3: .int32(0), 4: .text("l"), 5: .int32(1), 6: .int32(3)]
    }
  }

  @Test("Row groups and columns that lie outside, overlap or count otherwise are refused")
  func chunks() async {
    await hostile.expectDamage("declares 4 rows, but") { $0.footer[3] = .int64(4) }
    await hostile.expectDamage("declares 2 rows, but") { $0.footer[3] = .int64(2) }
    await hostile.expectDamage("the number -3") { $0.footer[3] = .int64(-3) }
    await hostile.expectDamage("rows in") {
      $0.footer[3] = .int64(.max)
      $0.group[3] = .int64(.max)
    }
    await hostile.expectDamage("declares 2 values in a column of 3 rows") {
      $0.description[5] = .int64(2)
    }
    await hostile.expectDamage("values in a column of 3 rows") {
      $0.description[5] = .int64(1 << 40)
    }
    for (start, size): (Int64, Int64) in [(0, 10), (3, 10), (4, 1 << 40), (1 << 40, 1), (20, 500)] {
      await hostile.expectDamage("outside of its data") {
        $0.description[9] = .int64(start)
        $0.description[7] = .int64(size)
      }
    }
    await hostile.expectDamage("has a column of") {
      $0.description[9] = .int64(.max)
      $0.description[7] = .int64(.max)
    }
    await hostile.expectDamage("the number -1") { $0.description[7] = .int64(-1) }
    await hostile.expectDamage("share the bytes") {
      $0.root[5] = .int32(2)
      $0.moreElements = [[1: .int32(1), 3: .int32(0), 4: .text("m")]]
      let described: ParquetBuilder.Fields = [
        1: .int32(1), 4: .int32(0), 5: .int64(3), 7: .int64(10), 9: .int64(10),
      ]
      let other: ParquetBuilder.Fields = [3: .structure(described)]
      var first = described
      first[9] = .int64(4)
      $0.group[1] = .list([.structure([3: .structure(first)]), .structure(other)])
    }
    await hostile.expectDamage("without columns or rows") {
      $0.footer[4] = .list([.structure([:])])
    }
    await hostile.expectDamage("without a description") { $0.group[1] = .list([.structure([:])]) }
    await hostile.expectDamage("of type 2 instead of 1") { $0.description[1] = .int32(2) }
    await hostile.expectDamage("the number 99") { $0.description[4] = .int32(99) }
  }
}
