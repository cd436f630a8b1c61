import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Hostile pages of Parquet files")
struct ParquetHostilePageTests {
  private let hostile: HostileParquet

  init() throws { hostile = try HostileParquet() }

  @Test("Sizes of pages that are negative, larger than their column or than any page are refused")
  func pageSizes() async {
    for size: Int32 in [-1, .min, .max, 1 << 28 + 1] {
      await hostile.expectDamage("at most 268435456 are read") { $0.header[2] = .int32(size) }
      await hostile.expectDamage("at most 268435456 are read") { $0.header[3] = .int32(size) }
    }
    await hostile.expectDamage("ends outside of its column") { $0.header[3] = .int32(1000) }
    await hostile.expectDamage("of 12 bytes that declares 13") { $0.header[2] = .int32(13) }
    for codec: Int32 in [1, 2, 4, 5, 6, 7] {
      await hostile.expectDamage("declares to expand to 200000000") {
        $0.description[4] = .int32(codec)
        $0.header[2] = .int32(200_000_000)
      }
      await hostile.expectDamage("cannot be decompressed to 12") {
        $0.description[4] = .int32(codec)
      }
    }
    await hostile.expectDamage("compressed with LZO") { $0.description[4] = .int32(3) }
    await hostile.expectDamage("checksum is wrong") { $0.header[4] = .int32(7) }
    await hostile.expectDamage("header does not end") {
      $0.header[9] = .raw(type: 8, Thrift.varint(5000))
    }
    await hostile.expectDamage("without its description") {
      $0.header[5] = .structure([:])
      $0.header[1] = .int32(3)
    }
    await hostile.expectDamage("lack 3 values") { $0.header[1] = .int32(1) }
    await hostile.expectDamage("levels of 9 and 9 bytes") {
      $0.header[1] = .int32(3)
      $0.header[8] = .structure([1: .int32(3), 4: .int32(0), 5: .int32(9), 6: .int32(9)])
    }
  }

  @Test("Pages whose values are fewer, more or others than they declare are refused")
  func values() async {
    await hostile.expectDamage("4 values where 3 are left") { $0.data[1] = .int32(4) }
    await hostile.expectDamage("declares the size -1") { $0.data[1] = .int32(-1) }
    await hostile.expectDamage("lack 1 values") { $0.data[1] = .int32(2) }
    await hostile.expectDamage("ends before its values do") { $0.content.removeLast() }
    await hostile.expectDamage("encoding 77") { $0.data[2] = .int32(77) }
    await hostile.expectDamage("without a dictionary") { $0.data[2] = .int32(8) }
    await hostile.expectDamage("no texts") {
      $0.data[2] = .int32(6)
      $0.content = [0x80, 1, 4, 3, 0, 0, 0, 0, 0, 0]
    }
    await hostile.expectDamage("dictionary index 5 where there are 2 entries") {
      $0.before = ParquetBuilder.page(
        [1: .int32(2), 7: .structure([1: .int32(2), 2: .int32(0)])], [1, 0, 0, 0, 2, 0, 0, 0])
      $0.data[2] = .int32(8)
      $0.content = [3, 6, 5]
    }
    await hostile.expectDamage("ends before its values do") {
      $0.before = ParquetBuilder.page(
        [1: .int32(2), 7: .structure([1: .int32(.max), 2: .int32(0)])], [1, 0, 0, 0])
    }
    await hostile.expectDamage("indices of 33 bits") {
      $0.before = ParquetBuilder.page(
        [1: .int32(2), 7: .structure([1: .int32(1), 2: .int32(0)])], [1, 0, 0, 0])
      $0.data[2] = .int32(8)
      $0.content = [33, 6, 5]
    }
    await hostile.expectDamage("the value 300, which does not fit its type") {
      $0.element[6] = .int32(11)
      $0.content = [1, 0, 0, 0, 44, 1, 0, 0, 3, 0, 0, 0]
    }
    for text: [UInt8] in [
      [0xFF, 0xFF, 0xFF, 0xFF], [9, 0, 0, 0, 65], [0xFF, 0xFF, 0xFF, 0x7F, 65],
    ] {
      await hostile.expectDamage("in the column 'n'") {
        $0.element = [1: .int32(6), 3: .int32(0), 4: .text("n"), 6: .int32(0)]
        $0.description[1] = .int32(6)
        $0.content = [0, 0, 0, 0, 0, 0, 0, 0] + text
      }
    }
    await hostile.expectDamage("not UTF-8") {
      $0.element = [1: .int32(6), 3: .int32(0), 4: .text("n"), 6: .int32(0)]
      $0.description[1] = .int32(6)
      // One character over two texts.
      $0.content = [1, 0, 0, 0, 0xC3, 1, 0, 0, 0, 0xA4, 0, 0, 0, 0]
    }
  }

