import Files
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite("Damaged and hostile logs")
struct LogFuzzTests {
  /// One to four random changes: flipped bits, other bytes, tokens of JSON, removed, repeated or cut bytes.
  private static func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    let tokens = [
      "NaN", "-Infinity", "null", "[]", "{}", "1e308", "-0.0", "\"\"", "9223372036854775807", "\n",
      "\\ud83d", "18446744073709551616", "[[[", "\"doc_id\":0,", "true", "\"step\":-1,",
    ]
    var copy = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !copy.isEmpty {
      let start = Int.random(in: 0..<copy.count, using: &random)
      let end = min(copy.count, start + Int.random(in: 0...24, using: &random))
      switch Int.random(in: 0..<7, using: &random) {
      case 0: copy[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: copy[start] = UInt8.random(in: 0...255, using: &random)
      case 2: copy.removeSubrange(start..<end)
      case 3: copy.insert(contentsOf: copy[start..<end], at: start)
      case 4, 5:
        let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
        copy.replaceSubrange(start..<end, with: Array(token.utf8))
      default:
        if Int.random(in: 0..<8, using: &random) == 0 { copy.removeSubrange(start...) }
      }
    }
    return copy
  }

  @Test(
    "Mutated logs are compared or refused with a sentence, never worse",
    arguments: ["trainer", "samples", "results"])
  func survivesMutations(kind: String) throws {
    let bytes: [UInt8]
    switch kind {
    case "trainer":
      bytes = try OpenFile.contents(
        of: LogFixtures.trainer("diverged/checkpoint-6/trainer_state.json"))
    case "samples":
      bytes = LogFixtures.file(
        (0..<3).map { LogFixtures.choice($0) }
          + ["f", "s"].flatMap { filter in
            (3..<5).map { LogFixtures.generation($0, filter: filter) }
          })
    default:
      bytes = LogFixtures.results(
        #""arc": {"acc,none": 0.5, "acc_stderr,none": "N/A"}, "b": {"c,d": -Infinity}"#)
    }
    let folder = try TemporaryFolder()
    let original = try folder.write(bytes, to: "original")
    var (tried, refused, identical) = (0, 0, 0)
    try fuzz(60) { _, random in
      let isGentle = Bool.random(using: &random)
      let mutated =
        isGentle ? nudged(bytes, &random) : LogFuzzTests.mutate(bytes, &random)
      let path = "\(folder.path)/mutated"
      // A new file each time: some file systems wait for the disk when an old one is cut short and written again.
      unlink(path)
      try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL).write(mutated)
      tried += 1
      do {
        let there = try LogComparison.compare(original, path)
        let back = try LogComparison.compare(path, original)
        // Expectations cost more than the reading, so only a failure makes one.
        if there.isIdentical != back.isIdentical {
          Issue.record("\(there.text.plain)\n\(back.text.plain)")
        }
        if there.text.plain.isEmpty { Issue.record("There is no text.") }
        _ = try CanonicalJSON.encode(there.json)
        _ = try CanonicalJSON.encode(back.json)
        if there.isIdentical { identical += 1 }
        if try !LogComparison.compare(path, path).isIdentical { Issue.record("\(path)") }
      } catch let error as LogError {
        refused += 1
        if error.message.isEmpty || error.code == .file { Issue.record(error) }
      }
    }
    #expect(refused > 0 && refused < tried && identical < tried)
  }
}
