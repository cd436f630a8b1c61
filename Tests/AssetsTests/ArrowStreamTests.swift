import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Arrow streams")
struct ArrowStreamTests {
  @Test("Every type that caches of text and numbers use reads as pyarrow reads it, nulls included")
  func readsTypes() throws {
    let table = try RowTable.read(
      path: AssetFixtures.path("types.arrow"), format: .arrowStream, name: "types.arrow")
    let expected = try RowTable.read(
      path: AssetFixtures.path("types.jsonl"), format: .jsonLines, name: "types.jsonl")
    #expect(table.rows.count == 23)
    for (row, other) in zip(table.rows, expected.rows) {
      #expect(row == other)
      #expect(row.objectValue?.keys == other.objectValue?.keys)
    }
    #expect(table.place(ofRow: 3) == "row 3 of types.arrow")
  }

  @Test("A table without rows is empty")
  func readsEmpty() throws {
    let path = try AssetFixtures.path("empty.arrow")
    #expect(try RowTable.read(path: path, format: .arrowStream, name: "empty").rows.isEmpty)
  }

  @Test(
    "What cannot be read is refused by name",
    arguments: [
      ("compressed.arrow", "is compressed"), ("dictionary.arrow", "dictionary-encoded"),
      ("timestamp.arrow", "'when' of timestamps"), ("file.arrow", "is an Arrow file"),
      ("too-large.arrow", "the value 18446744073709551615 in 'number'"),
      ("rows.jsonl", "no message where one has to begin"),
    ])
  func refusesUnknown(name: String, expected: String) async throws {
    let path = try AssetFixtures.path(name)
    let message = await assetError(.damagedData) {
      try RowTable.read(path: path, format: .arrowStream, name: name)
    }
    #expect(message.hasPrefix("The Arrow stream \(name) "))
    #expect(message.contains(expected))
  }

  @Test("A stream that ends inside a message is an error at every length")
  func refusesTruncation() async throws {
    let folder = try TemporaryFolder()
    let bytes = try AssetFixtures.bytes("types.arrow")
    for count in stride(from: 1, to: bytes.count - 8, by: 251) {
      let path = try folder.write(Array(bytes[..<count]), to: "short.arrow")
      do {
        // Between two messages a stream may simply stop.
        let table = try RowTable.read(path: path, format: .arrowStream, name: "short.arrow")
        #expect(table.rows.count < 23)
      } catch let error as AssetError {
        #expect(error.code == .damagedData)
      }
    }
  }
}
