/// Writes fp32 tensors as a safetensors file, byte for byte as the reference implementation does.
package enum SafetensorsWriter {
  /// A tensor to write.
  package struct Tensor {
    let name: String
    let shape: [Int]
    let elements: UnsafeBufferPointer<Float>

    /// Names `elements`, which must stay valid while they are written and number as many as `shape` says.
    package init(name: String, shape: [Int], elements: UnsafeBufferPointer<Float>) {
      precondition(
        shape.reduce(1, *) == elements.count,
        "\(name) of shape \(shape) cannot have \(elements.count) elements.")
      self.name = name
      self.shape = shape
      self.elements = elements
    }
  }

  /// Replaces the file at `path` by one that holds `tensors`, whose names must differ.
  ///
  /// The bytes depend on nothing but the arguments; tensors and metadata lie in the order of their names' bytes.
  /// The file appears under its name only when it is complete and durable. Throws ``TensorFileError``.
  package static func write(
    _ tensors: [Tensor], metadata: [String: String], to path: String
  ) throws {
    let ordered = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let header = header(of: ordered, metadata: metadata)
    let replacement = try FileReplacement(of: path)
    try replacement.write(
      (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header)
    for tensor in ordered {
      try replacement.write(UnsafeRawBufferPointer(tensor.elements))
    }
    try replacement.commit()
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
      let end = offset + tensor.elements.count * MemoryLayout<Float>.stride
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