  @Test("Packed differences with impossible blocks, widths or counts are refused")
  func differences() async {
    let headers: [([UInt8], String)] = [
      ([0, 4, 3, 0], "differences in blocks of 0"), ([0x80, 1, 0, 3, 0], "with 0 miniblocks"),
      ([0x80, 1, 3, 3, 0], "with 3 miniblocks"),
      (Thrift.varint(1 << 62) + [1, 3, 0], "in blocks of"),
      ([0x80, 1, 4] + Thrift.varint(1 << 62) + [0], "differences in a page"),
      ([0x80, 1, 4, 3, 0, 0, 65, 0, 0, 0], "differences of 65 bits"),
      ([0x80, 1, 4, 3, 0, 0, 8, 0, 0, 0], "ends before"),
      ([0x80, 1, 4, 2, 0, 0, 0, 0, 0, 0], "ends before"),
      ([0x80, 1, 4, 3], "ends before"),
      ([UInt8](repeating: 0xFF, count: 12), "longer than 64 bits"),
    ]
    for (header, part) in headers {
      await hostile.expectDamage(part) {
        $0.data[2] = .int32(5)
        $0.content = header
      }
    }
    for encoding: Int32 in [6, 7] {
      for length: [UInt8] in [[1], [0x80, 0x80, 0x80, 0x80, 0x10], [200, 1]] {
        await hostile.expectDamage("in the column 'n'") {
          $0.element = [1: .int32(6), 3: .int32(0), 4: .text("n"), 6: .int32(0)]
          $0.description[1] = .int32(6)
          $0.data[2] = .int32(encoding)
          let lengths: [UInt8] = [0x80, 1, 4, 3] + length + [0, 0, 0, 0, 0]
          $0.content = lengths + (encoding == 7 ? lengths : []) + [65, 66]
        }
      }
    }
  }

  @Test("Levels beyond the greatest, or of other lists than those beside them, are refused")
  func levels() async {
    func list(_ builder: inout ParquetBuilder, repetitions: [UInt8], definitions: [UInt8]) {
      builder.element = [1: .int32(1), 3: .int32(2), 4: .text("n")]
      func runs(_ levels: [UInt8]) -> [UInt8] {
        [UInt8(levels.count * 2), 0, 0, 0] + levels.flatMap { [2, $0] }
      }
      builder.content = runs(repetitions) + runs(definitions) + builder.content
    }
    await hostile.expectDamage("the number 2 where 1 bits are the most") {
      list(&$0, repetitions: [0, 0, 0], definitions: [1, 2, 1])
    }
    await hostile.expectDamage("begins inside a list") {
      list(&$0, repetitions: [1, 0, 0], definitions: [1, 1, 1])
    }
    await hostile.expectDamage("too few rows") {
      list(&$0, repetitions: [0, 0, 1], definitions: [1, 1, 1])
    }
    await hostile.expectDamage("too many rows") {
      list(&$0, repetitions: [0, 0, 0], definitions: [1, 1, 1])
      $0.group[3] = .int64(2)
      $0.footer[3] = .int64(2)
    }
    await hostile.expectDamage("the level 3 where 2 is the greatest") {
      $0.moreElements = [[1: .int32(1), 3: .int32(1), 4: .text("n")]]
      $0.element = [3: .int32(1), 4: .text("g"), 5: .int32(1)]
      $0.content = [2, 0, 0, 0, 6, 3] + $0.content
    }
    await hostile.expectDamage("levels of 255 bytes") {
      $0.element[3] = .int32(1)
      $0.content = [255, 0, 0, 0, 6, 1]
    }
    await hostile.expectDamage("packed without runs") {
      $0.element[3] = .int32(1)
      $0.data[3] = .int32(4)
    }
    await hostile.expectDamage("does not agree with others") { builder in
      builder = ParquetBuilder()
      Self.disagree(&builder)
    }
  }

