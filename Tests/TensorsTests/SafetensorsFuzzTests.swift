import Foundation
import Testing

@testable import Tensors

@Suite struct SafetensorsFuzzTests {
  /// A small generator whose numbers are the same on every platform (SplitMix64).
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Opens a damaged file and reads all of it; anything but success or a `TensorFileError` fails the test.
  private func use(_ path: String) {
    do {
      let file = try SafetensorsFile(contentsOf: path)
      for tensor in file.tensors {
        // What was listed lies in the file, so reading it allocates no more than twice the file's size.
        #expect(tensor.byteRange.upperBound <= 1 << 20)
        guard tensor.count <= 1 << 20 else { continue }
        let buffer = FloatBuffer(count: tensor.count)
        do { try file.read(tensor.name, into: buffer.elements) } catch is TensorFileError {}
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

  @Test("Flipped, doubled, removed and swapped bytes never crash, hang or allocate without bound")
  func mutations() throws {
    let fixture = try SafetensorsFixture()
    let seconds = ProcessInfo.processInfo.environment["REPLICATE_FUZZ_SECONDS"].flatMap(Double.init)
    let end = Date(timeIntervalSinceNow: seconds ?? 0)
    let originals = try ["written.safetensors", "mixed.safetensors"].map {
      [UInt8](try Data(contentsOf: URL(filePath: SafetensorsFixture.path($0))))
    }
    var round = 0
    while round < 400 || Date() < end {
      var generator = Generator(state: UInt64(round))
      var bytes = originals[round % originals.count]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        // Mostly in the header, where a change matters.
        let limit = Bool.random(using: &generator) ? bytes.count : min(bytes.count, 400)
        let index = Int.random(in: 0..<limit, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.insert(bytes[index], at: index)
        case 3: bytes.remove(at: index)
        default: bytes[index] = Array("[]{}\",:0919\\u".utf8).randomElement(using: &generator) ?? 0
        }
      }
      use(try fixture.file(bytes))
      round += 1
    }
  }
}
