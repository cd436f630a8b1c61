import Foundation
import Tensors
import TestSupport
import Testing

@testable import LanguageModels

/// Files of `Fixtures/loading` (made by its `make_loading.py`), and a folder for files that a test makes.
struct LoadingFixture {
  private let temporary: TemporaryFolder

  /// Path of an empty folder, removed with the fixture.
  var folder: String { temporary.path }

  init() throws { temporary = try TemporaryFolder() }

  /// Path of a checked-in file.
  static func path(_ name: String) throws -> String {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return fixtures.appending(path: "loading/\(name)").path
  }

  /// Content of a checked-in file.
  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  /// Writes bytes to a file of the folder and gives its path.
  func file(_ bytes: [UInt8], name: String = "made.gguf") throws -> String {
    try temporary.write(bytes, to: name)
  }

  /// A copy of a checked-in folder, to be damaged.
  func copy(ofFolder name: String) throws -> String {
    let copy = "\(folder)/\(name)"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    let source = try LoadingFixture.path(name)
    for file in try FileManager.default.contentsOfDirectory(atPath: source) {
      let bytes = try Data(contentsOf: URL(filePath: "\(source)/\(file)"))
      try bytes.write(to: URL(filePath: "\(copy)/\(file)"))
    }
    return copy
  }

  /// Compares a model's weights bit for bit with the tensors of a safetensors file, as far as the file has them.
  static func expectWeights(_ model: LanguageModel, equal path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    let expectedNames = Set(file.tensors.map(\.name))
    #expect(expectedNames.isSubset(of: model.layout.entries.map(\.name)))
    for entry in model.layout.entries where expectedNames.contains(entry.name) {
      let expected = FloatBuffer(count: entry.count)
      #expect(file.tensor(entry.name)?.shape == entry.shape)
      try file.read(entry.name, into: expected.elements)
      let found = model.parameters.elements[entry.range]
      #expect(
        zip(found, expected.elements).allSatisfy { $0.bitPattern == $1.bitPattern },
        "\(entry.name)")
    }
  }
}

/// Makes GGUF files byte by byte, also such as no writer would make.
struct GGUFBuilder {
  var bytes: [UInt8] = []

  /// Begins a file of that version which announces that many tensors and metadata values.
  init(version: UInt32 = 3, tensors: UInt64 = 0, values: UInt64 = 0) {
    bytes = Array("GGUF".utf8)
    append(version)
    append(tensors)
    append(values)
  }

  mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func appendTensor(_ name: String, shape: [UInt64], type: UInt32, offset: UInt64) {
    append(name)
    append(UInt32(shape.count))
    for dimension in shape { append(dimension) }
    append(type)
    append(offset)
  }

  mutating func pad(to alignment: Int = 32, adding count: Int = 0) {
    while bytes.count % alignment != 0 { bytes.append(0) }
    bytes.append(contentsOf: repeatElement(0, count: count))
  }
}