  /// Two members of one list of objects: the first has lists of two and one, the second of one and two.
  private static func disagree(_ builder: inout ParquetBuilder) {
    func page(_ repetitions: [UInt8]) -> [UInt8] {
      let levels: [UInt8] = [6, 0, 0, 0] + repetitions.flatMap { [2, $0] }
      let definitions: [UInt8] = [2, 0, 0, 0, 6, 1]
      let content = levels + definitions + [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]
      let data: ParquetBuilder.Fields = [1: .int32(3), 2: .int32(0), 3: .int32(3), 4: .int32(3)]
      return ParquetBuilder.page([1: .int32(0), 5: .structure(data)], content)
    }
    let (first, second) = (page([0, 1, 0]), page([0, 0, 1]))
    func chunk(_ start: Int, _ size: Int) -> Thrift {
      .structure([
        3: .structure([
          1: .int32(1), 4: .int32(0), 5: .int64(3), 7: .int64(Int64(size)), 9: .int64(Int64(start)),
        ])
      ])
    }
    builder.element = [3: .int32(2), 4: .text("l"), 5: .int32(2)]
    builder.moreElements = ["a", "b"].map { [1: .int32(1), 3: .int32(0), 4: .text($0)] }
    builder.before = first + second
    builder.group = [
      1: .list([chunk(4, first.count), chunk(4 + first.count, second.count)]), 3: .int64(2),
    ]
    builder.footer[3] = .int64(2)
  }

  @Test("Small files that stand for endless rows, lists or texts are stopped")
  func bombs() async {
    let many = Int32(1 << 24)
    let run = Thrift.varint(UInt64(many) << 1)
    func levels(_ level: UInt8) -> [UInt8] { [UInt8(run.count + 1), 0, 0, 0] + run + [level] }
    // Sixteen million nulls in a page of ten bytes.
    await hostile.expectDamage("expands to more than 16777216 bytes") {
      $0.element[3] = .int32(1)
      $0.data[1] = .int32(many)
      $0.content = levels(0)
      $0.description[5] = .int64(Int64(many))
      $0.group[3] = .int64(Int64(many))
      $0.footer[3] = .int64(Int64(many))
    }
    await hostile.expectDamage("expands to more than") { Self.repeatText(&$0) }
    // A single row of as many numbers; smaller files may not even declare them.
    await hostile.expectDamage("a row of more than 16777216 values") {
      let count = UInt64(many) + 5000
      let repetitions = [2, 0] + Thrift.varint((count - 1) << 1) + [1]
      let definitions = Thrift.varint(count << 1) + [1]
      let differences = [0x80, 0x80, 0x40, 1] + Thrift.varint(count) + [0]
      $0.before = ParquetBuilder.page([1: .int32(1)], [UInt8](repeating: 0, count: 20_000))
      $0.element = [1: .int32(1), 3: .int32(2), 4: .text("n")]
      $0.data[1] = .int32(Int32(count))
      $0.data[2] = .int32(5)
      $0.content =
        [UInt8(repetitions.count), 0, 0, 0] + repetitions + [UInt8(definitions.count), 0, 0, 0]
        + definitions + differences + [UInt8](repeating: 0, count: 40)
      $0.description[5] = .int64(Int64(count))
      $0.group[3] = .int64(1)
      $0.footer[3] = .int64(1)
    }
  }

  /// One text of a megabyte, a thousand times.
  private static func repeatText(_ builder: inout ParquetBuilder) {
    builder.element = [1: .int32(6), 3: .int32(0), 4: .text("n"), 6: .int32(0)]
    let text: [UInt8] = [0, 0, 16, 0] + [UInt8](repeating: 65, count: 1 << 20)
    builder.before = ParquetBuilder.page(
      [1: .int32(2), 7: .structure([1: .int32(1), 2: .int32(0)])], text)
    builder.data = [1: .int32(1000), 2: .int32(8), 3: .int32(3), 4: .int32(3)]
    builder.content = [0] + Thrift.varint(2000)
    builder.description = [1: .int32(6), 5: .int64(1000)]
    builder.group[3] = .int64(1000)
    builder.footer[3] = .int64(1000)
  }

  @Test("However large the rows are, a batch has some megabytes or one row")
  func batches() throws {
    var builder = ParquetBuilder()
    Self.repeatText(&builder)
    let path = try hostile.folder.write(builder.bytes, to: "repeated.parquet")
    var rowCounts: [Int] = []
    try ParquetFile(InputFile(path: path)).forEachBatch { rowCounts.append($0.rowCount) }
    #expect(rowCounts == [Int](repeating: 1, count: 1000))
  }
}
