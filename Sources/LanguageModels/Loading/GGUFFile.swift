import Files
import Tensors

/// A GGUF file, version 2 or 3: its metadata and its table of tensors, checked when it is opened.
///
/// Source: the GGUF specification of ggml, and llama.cpp for what it leaves open. Little-endian files only.
package struct GGUFFile: Sendable {
  /// One tensor of the table.
  package struct Tensor: Sendable, Equatable {
    /// Name, unique in the file.
    package let name: String
    /// Row-major, as everywhere in this package: the reverse of the order in the file.
    package let shape: [Int]
    /// How elements are stored, by ggml's number.
    package let typeNumber: UInt32
    /// Where the elements lie, in bytes from the beginning of the file; nil for a type that cannot be read.
    package let byteRange: Range<Int>?
    /// How elements are stored, if this package reads it.
    package var type: GGMLType? { GGMLType(rawValue: typeNumber) }
    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
  }

  /// The path that the file was opened by.
  package var path: String { file.path }
  /// All tensors, in the order of the file.
  package let tensors: [Tensor]
  /// Values by key.
  let metadata: [String: GGUFValue]
  /// Types of the values, by key.
  private let kinds: [String: GGUFValue.Kind]
  private let file: InputFile
  private let indexOfName: [String: Int]

  /// Opens a file and checks its header; throws ``ModelFileError`` or `TensorFileError`.
  package init(contentsOf path: String) throws {
    file = try InputFile(path: path)
    let header = try GGUFHeader(of: file)
    metadata = header.metadata
    kinds = header.kinds
    tensors = header.tensors
    indexOfName = Dictionary(
      uniqueKeysWithValues: tensors.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// The tensor of that name, if the file has it.
  package func tensor(_ name: String) -> Tensor? {
    indexOfName[name].map { tensors[$0] }
  }

  /// Reads a tensor's elements as fp32, decoded as ggml's reference does.
  ///
  /// `target` must have as many elements as the tensor.
  package func read(_ name: String, into target: UnsafeMutableBufferPointer<Float>) throws {
    guard let tensor = tensor(name) else {
      throw ModelFileError(.missing, "\(path) has no tensor \(name).")
    }
    guard let type = tensor.type, let byteRange = tensor.byteRange else {
      let names = GGMLType.allCases.map(\.name).joined(separator: ", ")
      throw ModelFileError(
        .unsupported,
        "\(path): tensor \(name) is stored as ggml type \(tensor.typeNumber); the types that can be read are \(names)."
      )
    }
    precondition(
      target.count == tensor.count,
      "\(name) has \(tensor.count) elements, not \(target.count).")
    guard let output = target.baseAddress else { return }
    if type == .f32 {
      return try file.read(at: byteRange.lowerBound, into: UnsafeMutableRawBufferPointer(target))
    }
    let blockCount = byteRange.count / type.blockBytes
    let chunk = (1 << 18) / type.blockBytes
    try withUnsafeTemporaryAllocation(byteCount: chunk * type.blockBytes, alignment: 64) {
      scratch in
      for first in stride(from: 0, to: blockCount, by: chunk) {
        let blocks = min(chunk, blockCount - first)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(blocks * type.blockBytes)])
        try file.read(at: byteRange.lowerBound + first * type.blockBytes, into: bytes)
        guard let source = bytes.baseAddress else { return }
        type.decode(source, blocks: blocks, into: output + first * type.blockElements)
      }
    }
  }

  /// The texts of an array value; throws when the array holds something else.
  func strings(_ key: String) throws -> [String]? {
    guard let value = metadata[key] else { return nil }
    guard case .array(.string, let count, let offset) = value else {
      throw unexpected(value, key, "a list of texts")
    }
    var cursor = GGUFCursor(file, at: offset)
    return try (0..<count).map { try cursor.nextString("\(key)[\($0)]") }
  }

  /// The numbers of an array of fp32; throws when the array holds something else.
  func floats(_ key: String) throws -> [Float]? {
    guard let value = metadata[key] else { return nil }
    guard case .array(.float32, let count, let offset) = value else {
      throw unexpected(value, key, "a list of 32-bit floating-point numbers")
    }
    var cursor = GGUFCursor(file, at: offset)
    return try (0..<count).map {
      Float(bitPattern: try cursor.next(UInt32.self, "\(key)[\($0)]"))
    }
  }

  /// The numbers of an array of 32-bit integers; throws when the array holds something else.
  func integers(_ key: String) throws -> [Int32]? {
    guard let value = metadata[key] else { return nil }
    guard case .array(let kind, let count, let offset) = value, kind == .int32 || kind == .uint32
    else { throw unexpected(value, key, "a list of 32-bit integers") }
    var cursor = GGUFCursor(file, at: offset)
    return try (0..<count).map { try cursor.next(Int32.self, "\(key)[\($0)]") }
  }

  /// The truth values of an array; throws when the array holds something else.
  func truthValues(_ key: String) throws -> [Bool]? {
    guard let value = metadata[key] else { return nil }
    guard case .array(.bool, let count, let offset) = value else {
      throw unexpected(value, key, "a list of truth values")
    }
    var cursor = GGUFCursor(file, at: offset)
    return try (0..<count).map { try cursor.next(UInt8.self, "\(key)[\($0)]") != 0 }
  }

  /// The error of a metadata value that is not what it must be.
  func unexpected(_ value: GGUFValue, _ key: String, _ expected: String) -> ModelFileError {
    ModelFileError(
      .malformed,
      "\(path): \(key) must be \(expected); found \(value.described(as: kinds[key])).")
  }
}

/// A value of a GGUF file's metadata; arrays stay in the file until they are asked for.
enum GGUFValue: Sendable, Equatable, CustomStringConvertible {
  /// The types of values, numbered as in the file.
  enum Kind: UInt32 {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// Bytes of a value, or the fewest that a value of varying size takes.
    var minimumSize: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64, .string: 8
      case .array: 12
      }
    }
  }

  case unsigned(UInt64)
  case signed(Int64)
  case float(Double)
  case bool(Bool)
  case string(String)
  /// `count` values of type `elements` from `offset` in the file.
  case array(elements: Kind, count: Int, offset: Int)

  /// The number, if this is a whole one that is not negative.
  var wholeNumber: UInt64? {
    switch self {
    case .unsigned(let number): number
    case .signed(let number): UInt64(exactly: number)
    default: nil
    }
  }

  /// The value in a message, with the type that it has in the file.
  func described(as kind: Kind?) -> String {
    guard let kind, kind != .array else { return description }
    return "the \(kind) \(self)"
  }

  var description: String {
    switch self {
    case .unsigned(let number): "\(number)"
    case .signed(let number): "\(number)"
    case .float(let number): "\(number)"
    case .bool(let truth): "\(truth)"
    case .string(let text):
      "\"\(text.unicodeScalars.prefix(80).reduce(into: "") { $0.unicodeScalars.append($1) })\""
    case .array(let elements, let count, _): "a list of \(count) values of type \(elements)"
    }
  }
}
