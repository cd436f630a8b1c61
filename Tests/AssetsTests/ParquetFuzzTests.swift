import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Damaged Parquet files")
struct ParquetFuzzTests {
  @Test("Mutated Parquet files are read or refused, never worse")
  func survivesMutations() throws {
    let folder = try TemporaryFolder()
    let tables = try ParquetFixtures.tables.get()
    var (tried, refused) = (0, 0)
    try fuzz(600) { round, random in
      let table = tables[round % tables.count]
      let bytes = Self.mutated(table.content, &random)
      let path = folder.path(of: "mutated")
      // A new file each time: some file systems wait for the disk when an old one is cut short and written again.
      unlink(path)
      try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL).write(bytes)
      tried += 1
      do {
        try Self.read(path, table)
      } catch let error as AssetError {
        refused += 1
        if error.code != .damagedData { Issue.record(error, "round \(round), \(table)") }
      }
    }
    #expect(refused * 10 > tried)
  }

  /// Half of the changes are among the footer and its frame, whose numbers lead everywhere.
  private static func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    guard bytes.count > 12, Bool.random(using: &random) else {
      return TestSupport.mutated(bytes, &random, characters: "\u{0}\u{1}\u{2}\u{15}\u{7F}")
    }
    let length = bytes.suffix(8).prefix(4).enumerated().reduce(0) { $0 + Int($1.1) << (8 * $1.0) }
    let start = bytes.count - 8 - length
    let footer = TestSupport.mutated(
      Array(bytes[start..<(bytes.count - 8)]), &random, characters: "\u{0}\u{1}\u{2}\u{15}\u{7F}")
    let size = (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> (8 * $0)) }
    return bytes[..<start] + footer + size + bytes.suffix(4)
  }

  /// Reads all rows, and checks that a batch is what it says.
  private static func read(_ path: String, _ table: ParquetFixtures.Table) throws {
    let file = try ParquetFile(InputFile(path: path, name: table.name))
    var rowCount = 0
    try file.forEachBatch { batch in
      rowCount += batch.rowCount
      for column in batch.columns where column.column.count != batch.rowCount {
        Issue.record("\(table): \(column.name) has \(column.column.count) of \(batch.rowCount)")
      }
      // Endless rows of nulls are no finding, but take long as JSON.
      guard rowCount < 10_000 else { return }
      for row in 0..<batch.rowCount { _ = batch.row(row) }
    }
    if rowCount != file.rowCount { Issue.record("\(table): \(rowCount) of \(file.rowCount) rows") }
  }
}
