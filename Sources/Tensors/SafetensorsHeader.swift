import Files

/// The checked content of a safetensors header.
struct SafetensorsHeader {
  /// Largest header that the reference implementation accepts, in bytes.
  static let maximumSize = 100_000_000

  /// All tensors, in the order of their data.
  private(set) var tensors: [SafetensorsFile.Tensor] = []
  /// The `__metadata__` entry.
  private(set) var metadata: [String: String] = [:]

  /// Reads and checks the header of a file; throws ``TensorFileError``.
  init(of file: InputFile) throws {
    guard file.size >= 8 else {
      throw TensorFileError(
        .truncated,
        "\(file.path) is not a safetensors file: it has \(file.size) bytes, and the header's length alone takes 8."
      )
    }
    let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    guard length <= UInt64(SafetensorsHeader.maximumSize) else {
      throw TensorFileError(
        .malformed,
        "\(file.path) is not a safetensors file: its header would have \(length) bytes, and the largest allowed is \(SafetensorsHeader.maximumSize)."
      )
    }
    let size = Int(length)
    guard size <= file.size - 8 else {
      throw TensorFileError(
        .truncated,
        "\(file.path) is truncated: its header has \(size) bytes from offset 8, but the file has \(file.size) bytes."
      )
    }
    let parser = try SafetensorsHeaderParser(
      bytes: file.bytes(at: 8, count: size), path: file.path)
    metadata = parser.metadata
    try check(parser.entries, dataStart: 8 + size, file: file)
  }

  /// Checks that the tensors fill the data part exactly, in the order of their offsets.
  private mutating func check(
    _ entries: [SafetensorsHeaderParser.Entry], dataStart: Int, file: InputFile
  ) throws {
    let ordered = entries.sorted {
      ($0.begin, $0.end) == ($1.begin, $1.end)
        ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        : ($0.begin, $0.end) < ($1.begin, $1.end)
    }
    tensors.reserveCapacity(ordered.count)
    var next = 0
    for entry in ordered {
      func malformed(_ text: String) -> TensorFileError {
        TensorFileError(.malformed, "\(file.path): tensor \(entry.name) \(text).")
      }
      guard let dtype = SafetensorsElementType(rawValue: entry.dtype) else {
        throw malformed("has the unknown dtype \(entry.dtype)")
      }
      guard entry.begin == next, entry.end >= entry.begin else {
        throw malformed(
          "has the data offsets \(entry.begin) to \(entry.end), but the data before it end at \(next): tensors must follow each other without gap or overlap"
        )
      }
      var bits = dtype.bitCount
      for dimension in entry.shape {
        let (product, overflow) = bits.multipliedReportingOverflow(by: dimension)
        guard !overflow else { throw malformed("has the impossible shape \(entry.shape)") }
        bits = product
      }
      guard bits % 8 == 0, bits / 8 == entry.end - entry.begin else {
        throw malformed(
          "of shape \(entry.shape) and dtype \(entry.dtype) needs \(bits) bits, but its data offsets span \(entry.end - entry.begin) bytes"
        )
      }
      guard entry.end <= file.size - dataStart else {
        throw TensorFileError(
          .truncated,
          "\(file.path) is truncated: tensor \(entry.name) ends at offset \(entry.end + dataStart), but the file has \(file.size) bytes."
        )
      }
      tensors.append(
        SafetensorsFile.Tensor(
          name: entry.name, dtype: dtype, shape: entry.shape,
          byteRange: dataStart + entry.begin..<dataStart + entry.end))
      next = entry.end
    }
    guard next == file.size - dataStart else {
      throw TensorFileError(
        .malformed,
        "\(file.path): the tensors end at offset \(dataStart + next), but the file has \(file.size) bytes."
      )
    }
  }
}

/// Parser of a header's JSON: one object of tensors, and nothing that such an object cannot hold.
struct SafetensorsHeaderParser {
  /// One tensor as it is written, not yet checked against the file.
  struct Entry {
    let name: String
    var dtype: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// Reads a header; throws ``TensorFileError`` with the place of what is wrong.
  init(bytes: [UInt8], path: String) throws {
    do {
      try JSONScanner.read(bytes, source: "\(path), header") { scanner in
        // The reference implementation takes no space before it.
        guard bytes.first == UInt8(ascii: "{") else {
          throw scanner.failure("expected the header's \"{\"")
        }
        try parse(&scanner)
      }
    } catch let error as FileError {
      throw TensorFileError(.malformed, error.message)
    }
  }

  private mutating func parse(_ scanner: inout JSONScanner) throws {
    var names: Set<String> = []
    try scanner.readObject { scanner, name in
      guard names.insert(name).inserted else {
        throw scanner.failure("the name \(name) occurs twice")
      }
      if name == "__metadata__" {
        try parseMetadata(&scanner)
      } else {
        entries.append(try Self.entry(name, &scanner))
      }
    }
  }

  private mutating func parseMetadata(_ scanner: inout JSONScanner) throws {
    try scanner.readObject { scanner, key in
      let value = try scanner.readString()
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw scanner.failure("the key \(key) of __metadata__ occurs twice")
      }
    }
  }

  private static func entry(_ name: String, _ scanner: inout JSONScanner) throws -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.readObject { scanner, key in
      switch key {
      case "dtype" where dtype == nil: dtype = try scanner.readString()
      case "shape" where shape == nil: shape = try counts(&scanner)
      case "data_offsets" where offsets == nil: offsets = try counts(&scanner)
      case "dtype", "shape", "data_offsets":
        throw scanner.failure("\(key) of tensor \(name) occurs twice")
      default:
        throw scanner.failure(
          "expected dtype, shape or data_offsets of tensor \(name), found \(key)")
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw scanner.failure("tensor \(name) needs a dtype, a shape and two data_offsets")
    }
    return Entry(name: name, dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private static func counts(_ scanner: inout JSONScanner) throws -> [Int] {
    var counts: [Int] = []
    try scanner.readArray { counts.append(try $0.readCount()) }
    return counts
  }
}
