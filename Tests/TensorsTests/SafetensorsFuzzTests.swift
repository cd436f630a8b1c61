import Files
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct SafetensorsFuzzTests {
  /// Opens a damaged file and reads all of it; anything but success or a `TensorFileError` fails the test.
  private func use(_ path: String) {
    do {
      let file = try SafetensorsFile(contentsOf: path)
      for tensor in file.tensors {
        // What was listed lies in the file, so reading it allocates no more than twice the file's size.
        #expect(tensor.byteRange.upperBound <= 1 << 20)
        guard tensor.count <= 1 << 20 else { continue }
        let buffer = FloatBuffer(count: tensor.count)
        do { try file.read(tensor.name, into: buffer.elements) } catch is FileError {}
      }
    } catch is TensorFileError {
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("Files cut off at any length are refused")
  func truncations() throws {
    let fixture = try SafetensorsFixture()
    let bytes = [UInt8](
      try Data(contentsOf: URL(filePath: SafetensorsFixture.path("written.safetensors"))))
    for length in 0..<bytes.count {
      let path = try fixture.file(Array(bytes[..<length]))
      #expect(throws: TensorFileError.self) { try SafetensorsFile(contentsOf: path) }
    }
  }

  @Test("Damaged files never crash, hang or allocate without bound")
  func mutations() throws {
    let fixture = try SafetensorsFixture()
    let originals = try ["written.safetensors", "mixed.safetensors"].map {
      [UInt8](try Data(contentsOf: URL(filePath: SafetensorsFixture.path($0))))
    }
    try fuzz(400) { round, generator in
      use(try fixture.file(mutated(originals[round % originals.count], &generator, header: 400)))
    }
  }
}
