import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Files of `Fixtures/safetensors`, and files that a test makes in a folder of its own.
struct SafetensorsFixture {
  private let temporary: TemporaryFolder

  /// Path of an empty folder, removed with the fixture.
  var folder: String { temporary.path }

  init() throws { temporary = try TemporaryFolder() }

  /// Path of a checked-in file.
  static func path(_ name: String) throws -> String {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return fixtures.appending(path: "safetensors/\(name)").path
  }

  /// Writes bytes to a file of the folder and gives its path.
  func file(_ bytes: [UInt8], name: String = "made.safetensors") throws -> String {
    try temporary.write(bytes, to: name)
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
