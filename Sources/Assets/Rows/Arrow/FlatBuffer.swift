/// Read access to a FlatBuffer whose content nobody vouches for: every offset is checked before it is followed.
///
/// Follows the FlatBuffers internals document: little-endian scalars, 32-bit forward offsets, tables whose fields are
/// found through a vtable. Only reading of what Arrow's metadata uses.
struct FlatBuffer {
  /// What is wrong with the buffer, and where in it.
  struct Damage: Error, Equatable {
    /// What could not be read.
    let problem: String
    /// Offset in the buffer.
    let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer

  /// Wraps bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Number of bytes.
  var count: Int { bytes.count }

  /// The table that the buffer begins with.
  func rootTable() throws -> Table {
    try Table(buffer: self, position: follow(0))
  }

  /// A scalar anywhere in the buffer.
  func load<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int) throws -> Value {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Value>.size else {
      throw Damage(problem: "points outside of its metadata", offset: offset)
    }
    return bytes.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Where the forward offset stored at `offset` leads.
  func follow(_ offset: Int) throws -> Int {
    let distance = Int(try load(UInt32.self, at: offset))
    guard distance > 0, distance <= bytes.count - offset else {
      throw Damage(problem: "points outside of its metadata", offset: offset)
    }
    return offset + distance
  }

  /// The text whose length is stored at `position`.
  func string(at position: Int) throws -> String {
    let length = Int(try load(UInt32.self, at: position))
    guard length <= bytes.count - position - 4 else {
      throw Damage(problem: "has a text that ends outside of its metadata", offset: position)
    }
    let text = bytes[(position + 4)..<(position + 4 + length)]
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Damage(problem: "has a text that is not UTF-8", offset: position)
    }
    return string
  }
}

extension FlatBuffer {
  /// A table: fields by number, each present or not.
  struct Table {
    let buffer: FlatBuffer
    let position: Int
    private let vtable: Int
    private let vtableSize: Int
    private let size: Int

    init(buffer: FlatBuffer, position: Int) throws {
      self.buffer = buffer
      self.position = position
      // The distance is signed and subtracted: vtables usually lie before their tables.
      vtable = position - Int(try buffer.load(Int32.self, at: position))
      vtableSize = Int(try buffer.load(UInt16.self, at: vtable))
      size = Int(try buffer.load(UInt16.self, at: vtable + 2))
      guard vtableSize >= 4, vtableSize % 2 == 0, vtableSize <= buffer.count - vtable, size >= 4,
        size <= buffer.count - position
      else { throw Damage(problem: "has a damaged table", offset: position) }
    }

    /// Where a field's value lies; nil if the field has its default.
    private func offset(_ field: Int, size valueSize: Int) throws -> Int? {
      let entry = 4 + 2 * field
      guard entry + 2 <= vtableSize else { return nil }
      let distance = Int(try buffer.load(UInt16.self, at: vtable + entry))
      guard distance > 0 else { return nil }
      guard distance >= 4, distance + valueSize <= size else {
        throw Damage(problem: "has a field outside of its table", offset: position)
      }
      return position + distance
    }

    /// The scalar of a field, or its default.
    func scalar<Value: BitwiseCopyable>(_ field: Int, default value: Value) throws -> Value {
      guard let offset = try offset(field, size: MemoryLayout<Value>.size) else { return value }
      return try buffer.load(Value.self, at: offset)
    }

    /// The table of a field, if present.
    func table(_ field: Int) throws -> Table? {
      guard let offset = try offset(field, size: 4) else { return nil }
      return try Table(buffer: buffer, position: buffer.follow(offset))
    }

    /// The text of a field, if present.
    func string(_ field: Int) throws -> String? {
      guard let offset = try offset(field, size: 4) else { return nil }
      return try buffer.string(at: buffer.follow(offset))
    }

    /// The tables of a field that is a vector of tables; empty if absent.
    func tables(_ field: Int) throws -> [Table] {
      try vector(field, stride: 4).map { position in
        try Table(buffer: buffer, position: buffer.follow(position))
      }
    }

    /// The pairs of 64-bit integers of a field that is a vector of such structs; empty if absent.
    func pairs(_ field: Int) throws -> [(Int64, Int64)] {
      try vector(field, stride: 16).map { position in
        (
          try buffer.load(Int64.self, at: position),
          try buffer.load(Int64.self, at: position + 8)
        )
      }
    }

    /// The positions of a vector's elements, all of which lie inside the buffer.
    private func vector(_ field: Int, stride: Int) throws -> StrideTo<Int> {
      guard let offset = try offset(field, size: 4) else {
        return Swift.stride(from: 0, to: 0, by: stride)
      }
      let start = try buffer.follow(offset)
      let count = Int(try buffer.load(UInt32.self, at: start))
      guard count <= (buffer.count - start - 4) / stride else {
        throw Damage(problem: "has a list that ends outside of its metadata", offset: start)
      }
      return Swift.stride(from: start + 4, to: start + 4 + count * stride, by: stride)
    }
  }
}
