import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Damaged and hostile data files")
struct AssetFuzzTests {
  /// Values that break arithmetic when they replace a count or an offset.
  private static let extremes: [[UInt8]] = [
    [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0, 0, 0, 0],
    [1, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0, 0, 0, 0, 0x80],
    [0xFF, 0xFF],
  ]

  private static func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var copy = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !copy.isEmpty {
      let position = Int.random(in: 0..<copy.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2: copy[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 3: copy[position] = UInt8.random(in: 0...255, using: &random)
      case 4, 5:
        let value = extremes[Int.random(in: 0..<extremes.count, using: &random)]
        let start = min(position & ~1, max(0, copy.count - value.count))
        for (index, byte) in value.enumerated() where start + index < copy.count {
          copy[start + index] = byte
        }
      case 6: copy.removeSubrange(position..<min(copy.count, position + 9))
      default:
        let length = min(16, copy.count - position)
        let from = Int.random(in: 0...(copy.count - length), using: &random)
        copy.insert(contentsOf: copy[from..<from + length], at: position)
      }
    }
    if Int.random(in: 0..<10, using: &random) == 0 {
      copy.removeLast(Int.random(in: 0...copy.count, using: &random))
    }
    return copy
  }

  /// Reads mutations of a fixture and counts them; anything but an asset error fails.
  private func readMutations(
    of name: String, _ read: (String) throws -> Void
  ) throws -> (tried: Int, refused: Int) {
    let folder = try TemporaryFolder()
    let bytes = try AssetFixtures.bytes(name)
    var (tried, refused) = (0, 0)
    try fuzz(150) { _, random in
      let mutated = AssetFuzzTests.mutate(bytes, &random)
      let path = "\(folder.path)/mutated"
      // A new file each time: some file systems wait for the disk when an old one is cut short and written again.
      unlink(path)
      try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL).write(mutated)
      tried += 1
      do {
        try read(path)
      } catch let error as AssetError {
        refused += 1
        // Expectations cost more than the reading, so only a failure makes one.
        if error.code != .damagedData && error.code != .damagedArchive { Issue.record(error) }
      }
    }
    return (tried, refused)
  }

  @Test(
    "Mutated zip archives, gzip files, Arrow streams and JSON lines are read or refused, never worse",
    arguments: ["zip64.zip", "rows.jsonl.gz", "types.arrow", "rows.jsonl"])
  func survivesMutations(name: String) throws {
    let (tried, refused) = try readMutations(of: name) { path in
      switch name {
      case "types.arrow": _ = try RowTable.read(path: path, format: .arrowStream, name: name)
      case "zip64.zip":
        let archive = try ZipArchive(path: path)
        for member in archive.members { try archive.read(member) { _ in } }
      default: _ = try RowTable.read(path: path, format: .jsonLines, name: name)
      }
    }
    // Nearly every mutation damages something that a check covers.
    #expect(refused * 10 > tried)
  }
}
