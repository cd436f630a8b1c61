import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// The files of parquet.zip, in memory: content and rows by name.
enum ParquetFixtures {
  /// A file and the rows that pyarrow reads of it.
  struct Table: Sendable, CustomStringConvertible {
    let name: String
    let content: [UInt8]
    let rows: [JSON]

    var description: String { name }
  }

  static let tables = Result { try read() }

  private static func read() throws -> [Table] {
    let archive = try ZipArchive(path: AssetFixtures.path("parquet.zip"))
    var contents: [String: [UInt8]] = [:]
    for member in archive.members {
      try archive.read(member) { contents[member.name, default: []] += $0 }
    }
    let folder = try TemporaryFolder()
    return try contents.keys.filter { $0.hasSuffix(".parquet") }.sorted().map { file in
      let name = String(file.dropLast(".parquet".count))
      let lines = try folder.write(contents["\(name).jsonl"] ?? [], to: "rows.jsonl")
      return Table(
        name: name, content: contents[file] ?? [],
        rows: try RowTable.read(path: lines, format: .jsonLines, name: name).rows)
    }
  }

  /// One table.
  static func table(_ name: String) throws -> Table {
    try #require(try tables.get().first { $0.name == name })
  }
}

@Suite("Parquet files")
struct ParquetFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ name: String) throws -> ParquetFile {
    try ParquetFile(InputFile(path: AssetFixtures.path(name), name: name))
  }

  private func open(_ table: ParquetFixtures.Table) throws -> ParquetFile {
    let path = try folder.write(table.content, to: "table.parquet")
    return try ParquetFile(InputFile(path: path, name: table.name))
  }

  private func rows(_ file: ParquetFile, columns: [String]? = nil) throws -> [JSON] {
    var rows: [JSON] = []
    try file.forEachBatch(columns: columns) { batch in
      rows += (0..<batch.rowCount).map(batch.row)
    }
    return rows
  }

  @Test(
    "All combinations of what pyarrow can write, and what older writers wrote, read as pyarrow reads them"
  )
  func readsEverything() throws {
    let tables = try ParquetFixtures.tables.get()
    #expect(tables.count > 160)
    for table in tables {
      let read = Result { try rows(open(table)) }
      #expect(throws: Never.self, "\(table)") { try read.get() }
      let found = (try? read.get()) ?? []
      #expect(found.count == table.rows.count, "\(table)")
      let different = zip(found, table.rows).first { row, expected in
        row != expected || row.objectValue?.keys != expected.objectValue?.keys
      }
      if let (row, expected) = different { Issue.record("\(table): \(row) is no \(expected)") }
    }
  }

  @Test("Only the columns that are asked for are read, in the order that they are asked for in")
  func readsColumns() async throws {
    let table = try ParquetFixtures.table("numina")
    var content = table.content
    let path = try folder.write(content, to: "numina.parquet")
    let footer = try ParquetFooter(of: InputFile(path: path))
    let file = try open(table)
    #expect(file.columnNames == ["source", "problem", "solution", "messages"])
    #expect(file.rowCount == 150)
    // The leaves of 'source' and of 'messages' are no longer pages of anything.
    for group in footer.rowGroups {
      for leaf in [0, 3, 4] {
        for offset in group.chunks[leaf].range { content[offset] = 0xFF }
      }
    }
    let damaged = try folder.write(content, to: "damaged.parquet")
    let half = try ParquetFile(InputFile(path: damaged, name: "damaged"))
    var rows: [JSON] = []
    try half.forEachBatch(columns: ["solution", "problem"]) { batch in
      #expect(batch.columns.map(\.name) == ["solution", "problem"])
      #expect(batch["problem"]?.count == batch.rowCount && batch["source"] == nil)
      rows += (0..<batch.rowCount).map(batch.row)
    }
    let expected = table.rows.map { row in
      JSON(present: [("solution", row["solution"] ?? nil), ("problem", row["problem"] ?? nil)])
    }
    #expect(rows == expected)
    let message = await assetError(.damagedData) {
      try half.forEachBatch(columns: ["messages"]) { _ in }
    }
    #expect(message.contains("in the column 'messages.list.element.content' (byte "))
    #expect(
      await assetError(.wrongField) { try half.forEachBatch(columns: ["answer"]) { _ in } }
        == "There is no column 'answer' in damaged; its columns are: source, problem, solution, messages."
    )
  }

  @Test("The bytes of texts are at hand without a text, one after the other")
  func givesBytes() throws {
    let table = try ParquetFixtures.table("numina")
    var texts: [String?] = []
    try open(table).forEachBatch(columns: ["problem"]) { batch in
      guard case .string(let values)? = batch["problem"]?.values else { return }
      #expect(values.offsets.first == 0 && values.offsets.last == values.utf8.count)
      texts += (0..<batch.rowCount).map { row in
        values.withUTF8(at: row) { String(validating: $0, as: UTF8.self) }
      }
    }
    #expect(texts == table.rows.map { $0["problem"]?.stringValue })
  }

  @Test(
    "Types without a JSON counterpart are refused by name, and only where they are asked for",
    arguments: [
      ("timestamp", "timestamps"), ("binary", "binary data"), ("decimal", "decimals"),
      ("date", "dates"), ("map", "maps"),
    ])
  func refusesTypes(name: String, type: String) async throws {
    let file = try open("\(name).parquet")
    #expect(file.rowCount == 2)
    #expect(try rows(file, columns: ["text"]) == [["text": "one"], ["text": "two"]])
    let message = await assetError(.damagedData) { try rows(file) }
    #expect(message.contains("has a field 'other' of \(type), which this reader does not know"))
  }

  @Test("Integers beyond 63 bits and another file's format are refused")
  func refusesOthers() async throws {
    let file = try open("too-large.parquet")
    let message = await assetError(.damagedData) { try rows(file) }
    #expect(message.contains("the value 18446744073709551615, which is beyond 2^63 - 1"))
    for name in ["rows.jsonl", "types.arrow"] {
      let message = await assetError(.damagedData) { try open(name) }
      #expect(message.hasPrefix("The Parquet file \(name) does not end as a Parquet file"))
    }
  }

  @Test("A file that is cut off is refused at every length")
  func refusesTruncation() async throws {
    let content = try ParquetFixtures.table("numina").content
    for count in stride(from: 0, to: content.count, by: 397) {
      let path = try folder.write(Array(content[..<count]), to: "short.parquet")
      _ = await assetError(.damagedData) { try ParquetFile(InputFile(path: path, name: "short")) }
    }
  }

  @Test("A table is read through the same reader, and its rows are named by their numbers")
  func readsTable() throws {
    let table = try ParquetFixtures.table("numina")
    let path = try folder.write(table.content, to: "table.parquet")
    let read = try RowTable.read(path: path, format: .parquet, name: "numina.parquet")
    #expect(read.rows == table.rows)
    #expect(read.place(ofRow: 7) == "row 7 of numina.parquet")
  }

  @Test(
    "Files that the script makes anew read as pyarrow reads them",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_PARQUET_PYTHON"] != nil))
  func readsNewFiles() throws {
    let environment = ProcessInfo.processInfo.environment
    let python = try #require(environment["REPLICATE_PARQUET_PYTHON"])
    let finished = try runProgram(
      python,
      [
        try AssetFixtures.path("make_parquet.py"), "--folder", folder.path,
        "--seed", environment["REPLICATE_PARQUET_SEED"] ?? "1",
        "--count", environment["REPLICATE_PARQUET_COUNT"] ?? "1000",
      ])
    print(String(decoding: finished.output, as: UTF8.self))
    #expect(finished.status == 0)
    let names = folder.files().filter { $0.hasSuffix(".parquet") }
    #expect(!names.isEmpty)
    for name in names {
      let lines = "\(name.dropLast(".parquet".count)).jsonl"
      let expected = try RowTable.read(
        path: folder.path(of: lines), format: .jsonLines, name: lines
      ).rows
      let read = Result {
        try rows(ParquetFile(InputFile(path: folder.path(of: name), name: name)))
      }
      #expect(throws: Never.self, "\(name)") { try read.get() }
      #expect((try? read.get()) == expected, "\(name)")
    }
  }
}
