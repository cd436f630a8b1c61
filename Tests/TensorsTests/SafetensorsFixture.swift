import Foundation
import Testing

@testable import Tensors

/// Files of `Fixtures/safetensors`, and files that a test makes in a folder of its own.
struct SafetensorsFixture: ~Copyable {
  /// An empty folder, removed with the fixture.
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/replicate-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Path of a checked-in file.
  static func path(_ name: String) throws -> String {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return fixtures.appending(path: "safetensors/\(name)").path
  }

  /// Writes bytes to a file of the folder and gives its path.
  func file(_ bytes: [UInt8], name: String = "made.safetensors") throws -> String {
    try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
    return "\(folder)/\(name)"
  }

  /// A safetensors file with that header and that many bytes of data.
  func file(header: String, dataSize: Int) throws -> String {
    let count = UInt64(header.utf8.count)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    return try file(length + Array(header.utf8) + Array(repeating: 0, count: dataSize))
  }
}

/// All elements of a tensor.
func elements(of name: String, in file: SafetensorsFile) throws -> [Float] {
  let tensor = try #require(file.tensor(name))
  let buffer = FloatBuffer(count: tensor.count)
  try file.read(name, into: buffer.elements)
  return Array(buffer.elements)
}
