import Foundation
import TestSupport
import Testing

@testable import Manifests

struct ManifestFuzzTests {
  /// Pieces of YAML that change its structure.
  private static let pieces = [
    "\n", " ", "  ", ":", ": ", "- ", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "!!int ", "!x ",
    "|\n", ">\n",
    "'", "\"", "#", "%", "---\n", "...\n", "<<: ", "\t", "\\", "~", "null", "true", "0", "-1",
    "1e999", "é", "\u{2028}",
    "\u{85}", "\r\n", "\u{FEFF}", "\u{0}", "\u{E000}",
  ].map { Array($0.utf8) }

  /// A copy with some bytes and pieces changed, lines moved, or the end cut off.
  private func mutated(_ bytes: [UInt8], with random: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let position = Int.random(in: 0...result.count, using: &random)
      let length = min(Int.random(in: 0...24, using: &random), result.count - position)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: result.removeSubrange(position..<(position + length))
      case 1:
        result.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: position)
      case 2: result.insert(contentsOf: result[position..<(position + length)], at: position)
      case 3 where position < result.count:
        result[position] = UInt8.random(in: 0...255, using: &random)
      case 4 where position < result.count:
        result[position] ^= 1 << UInt8.random(in: 0..<7, using: &random)
      case 5 where Int.random(in: 0..<8, using: &random) == 0: result.removeSubrange(position...)
      case 6:
        var lines = result.split(separator: 10, omittingEmptySubsequences: false)
        lines.swapAt(
          Int.random(in: 0..<lines.count, using: &random),
          Int.random(in: 0..<lines.count, using: &random))
        result = Array(lines.joined(separator: [10]))
      default:
        result.replaceSubrange(
          position..<(position + length), with: Self.pieces.randomElement(using: &random) ?? [])
      }
    }
    return result
  }

  @Test("Damaged manifests are read or refused with places that exist, never more")
  func survivesMutations() throws {
    let bytes = Array(try ManifestFixtures.validText().utf8)
    var counts = (read: 0, refused: 0)
    try fuzz(60) { _, random in
      let isGentle = Bool.random(using: &random)
      let input = isGentle ? nudged(bytes, &random) : mutated(bytes, with: &random)
      do {
        let manifest = try ManifestDecoder.decode(input, name: "m.yaml")
        // Whatever was read has a canonical form.
        #expect(try ManifestDecoder.decode(input, name: "m.yaml").canonical == manifest.canonical)
        counts.read += 1
      } catch let error as ManifestError {
        #expect((1...20).contains(error.problems.count))
        for problem in error.problems {
          #expect(problem.line ?? 1 >= 1 && problem.column ?? 1 >= 1)
          #expect(problem.excerpt.allSatisfy { $0.unicodeScalars.count <= 400 })
        }
        counts.refused += 1
      }
    }
    #expect(counts.read > 0 && counts.refused > 0)
  }
}
