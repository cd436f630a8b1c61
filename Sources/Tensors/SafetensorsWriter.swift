package import Files

/// Writes fp32 tensors as a safetensors file, byte for byte as the reference implementation does.
package enum SafetensorsWriter {
  /// A tensor to write.
  package struct Tensor: Sendable {
    package let name: String
    package let shape: [Int]
    // The buffer itself, not its address: it stays alive as long as this does.
    package let buffer: FloatBuffer
    package let range: Range<Int>

    /// Names the elements of `buffer` in `range`, which are as many as `shape` says.
    package init(name: String, shape: [Int], buffer: FloatBuffer, range: Range<Int>) {
      precondition(
        shape.reduce(1, *) == range.count && range.lowerBound >= 0
          && range.upperBound <= buffer.count,
        "\(name) of shape \(shape) cannot be the elements \(range) of \(buffer.count).")
      self.name = name
      self.shape = shape
      self.buffer = buffer
      self.range = range
    }
  }

  /// Replaces the file at `path` by one that holds `tensors`, whose names must differ.
  ///
  /// The bytes depend on nothing but the arguments; tensors and metadata lie in the order of their names' bytes.
  /// The file appears under its name only when it is complete and durable. `progress` is told after each tensor how many
  /// there are yet to be copied. Throws ``FileError`` if the file cannot be written.
  package static func write(
    _ tensors: [Tensor], metadata: [String: String], to path: ContainedPath,
    progress: (_ remaining: Int) -> Void = { _ in }
  ) throws {
    let ordered = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let header = header(of: ordered, metadata: metadata)
    try AtomicFile.writeBlocks(to: path) { writer in
      try writer.write(
        (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header)
      for (index, tensor) in ordered.enumerated() {
        try withExtendedLifetime(tensor.buffer) {
          try writer.write(
            UnsafeRawBufferPointer(
              UnsafeMutableBufferPointer(rebasing: tensor.buffer.elements[tensor.range])))
        }
        progress(ordered.count - index - 1)
      }
    }
  }

  private static func header(of tensors: [Tensor], metadata: [String: String]) -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let texts = pairs.map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      fields.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    var previous: String?
    for tensor in tensors {
      precondition(tensor.name != previous, "\(tensor.name) occurs twice.")
      previous = tensor.name
      let end = offset + tensor.range.count * MemoryLayout<Float>.stride
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(JSONText.quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var bytes = Array("{\(fields.joined(separator: ","))}".utf8)
    // Spaces up to a multiple of 8, so that the data are aligned in a memory map.
    bytes.append(contentsOf: repeatElement(0x20, count: (8 - bytes.count % 8) % 8))
    return bytes
  }
}
