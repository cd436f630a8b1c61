import Files
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite("Finished steps")
struct StepCacheTests {
  private let folder: TemporaryFolder
  private let cache: StepCache
  private let key = SHA256.digest(of: "key")
  private let result = StepResult(
    outputs: ["weights": SHA256.digest(of: "w"), "samples": SHA256.digest(of: "s")],
    details: ["loss": .exact(0.1), "text": "é\n"])

  init() throws {
    folder = try TemporaryFolder()
    cache = StepCache(artifacts: folder.path + "/artifacts")
  }

  private var file: String { "\(cache.folder)/\(key).json" }

  @Test("What was stored is found, other keys are not, and storing again replaces")
  func roundTrip() throws {
    #expect(try cache.find(key) == nil)
    try cache.store(result, for: key)
    #expect(try cache.find(key) == result)
    #expect(try cache.find(SHA256.digest(of: "other")) == nil)
    try cache.store(StepResult(outputs: [:], details: nil), for: key)
    #expect(try cache.find(key) == StepResult(outputs: [:], details: nil))
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.folder.path).count == 1)
  }

  @Test("An entry that was cut off or changed counts as absent, with a reason")
  func damaged() throws {
    try cache.store(result, for: key)
    let whole = try OpenFile.contents(of: file)
    for index in stride(from: 0, to: whole.count, by: 5) {
      var flipped = whole
      flipped[index] ^= 1 << UInt8(index % 8)
      for bytes in [Array(whole[..<index]), flipped] {
        try put(bytes, file)
        var reason: String?
        #expect(try cache.find(key, damaged: { reason = $0 }) == nil, "byte \(index)")
        #expect(reason?.contains(file) == true)
      }
    }
  }

  @Test("An entry under another key's name is refused")
  func renamed() throws {
    try cache.store(result, for: key)
    let other = SHA256.digest(of: "other")
    try FileManager.default.moveItem(atPath: file, toPath: "\(cache.folder)/\(other).json")
    #expect(try cache.find(other) == nil)
  }

  @Test("What canonical JSON cannot hold is refused, and nothing is written")
  func unrepresentable() throws {
    let bad = StepResult(outputs: [:], details: ["loss": .number(.nan)])
    #expect(throws: FileError.self) { try cache.store(bad, for: key) }
    #expect(try cache.find(key) == nil)
  }
}
