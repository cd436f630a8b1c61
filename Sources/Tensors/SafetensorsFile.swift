import Files

/// A safetensors file: its table of tensors, checked in full when it is opened, and their values on demand.
///
/// Format and rules: the `safetensors` reference implementation, version 0.8. Tensors must fill the data part without
/// gaps or overlaps. Stricter than the reference: duplicate names and unknown fields are refused.
package struct SafetensorsFile: Sendable {
  /// One tensor of the table.
  package struct Tensor: Sendable, Equatable {
    /// Name, unique in the file.
    package let name: String
    /// How elements are stored.
    package let dtype: SafetensorsElementType
    /// Row-major; empty for a scalar.
    package let shape: [Int]
    /// Where the elements lie, in bytes from the beginning of the file.
    package let byteRange: Range<Int>
    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
  }

  /// The path that the file was opened by.
  package var path: String { file.path }
  /// All tensors, sorted by name.
  package let tensors: [Tensor]
  /// Free text that the writer attached.
  package let metadata: [String: String]
  private let file: InputFile
  private let indexOfName: [String: Int]

  /// Opens a file and checks its header; throws ``TensorFileError``.
  ///
  /// `folder` is as for ``InputFile``.
  package init(contentsOf path: String, in folder: CInt? = nil) throws {
    file = try InputFile(path: path, in: folder)
    let header = try SafetensorsHeader(of: file)
    tensors = header.tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    metadata = header.metadata
    indexOfName = Dictionary(
      uniqueKeysWithValues: tensors.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// The tensor of that name, if the file has it.
  package func tensor(_ name: String) -> Tensor? {
    indexOfName[name].map { tensors[$0] }
  }

  /// Reads a tensor's elements as fp32: F32 as it is, F16 and BF16 widened exactly.
  ///
  /// `target` must have as many elements as the tensor. Throws ``TensorFileError`` for other element types and for
  /// names that the file lacks.
  package func read(_ name: String, into target: UnsafeMutableBufferPointer<Float>) throws {
    guard let tensor = tensor(name) else {
      throw TensorFileError(.missing, "\(path) has no tensor \(name).")
    }
    precondition(
      target.count == tensor.count,
      "\(name) has \(tensor.count) elements, not \(target.count).")
    switch tensor.dtype {
    case .float32:
      try file.read(at: tensor.byteRange.lowerBound, into: UnsafeMutableRawBufferPointer(target))
    case .float16:
      try widen(tensor, into: target, by: HalfPrecision.widen(float16:count:into:))
    case .bfloat16:
      try widen(tensor, into: target, by: HalfPrecision.widen(bfloat16:count:into:))
    default:
      throw TensorFileError(
        .unsupported,
        "\(path): tensor \(name) is stored as \(tensor.dtype.rawValue); F32, F16 and BF16 can be read."
      )
    }
  }

  /// Reads a tensor's elements as they are stored, little-endian; throws ``TensorFileError``.
  ///
  /// `target` must have as many bytes as the tensor.
  package func readStored(_ name: String, into target: UnsafeMutableRawBufferPointer) throws {
    guard let tensor = tensor(name) else {
      throw TensorFileError(.missing, "\(path) has no tensor \(name).")
    }
    precondition(
      target.count == tensor.byteRange.count,
      "\(name) has \(tensor.byteRange.count) bytes, not \(target.count).")
    try file.read(at: tensor.byteRange.lowerBound, into: target)
  }

  private func widen(
    _ tensor: Tensor, into target: UnsafeMutableBufferPointer<Float>,
    by widen: (UnsafeRawPointer, Int, UnsafeMutablePointer<Float>) -> Void
  ) throws {
    guard let output = target.baseAddress else { return }
    let chunk = 1 << 19
    try withUnsafeTemporaryAllocation(byteCount: chunk * 2, alignment: 64) { scratch in
      for first in stride(from: 0, to: target.count, by: chunk) {
        let count = min(chunk, target.count - first)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(count * 2)])
        try file.read(at: tensor.byteRange.lowerBound + first * 2, into: bytes)
        guard let source = bytes.baseAddress else { return }
        widen(source, count, output + first)
      }
    }
  }
}

/// How a safetensors file stores elements; the raw value is the name in the header.
package enum SafetensorsElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case float4 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case complex64 = "C64"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// Bits of one element.
  package var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ,
      .float8E5M2FNUZ:
      8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .complex64, .float64, .int64, .uint64: 64
    }
  }
}
