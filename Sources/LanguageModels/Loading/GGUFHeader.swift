import Files
import Tensors

/// The checked content of a GGUF file's header.
struct GGUFHeader {
  /// Most keys, and most tensors, that a file may have; real files have a few thousand at most.
  static let maximumCount = 1 << 16
  /// Longest key or tensor name that the specification allows, in bytes.
  static let maximumNameLength = 65_535
  /// Deepest nesting of array values.
  static let maximumDepth = 8

  /// Values by key.
  private(set) var metadata: [String: GGUFValue] = [:]
  /// Types of the values, by key.
  private(set) var kinds: [String: GGUFValue.Kind] = [:]
  /// Tensors in the order of the file.
  private(set) var tensors: [GGUFFile.Tensor] = []

  /// A tensor whose place is not yet known to lie in the file.
  private struct Candidate {
    let name: String
    let shape: [Int]
    let typeNumber: UInt32
    let offset: UInt64
  }

  /// Reads and checks the header of a file; throws ``ModelFileError`` or `TensorFileError`.
  init(of file: InputFile) throws {
    var cursor = GGUFCursor(file)
    guard try cursor.next(UInt32.self, "the magic number") == 0x4655_4747 else {
      throw ModelFileError(
        .malformed, "\(file.path) is not a GGUF file: it does not begin with \"GGUF\".")
    }
    let version = try cursor.next(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      let isSwapped = version.byteSwapped == 2 || version.byteSwapped == 3
      throw ModelFileError(
        .unsupported,
        "\(file.path) is a \(isSwapped ? "big-endian GGUF file" : "GGUF file of version \(version)"); versions 2 and 3, little-endian, can be read."
      )
    }
    let tensorCount = try cursor.nextCount(itemSize: 24, "tensors")
    let keyCount = try cursor.nextCount(itemSize: 13, "metadata values")
    guard max(tensorCount, keyCount) <= GGUFHeader.maximumCount else {
      throw cursor.malformed(
        "\(tensorCount) tensors and \(keyCount) metadata values are announced; \(GGUFHeader.maximumCount) of each are allowed"
      )
    }
    for index in 0..<keyCount {
      let key = try cursor.nextString(
        "the key of metadata value \(index)", maximum: GGUFHeader.maximumNameLength)
      let kind = try GGUFHeader.nextKind(&cursor, key)
      let value = try GGUFHeader.nextValue(&cursor, kind, key)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw cursor.malformed("the key \(key) occurs twice")
      }
      kinds[key] = kind
    }
    try refusePart(of: file.path)
    var names: Set<String> = []
    let candidates = try (0..<tensorCount).map {
      let candidate = try GGUFHeader.nextTensor(&cursor, number: $0)
      guard names.insert(candidate.name).inserted else {
        throw cursor.malformed("the tensor name \(candidate.name) occurs twice")
      }
      return candidate
    }
    try place(candidates, after: cursor)
  }

  /// Refuses one part of a file that llama.cpp's gguf-split has cut.
  private func refusePart(of path: String) throws {
    guard let count = metadata["split.count"]?.wholeNumber, count > 1 else { return }
    let part = metadata["split.no"]?.wholeNumber.map { "part \($0 &+ 1) of \(count)" }
    let tensors = metadata["split.tensors.count"]?.wholeNumber.map { " with \($0) tensors" } ?? ""
    throw ModelFileError(
      .unsupported,
      "\(path) is \(part ?? "one of \(count) parts") of a split GGUF\(tensors) (split.count \(count)), and only whole files are read; join the parts with llama-gguf-split --merge."
    )
  }

  private static func nextValue(
    _ cursor: inout GGUFCursor, _ kind: GGUFValue.Kind, _ key: String
  ) throws -> GGUFValue {
    switch kind {
    case .uint8: .unsigned(UInt64(try cursor.next(UInt8.self, key)))
    case .int8: .signed(Int64(try cursor.next(Int8.self, key)))
    case .uint16: .unsigned(UInt64(try cursor.next(UInt16.self, key)))
    case .int16: .signed(Int64(try cursor.next(Int16.self, key)))
    case .uint32: .unsigned(UInt64(try cursor.next(UInt32.self, key)))
    case .int32: .signed(Int64(try cursor.next(Int32.self, key)))
    case .uint64: .unsigned(try cursor.next(UInt64.self, key))
    case .int64: .signed(try cursor.next(Int64.self, key))
    case .float32: .float(Double(Float(bitPattern: try cursor.next(UInt32.self, key))))
    case .float64: .float(Double(bitPattern: try cursor.next(UInt64.self, key)))
    case .bool: .bool(try cursor.next(UInt8.self, key) != 0)
    case .string: .string(try cursor.nextString(key))
    case .array: try nextArray(&cursor, key, depth: 1)
    }
  }

  private static func nextKind(
    _ cursor: inout GGUFCursor, _ key: String
  ) throws -> GGUFValue.Kind {
    let number = try cursor.next(UInt32.self, "the type of \(key)")
    guard let kind = GGUFValue.Kind(rawValue: number) else {
      throw cursor.malformed("\(key) has the unknown value type \(number)")
    }
    return kind
  }

  /// Passes over an array and remembers where its elements lie.
  private static func nextArray(
    _ cursor: inout GGUFCursor, _ key: String, depth: Int
  ) throws -> GGUFValue {
    guard depth <= maximumDepth else {
      throw cursor.malformed("\(key) nests lists more than \(maximumDepth) deep")
    }
    let kind = try nextKind(&cursor, key)
    let count = try cursor.nextCount(itemSize: kind.minimumSize, "values of \(key)")
    let offset = cursor.offset
    switch kind {
    case .string:
      for _ in 0..<count { try cursor.skipString(key) }
    case .array:
      for _ in 0..<count { _ = try nextArray(&cursor, key, depth: depth + 1) }
    default:
      try cursor.skip(count * kind.minimumSize, key)
    }
    return .array(elements: kind, count: count, offset: offset)
  }

  private static func nextTensor(
    _ cursor: inout GGUFCursor, number: Int
  ) throws -> Candidate {
    let name = try cursor.nextString("the name of tensor \(number)", maximum: maximumNameLength)
    let dimensionCount = try cursor.next(UInt32.self, "the number of dimensions of \(name)")
    guard 1...4 ~= dimensionCount else {
      throw cursor.malformed("tensor \(name) has \(dimensionCount) dimensions; 1 to 4 are allowed")
    }
    var shape: [Int] = []
    var count = 1
    for _ in 0..<dimensionCount {
      let number = try cursor.next(UInt64.self, "the shape of \(name)")
      guard let dimension = Int(exactly: number), dimension > 0, dimension <= Int.max / count
      else { throw cursor.malformed("tensor \(name) has the impossible dimension \(number)") }
      count *= dimension
      shape.insert(dimension, at: 0)
    }
    return Candidate(
      name: name, shape: shape, typeNumber: try cursor.next(UInt32.self, "the type of \(name)"),
      offset: try cursor.next(UInt64.self, "the offset of \(name)"))
  }

  /// Finds each tensor's bytes in the data part, which begins at the next aligned offset.
  private mutating func place(_ candidates: [Candidate], after cursor: GGUFCursor) throws {
    var alignment = 32
    if let value = metadata["general.alignment"] {
      // As the gguf package and llama.cpp: the same number in another type is no alignment.
      guard let kind = kinds["general.alignment"], kind == .uint32 else {
        throw ModelFileError(
          .malformed,
          "\(cursor.file.path): general.alignment is \(value.described(as: kinds["general.alignment"])); it has to be a uint32."
        )
      }
      guard case .unsigned(let number) = value, 1...(1 << 30) ~= number,
        number.nonzeroBitCount == 1
      else {
        throw ModelFileError(
          .malformed,
          "\(cursor.file.path): general.alignment must be a power of two up to 2^30; found \(value)."
        )
      }
      alignment = Int(number)
    }
    let size = cursor.file.size
    let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
    for candidate in candidates {
      func malformed(_ text: String) -> ModelFileError {
        ModelFileError(.malformed, "\(cursor.file.path): tensor \(candidate.name) \(text).")
      }
      guard candidate.offset % UInt64(alignment) == 0 else {
        throw malformed(
          "begins at offset \(candidate.offset) of the data, which is not a multiple of the alignment \(alignment)"
        )
      }
      var byteRange: Range<Int>?
      if let type = GGMLType(rawValue: candidate.typeNumber) {
        let columns = candidate.shape.last ?? 1
        guard columns % type.blockElements == 0 else {
          throw malformed(
            "has rows of \(columns) elements, which is not a multiple of the \(type.blockElements) elements of a \(type.name) block"
          )
        }
        let blocks = candidate.shape.reduce(1, *) / type.blockElements
        let (byteCount, overflow) = blocks.multipliedReportingOverflow(by: type.blockBytes)
        guard !overflow, dataStart <= size, candidate.offset <= UInt64(size - dataStart),
          byteCount <= size - dataStart - Int(candidate.offset)
        else {
          throw ModelFileError(
            .truncated,
            "\(cursor.file.path) is truncated or damaged: tensor \(candidate.name) of shape \(candidate.shape) and type \(type.name) begins at offset \(candidate.offset) after \(dataStart), but the file has \(size) bytes."
          )
        }
        let start = dataStart + Int(candidate.offset)
        byteRange = start..<start + byteCount
      }
      tensors.append(
        GGUFFile.Tensor(
          name: candidate.name, shape: candidate.shape, typeNumber: candidate.typeNumber,
          byteRange: byteRange))
    }
    try checkOverlaps(cursor.file.path)
  }

  private func checkOverlaps(_ path: String) throws {
    let ordered = tensors.compactMap { tensor in
      tensor.byteRange.map { (name: tensor.name, range: $0) }
    }.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where second.range.lowerBound < first.range.upperBound {
      throw ModelFileError(
        .malformed,
        "\(path): tensor \(second.name) begins at offset \(second.range.lowerBound), before \(first.name) ends at \(first.range.upperBound)."
      )
    }
  }
}
