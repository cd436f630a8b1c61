import Files
import Foundation

/// Reads files with one JSON object a line, optionally compressed with gzip.
package enum JSONLinesReader {
  /// The longest line that is read, in bytes; one document of a data set is far below.
  package static let longestLine = 1 << 28

  /// Rows of a part, at most.
  private static let rowsOfPart = 4096
  /// Bytes after whose lines a part ends.
  private static let bytesOfPart = 8 << 20

  /// Hands the rows of a file to `body`, in order, some at a time.
  ///
  /// A file that begins with the two bytes of gzip is decompressed on the way. Lines end with a line feed; lines with
  /// nothing but white space are skipped. A byte-order mark, a row that is no object, a duplicate key and malformed
  /// UTF-8 are errors.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: What error messages call it.
  ///   - body: Takes the rows.
  /// - Throws: ``AssetError`` `damagedData` with file and line; what `body` throws.
  static func forEachPart(
    ofFileAt path: String, name: String, _ body: (RowTable) throws -> Void
  ) throws {
    let file = try InputFile(path: path, name: name)
    var lines = LineSplitter(name: name)
    var (rows, lineNumbers, firstRow, bytes) = ([JSON](), [Int](), 0, 0)
    func finishPart() throws {
      try body(RowTable(name: name, rows: rows, firstRow: firstRow, lineNumbers: lineNumbers))
      firstRow += rows.count
      rows.removeAll(keepingCapacity: true)
      lineNumbers.removeAll(keepingCapacity: true)
      bytes = 0
    }
    func append(_ line: UnsafeBufferPointer<UInt8>, _ number: Int) throws {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
      let row = try AssetError.wrapping(.damagedData) {
        try JSONParser.parse(line, source: "line \(number) of \(name)")
      }
      guard case .object = row else {
        throw AssetError(
          code: .damagedData,
          message: "Line \(number) of \(name) is \(row.kind); every line has to be an object.")
      }
      rows.append(row)
      lineNumbers.append(number)
      bytes += line.count
      if rows.count == rowsOfPart || bytes >= bytesOfPart { try finishPart() }
    }
    func split(_ piece: UnsafeRawBufferPointer) throws {
      try lines.split(piece.bindMemory(to: UInt8.self), append)
    }
    if try GzipReader.isGzip(file) {
      try GzipReader.read(file, split)
    } else {
      try file.forEachPiece(in: 0..<file.size, split)
    }
    try lines.finish(append)
    if !rows.isEmpty { try finishPart() }
  }
}

/// Cuts a stream of bytes into lines, keeping only an unfinished one between pieces.
package struct LineSplitter {
  /// What error messages call the file.
  let name: String
  private var unfinished: [UInt8] = []
  private var number = 1

  /// Begins at the first line of a file that error messages call `name`.
  package init(name: String) { self.name = name }

  /// Hands every line that `piece` completes to `body`, without its line feed, with its number from 1.
  package mutating func split(
    _ piece: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Void
  ) throws {
    var rest = piece[...]
    while let end = rest.firstIndex(of: 0x0A) {
      let line = UnsafeBufferPointer(rebasing: rest[..<end])
      if unfinished.isEmpty {
        try body(line, number)
      } else {
        unfinished.append(contentsOf: line)
        try unfinished.withUnsafeBufferPointer { try body($0, number) }
        unfinished.removeAll(keepingCapacity: true)
      }
      number += 1
      rest = rest[(end + 1)...]
    }
    guard rest.count <= JSONLinesReader.longestLine - unfinished.count else {
      throw AssetError(
        code: .damagedData,
        message: "Line \(number) of \(name) is longer than \(JSONLinesReader.longestLine) bytes.")
    }
    unfinished.append(contentsOf: rest)
  }

  /// Hands over the last line if it lacks a line feed.
  package func finish(_ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Void) throws {
    guard !unfinished.isEmpty else { return }
    try unfinished.withUnsafeBufferPointer { try body($0, number) }
  }
}
