import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("JSON lines and gzip")
struct JSONLinesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) throws -> RowTable {
    let path = try folder.write(Array(text.utf8), to: "rows.jsonl")
    return try RowTable.read(path: path, format: .jsonLines, name: "rows.jsonl")
  }

  @Test("Compressed and plain files give the same rows, across members and padding")
  func readsCompressed() throws {
    let plain = try RowTable.read(
      path: AssetFixtures.path("rows.jsonl"), format: .jsonLines, name: "rows")
    let compressed = try RowTable.read(
      path: AssetFixtures.path("rows.jsonl.gz"), format: .jsonLines, name: "rows")
    #expect(plain.rows.count == 40)
    #expect(plain == compressed)
    let path = try #require(FieldPath("doc.index"))
    #expect(try (0..<40).map { try plain.integer(path, row: $0) } == Array(0..<40))
  }

  @Test("Rows keep line numbers across blank lines, carriage returns and a missing last line feed")
  func countsLines() throws {
    let table = try read("{\"a\":1}\r\n\n  \n{\"a\":2}\n{\"a\":3}")
    #expect(table.rows == [["a": 1], ["a": 2], ["a": 3]])
    #expect(table.lineNumbers == [1, 4, 5])
    #expect(table.place(ofRow: 1) == "line 4 of rows.jsonl")
    #expect(try read("").rows.isEmpty)
  }

  @Test(
    "Bad rows are errors that name file and line",
    arguments: [
      ("{\"a\":1}\n[1]\n", "Line 2 of rows.jsonl is an array; every line has to be an object."),
      ("{\"a\":1}\n{\"a\":1,\"a\":2}\n", "line 2 of rows.jsonl"),
      ("{\"a\":1}\n{\"a\":\n", "line 2 of rows.jsonl"),
      ("\u{FEFF}{\"a\":1}\n", "line 1 of rows.jsonl"),
      ("{\"a\":\"\\ud800\"}\n", "line 1 of rows.jsonl"),
    ])
  func refusesBadRows(text: String, expected: String) async {
    let message = await assetError(.damagedData) { try read(text) }
    #expect(message.contains(expected))
  }

  @Test("Deep nesting and malformed UTF-8 are refused")
  func refusesHostileRows() async throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(await assetError(.damagedData) { try read("{\"a\":\(deep)") }.contains("nest deeper"))
    let path = try folder.write(Array("{\"a\":\"".utf8) + [0xC3, 0x28, 0x22, 0x7D], to: "bad")
    #expect(
      await assetError(.damagedData) {
        try RowTable.read(path: path, format: .jsonLines, name: "bad")
      }
      .contains("UTF-8"))
  }

  @Test("Fields are found by path, and what is missing or of another type is named with its line")
  func readsFields() async throws {
    let table = try read(
      "{\"doc\":{\"q\":\"why\",\"n\":3},\"c\":[{\"t\":\"x\"},{\"t\":\"y\"}],\"s\":[\"a\",\"b\"]}")
    func path(_ text: String) throws -> FieldPath { try #require(FieldPath(text)) }
    #expect(try table.string(path("doc.q"), row: 0) == "why")
    #expect(try table.integer(path("doc.n"), row: 0) == 3)
    #expect(try table.string(path("c.1.t"), row: 0) == "y")
    #expect(try table.strings(path("s"), row: 0) == ["a", "b"])
    #expect(FieldPath("doc..q") == nil)
    #expect(
      await assetError(.wrongField) { try table.string(path("doc.question"), row: 0) }
        == "There is no field 'doc.question' in line 1 of rows.jsonl; its fields are: doc, c, s.")
    #expect(
      await assetError(.wrongField) { try table.integer(path("doc.q"), row: 0) }
        == "The field 'doc.q' in line 1 of rows.jsonl has to be a whole number, but there is a string."
    )
  }

  @Test("A file that expands without end is stopped at the limit")
  func stopsBombs() async throws {
    let file = try InputFile(path: AssetFixtures.path("bomb.gz"), name: "bomb.gz")
    var size = 0
    let message = await assetError(.damagedData) {
      try GzipReader.read(file) { size += $0.count }
    }
    #expect(message.contains("expands to more than 16777216 bytes"))
    #expect(size <= 1 << 24)
  }

  @Test("Truncated, damaged and trailing gzip data are errors with an offset")
  func refusesDamagedGzip() async throws {
    let bytes = try AssetFixtures.bytes("rows.jsonl.gz")
    func read(_ bytes: [UInt8]) async throws -> String {
      let path = try folder.write(bytes, to: "damaged.gz")
      return await assetError(.damagedData) {
        try GzipReader.read(InputFile(path: path, name: "damaged.gz")) { _ in }
      }
    }
    #expect(
      try await read(Array(bytes[..<500])) == "The gzip file damaged.gz is truncated (byte 500).")
    #expect(try await read(bytes + [1]).contains("has bytes after its padding"))
    var flipped = bytes
    flipped[300] ^= 0x10
    #expect(try await read(flipped).contains("(byte "))
  }
}
