import Files
import Tensors

/// Reads a GGUF file's header from front to back, through a window of bounded size.
///
/// Every count is compared with what is left of the file before anything is allocated for it.
struct GGUFCursor {
  /// The file.
  let file: InputFile
  /// Offset of the next byte, from the beginning of the file.
  private(set) var offset: Int
  private var window: [UInt8] = []
  private var windowStart = 0
  private static let windowSize = 1 << 18

  init(_ file: InputFile, at offset: Int = 0) {
    self.file = file
    self.offset = offset
  }

  /// Bytes from here to the end of the file.
  var remaining: Int { file.size - offset }

  /// The next little-endian number.
  mutating func next<Number: FixedWidthInteger>(
    _: Number.Type, _ what: @autoclosure () -> String
  ) throws -> Number {
    try fill(MemoryLayout<Number>.size, what())
    let start = offset - windowStart
    offset += MemoryLayout<Number>.size
    return window.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Number.self))
    }
  }

  /// The next text: its length as 64 bits, then UTF-8 without a terminator.
  mutating func nextString(
    _ what: @autoclosure () -> String, maximum: Int = .max
  ) throws -> String {
    let count = try nextStringLength(what())
    guard count <= maximum else {
      throw malformed(
        "\(what()) would have \(count) bytes, and the most allowed are \(maximum)")
    }
    try fill(count, what())
    let start = offset - windowStart
    let string = window.withUnsafeBytes {
      String(validating: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]), as: UTF8.self)
    }
    guard let string else { throw malformed("\(what()) is not valid UTF-8") }
    offset += count
    return string
  }

  /// Passes over the next text.
  mutating func skipString(_ what: @autoclosure () -> String) throws {
    offset += try nextStringLength(what())
  }

  /// Passes over bytes; throws when the file has fewer.
  mutating func skip(_ count: Int, _ what: @autoclosure () -> String) throws {
    try require(UInt64(count), what())
    offset += count
  }

  /// A number of items, each of at least `itemSize` bytes, that the rest of the file can hold.
  mutating func nextCount(itemSize: Int, _ what: @autoclosure () -> String) throws -> Int {
    let count = try next(UInt64.self, what())
    guard count <= UInt64(remaining / itemSize) else {
      throw truncated("\(count) \(what()) cannot fit into the \(remaining) bytes that follow")
    }
    return Int(count)
  }

  func malformed(_ text: String) -> ModelFileError {
    ModelFileError(.malformed, "\(file.path): offset \(offset): \(text).")
  }

  func truncated(_ text: String) -> ModelFileError {
    ModelFileError(
      .truncated, "\(file.path) is truncated or damaged: offset \(offset): \(text).")
  }

  private mutating func nextStringLength(_ what: @autoclosure () -> String) throws -> Int {
    let count = try next(UInt64.self, what())
    try require(count, what())
    return Int(count)
  }

  private func require(_ count: UInt64, _ what: @autoclosure () -> String) throws {
    guard count <= UInt64(remaining) else {
      throw truncated("\(what()) needs \(count) bytes, but \(remaining) are left")
    }
  }

  /// Brings the next `count` bytes into the window.
  private mutating func fill(_ count: Int, _ what: @autoclosure () -> String) throws {
    try require(UInt64(count), what())
    if offset >= windowStart, offset - windowStart + count <= window.count { return }
    window = try file.bytes(
      at: offset, count: min(remaining, max(count, GGUFCursor.windowSize)))
    windowStart = offset
  }
}
