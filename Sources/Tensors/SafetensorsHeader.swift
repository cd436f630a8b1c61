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
    var parser = SafetensorsHeaderParser(
      bytes: try file.bytes(at: 8, count: size), path: file.path)
    try parser.parse()
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

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Fills `entries` and `metadata`; throws ``TensorFileError`` with the offset of what is wrong.
  mutating func parse() throws {
    guard bytes.first == UInt8(ascii: "{") else { throw malformed("expected the header's \"{\"") }
    var names: Set<String> = []
    try parseObject { parser, name in
      guard names.insert(name).inserted else {
        throw parser.malformed("the name \(name) occurs twice")
      }
      if name == "__metadata__" {
        try parser.parseMetadata()
      } else {
        try parser.parseTensor(name)
      }
    }
    skipSpace()
    guard position == bytes.count else { throw malformed("expected only spaces after the header") }
  }

  private mutating func parseMetadata() throws {
    try parseObject { parser, key in
      let value = try parser.parseString()
      guard parser.metadata.updateValue(value, forKey: key) == nil else {
        throw parser.malformed("the key \(key) of __metadata__ occurs twice")
      }
    }
  }

  private mutating func parseTensor(_ name: String) throws {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try parseObject { parser, key in
      switch key {
      case "dtype" where dtype == nil: dtype = try parser.parseString()
      case "shape" where shape == nil: shape = try parser.parseIntegers()
      case "data_offsets" where offsets == nil: offsets = try parser.parseIntegers()
      case "dtype", "shape", "data_offsets":
        throw parser.malformed("\(key) of tensor \(name) occurs twice")
      default:
        throw parser.malformed(
          "expected dtype, shape or data_offsets of tensor \(name), found \(key)")
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw malformed("tensor \(name) needs a dtype, a shape and two data_offsets")
    }
    entries.append(
      Entry(name: name, dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1]))
  }

  private mutating func parseObject(
    _ parseValue: (inout SafetensorsHeaderParser, String) throws -> Void
  ) throws {
    try expect("{")
    skipSpace()
    if take("}") { return }
    repeat {
      let key = try parseString()
      try expect(":")
      try parseValue(&self, key)
      skipSpace()
    } while take(",")
    try expect("}")
  }

  private mutating func parseIntegers() throws -> [Int] {
    try expect("[")
    skipSpace()
    var numbers: [Int] = []
    if take("]") { return numbers }
    repeat {
      skipSpace()
      numbers.append(try parseInteger())
      skipSpace()
    } while take(",")
    try expect("]")
    return numbers
  }

  private mutating func parseInteger() throws -> Int {
    let first = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position] &- 48, digit <= 9 {
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int(digit))
      guard !productOverflow, !sumOverflow else {
        throw malformed("the number is too large")
      }
      value = sum
      position += 1
    }
    let hasLeadingZero = position - first > 1 && bytes[first] == UInt8(ascii: "0")
    guard position > first, !hasLeadingZero else {
      throw malformed("expected a whole number that is not negative")
    }
    return value
  }

  private mutating func parseString() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    let first = position
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          position = first
          throw malformed("the text is not valid UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      case 0..<0x20: throw malformed("a control character stands in a text")
      default: text.append(byte)
      }
    }
    throw malformed("a text has no end")
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws {
    guard position < bytes.count else { throw malformed("a text has no end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try parseHexadecimal()
      if 0xd800..<0xdc00 ~= code, position + 1 < bytes.count,
        bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try parseHexadecimal()
        guard 0xdc00..<0xe000 ~= low else { throw malformed("half of a surrogate pair is missing") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw malformed("half of a surrogate pair is missing")
      }
      text.append(contentsOf: Array(String(scalar).utf8))
    default: throw malformed("an unknown escape stands in a text")
    }
  }

  private mutating func parseHexadecimal() throws -> UInt32 {
    guard bytes.count - position >= 4 else { throw malformed("expected four hexadecimal digits") }
    var value: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    skipSpace()
    guard take(character) else { throw malformed("expected \"\(character)\"") }
  }

  private func malformed(_ text: String) -> TensorFileError {
    TensorFileError(.malformed, "\(path): header, offset \(8 + position): \(text).")
  }
}
