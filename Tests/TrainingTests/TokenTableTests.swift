import Files
import Foundation
import TestSupport
import Testing

@testable import Recipes
@testable import Training

@Suite("Prepared training data")
struct TokenTableTests {
  /// Conversations of up to 40 tokens, every fifth of them left out.
  private func examples(_ count: Int, seed: UInt64) -> [TrainingExample?] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      guard index % 5 != 4 else { return nil }
      let ids = (0..<Int.random(in: 2...40, using: &random)).map { _ in
        Int32.random(in: 0...Int32.max, using: &random)
      }
      var labels = ids.map { Bool.random(using: &random) ? $0 : TrainingExample.masked }
      labels[1] = ids[1]
      return TrainingExample(inputIDs: ids, labels: labels)
    }
  }

  private func bytes(_ examples: [TrainingExample?]) -> [UInt8] {
    var writer = TokenTableWriter()
    var bytes: [UInt8] = []
    for example in examples {
      writer.append(example, fullCount: example?.inputIDs.count ?? 99)
      bytes += writer.takeBytes()
    }
    writer.finish()
    return bytes + writer.takeBytes()
  }

  @Test("are read back as they were written, from a file and from memory")
  func roundTrip() throws {
    let examples = examples(203, seed: 3)
    let bytes = bytes(examples)
    let folder = try TemporaryFolder()
    for table in [
      try TokenTable(bytes: bytes), try TokenTable(path: folder.write(bytes, to: "tokens")),
    ] {
      let lengths = LengthRule(maximumLength: 50, overlong: .drop)
      let found = PreparedExamples(table, shuffleSeed: nil, lengths: lengths)
      #expect(try (0..<found.count).map(found.example) == examples.compactMap(\.self))
      #expect(found.sources == examples.indices.filter { $0 % 5 != 4 })
      #expect(found.droppedOverlong == 40 && found.droppedUntrainable == 0)
      for (index, example) in examples.compactMap(\.self).enumerated() {
        #expect(found.tokenCount(index) == example.inputIDs.count)
        #expect(found.trainableCount(index) == example.trainableCount)
        #expect(found.largestID(index) == Int(try #require(example.inputIDs.max())))
      }
    }
  }

  @Test("are chosen from in numpy's order, the first ones where some are asked for")
  func choice() throws {
    let table = try TokenTable(bytes: bytes(examples(50, seed: 1)))
    let lengths = LengthRule(maximumLength: 50, overlong: .drop)
    let all = PreparedExamples(table, shuffleSeed: 7, lengths: lengths)
    let some = PreparedExamples(table, shuffleSeed: 7, lengths: lengths, limit: 12)
    let order = PermutedCongruentialGenerator.permutation(count: 50, seed: 7)
    #expect(all.sources == order.filter { $0 % 5 != 4 })
    #expect(some.sources == Array(all.sources.prefix(12)))
    // What lies behind the last of them is not counted.
    let last = try #require(order.firstIndex(of: some.sources[11]))
    #expect(some.droppedOverlong == order[..<last].count { $0 % 5 == 4 })
  }

  @Test("that are damaged are refused, or read as what they then say, and never crash")
  func damage() throws {
    let good = bytes(examples(20, seed: 5))
    var random = SeededGenerator(seed: 8)
    for _ in 0..<3000 {
      var bad = good
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bad.removeLast(Int.random(in: 1...bad.count, using: &random))
      case 1:
        // Mostly where the counts are.
        let start = Bool.random(using: &random) ? max(0, bad.count - 504) : 0
        bad[Int.random(in: start..<bad.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      default: bad.insert(0, at: Int.random(in: 0...bad.count, using: &random))
      }
      do {
        let table = try TokenTable(bytes: bad)
        for row in table.rows { _ = try table.example(row) }
      } catch let error as TrainingError {
        #expect(error.code == .unusableExamples)
        #expect(error.message.contains("remove the file and run again"))
      }
    }
  }
}
