import Assets
import Files

/// Reads a file that holds one JSON value, as Python writes it.
enum LogDocument {
  /// The largest file that is read as one value, in bytes; a log of a million steps is below.
  static let largest = 1 << 30

  /// The value that fills a file.
  ///
  /// - Throws: ``LogError`` `damaged` with line and column, `file` if it cannot be read.
  static func read(_ path: String) throws(LogError) -> JSON {
    try LogError.wrapping {
      let file = try InputFile(path: path)
      guard file.size <= largest else {
        throw LogError(
          .damaged,
          "\(path) has \(file.size) bytes; a log in one JSON value has at most \(largest).")
      }
      return try JSONParser.parse(
        file.bytes(at: 0, count: file.size), source: path, dialect: .python)
    }
  }

  /// The first line of a file that is not blank, without its line feed; nil if there is none.
  static func firstLine(_ path: String) throws(LogError) -> [UInt8]? {
    try LogError.wrapping {
      let file = try InputFile(path: path)
      var line: [UInt8] = []
      var offset = 0
      while offset < file.size {
        let piece = try file.bytes(at: offset, count: min(1 << 16, file.size - offset))
        offset += piece.count
        // Blank lines at the start are dropped as they come.
        let start =
          line.isEmpty ? piece.firstIndex { !isBlank($0) } ?? piece.endIndex : piece.startIndex
        let end = piece[start...].firstIndex(of: 0x0A)
        line += piece[start..<(end ?? piece.endIndex)]
        if end != nil || line.count > JSONLinesReader.longestLine { return line }
      }
      return line.isEmpty ? nil : line
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
