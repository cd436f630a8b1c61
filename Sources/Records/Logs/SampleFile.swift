import Assets
import Files

/// A samples file of lm-evaluation-harness, of which only an index is kept in memory.
///
/// It holds one JSON object a line, or, of versions until the middle of 2024, one array of the same objects.
struct SampleFile {
  /// Where the lines of one document are.
  struct Line {
    /// Index of the document in its data set.
    let document: Int
    /// Index of the filter in ``SampleFile/filters``; nil if the line names none.
    let filter: Int?
    /// Number of earlier lines of the same document and filter; more than 0 only for lines that name no filter.
    fileprivate(set) var occurrence = 0
    /// The number of the line, or of the line on which the object begins, from 1.
    let number: Int
    fileprivate let bytes: Range<Int>
  }

  /// The path, as error messages say it.
  let path: String
  /// Names of the filters in the order of their first line.
  let filters: [String]
  /// The lines, sorted by document, then in the order of the file.
  let lines: [Line]
  private let file: InputFile

  /// Reads a file once from start to end and parses every line of it.
  ///
  /// - Throws: ``LogError`` `damaged` with file and line, `file` if it cannot be read.
  init(path: String) throws(LogError) {
    self.path = path
    var index = Index(path: path)
    file = try LogError.wrapping {
      let file = try InputFile(path: path)
      if try LogDocument.firstLine(path)?.first == UInt8(ascii: "[") {
        var splitter = ArraySplitter(name: path)
        try file.forEachPiece(in: 0..<file.size) { piece in
          try splitter.split(piece.bindMemory(to: UInt8.self)) { try index.add($0, $1, at: $2) }
        }
        try splitter.finish()
        return file
      }
      var splitter = LineSplitter(name: path)
      try file.forEachPiece(in: 0..<file.size) { piece in
        try splitter.split(piece.bindMemory(to: UInt8.self)) { try index.add($0, $1) }
      }
      try splitter.finish { try index.add($0, $1) }
      return file
    }
    filters = index.filters
    lines = try index.sortedLines()
  }

  /// The bytes of a line, without its line feed.
  func bytes(of line: Line) throws(LogError) -> [UInt8] {
    try LogError.wrapping { try file.bytes(at: line.bytes.lowerBound, count: line.bytes.count) }
  }

  /// The fields of a line whose bytes were read.
  func row(_ bytes: [UInt8], of line: Line) throws(LogError) -> SampleRow {
    SampleRow(try object(bytes, of: line))
  }

  /// The members of a line whose bytes were read, as they stand.
  func object(_ bytes: [UInt8], of line: Line) throws(LogError) -> JSON.Object {
    try LogError.wrapping {
      try bytes.withUnsafeBufferPointer { try SampleFile.object($0, line.number, path) }
    }
  }

  /// The name of a line's filter; "none", as in the harness, for a line that names none.
  func filterName(of line: Line) -> String { line.filter.map { filters[$0] } ?? "none" }

  /// The name of a line's filter and how many earlier lines of its document have the same, for a comparison with
  /// another file.
  ///
  /// Versions until 0.4.5 name no filter, but write the same ones in the same order as the versions after them: the
  /// other file's names are meant if it has as many as there are lines of the document.
  func name(
    of line: Line, of count: Int, beside other: SampleFile
  ) -> (filter: String, occurrence: Int) {
    guard line.filter == nil, filters.isEmpty, other.filters.count == count else {
      return (filterName(of: line), line.occurrence)
    }
    return (other.filters[line.occurrence], 0)
  }

  /// Whether a JSON object is a line of a samples file.
  static func isLine(_ object: JSON) -> Bool {
    object["doc_id"] != nil
      && ["resps", "filtered_resps", "arguments"].contains { object[$0] != nil }
  }

  private static func object(
    _ line: UnsafeBufferPointer<UInt8>, _ number: Int, _ path: String
  ) throws -> JSON.Object {
    let value = try JSONParser.parse(
      line, source: "line \(number) of \(path)", dialect: .python)
    guard let object = value.objectValue else {
      throw LogError(
        .damaged, "Line \(number) of \(path) is \(value.kind); every line has to be an object.")
    }
    return object
  }
}

extension SampleFile {
  /// The index while it is built.
  private struct Index {
    let path: String
    var filters: [String] = []
    private var lines: [Line] = []
    private var offset = 0

    init(path: String) { self.path = path }

    /// Takes the next line of the file.
    mutating func add(_ line: UnsafeBufferPointer<UInt8>, _ number: Int) throws {
      let start = offset
      offset += line.count + 1
      guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
      try add(line, number, at: start)
    }

    /// Takes an object that begins in this line and at this offset of the file.
    mutating func add(_ line: UnsafeBufferPointer<UInt8>, _ number: Int, at start: Int) throws {
      let object = try SampleFile.object(line, number, path)
      guard let document = object["doc_id"]?.integerValue else {
        throw LogError(
          .damaged,
          "Line \(number) of \(path): doc_id must be a whole number, found \(object["doc_id"].map(English.shown) ?? "nothing")."
        )
      }
      var filter: Int?
      if let value = object["filter"] {
        guard let name = value.stringValue else {
          throw LogError(
            .damaged, "Line \(number) of \(path): filter must be a string, found \(value.kind).")
        }
        filter = try self.filter(name, number)
      }
      lines.append(
        Line(
          document: document, filter: filter, number: number, bytes: start..<start + line.count))
    }

    private mutating func filter(_ name: String, _ number: Int) throws -> Int {
      if let index = filters.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) {
        return index
      }
      let limit = 1000
      guard filters.count < limit else {
        throw LogError(
          .damaged,
          "Line \(number) of \(path) names filter number \(limit + 1); a task has a few.")
      }
      filters.append(name)
      return filters.count - 1
    }

    /// The lines by document, with repeated ones counted or refused.
    func sortedLines() throws(LogError) -> [Line] {
      var sorted = lines.sorted {
        ($0.document, $0.filter ?? -1, $0.number) < ($1.document, $1.filter ?? -1, $1.number)
      }
      for index in sorted.indices.dropFirst() {
        let (line, earlier) = (sorted[index], sorted[index - 1])
        guard line.document == earlier.document, line.filter == earlier.filter else { continue }
        // Old versions of the harness write one line per filter and do not say which one it is.
        guard let filter = line.filter else {
          sorted[index].occurrence = earlier.occurrence + 1
          continue
        }
        throw LogError(
          .damaged,
          "Lines \(earlier.number) and \(line.number) of \(path) are both document \(line.document) with the filter \(English.quoted(filters[filter]))."
        )
      }
      return sorted
    }
  }
}
