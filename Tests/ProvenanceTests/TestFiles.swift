import Foundation
import Testing

@testable import Provenance

/// A folder of its own for one test, removed when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/provenance-XXXXXX").utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { path + "/" + name }
}

/// SplitMix64: a small seeded generator, so that every run of a test mutates alike.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// How long fuzz tests run: a moment, or `REPLICATE_FUZZ_SECONDS`.
let fuzzSeconds = ProcessInfo.processInfo.environment["REPLICATE_FUZZ_SECONDS"].flatMap(Double.init)

/// Calls `body` for rounds 0, 1, ...: `count` times, or for `REPLICATE_FUZZ_SECONDS` if that is set.
func fuzz(_ count: Int, _ body: (_ round: Int, _ generator: inout SeededGenerator) throws -> Void)
  rethrows
{
  let start = ContinuousClock.now
  var round = 0
  while fuzzSeconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (round < count) {
    var generator = SeededGenerator(state: UInt64(round))
    try body(round, &generator)
    round += 1
  }
}

/// One to four random changes of some bytes: flipped bits, overwritten, removed, repeated or cut bytes.
func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
  var result = bytes
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !result.isEmpty {
    let index = Int.random(in: 0..<result.count, using: &generator)
    let end = min(result.count, index + Int.random(in: 1...16, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: result[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: result[index] = UInt8.random(in: 0...255, using: &generator)
    case 2: result.removeSubrange(index..<end)
    case 3: result.insert(contentsOf: result[index..<end], at: index)
    case 4: result.removeSubrange(index...)
    default: result[index] = Array("{}[]\",:\\0-9e.\n".utf8).randomElement(using: &generator) ?? 0
    }
  }
  return result
}

/// Runs a program to its end and gives its exit status and what it wrote to standard output.
@discardableResult
func runProgram(_ path: String, _ arguments: [String], in folder: String? = nil) throws
  -> (status: Int32, output: [UInt8])
{
  let process = Process()
  process.executableURL = URL(filePath: path)
  process.arguments = arguments
  if let folder { process.currentDirectoryURL = URL(filePath: folder) }
  // The settings of the machine and the user must not change what git does here.
  process.environment = [
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": "/nonexistent",
    "PATH": "/usr/bin:/bin", "LC_ALL": "C",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "2025-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z",
  ]
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
  process.waitUntilExit()
  return (process.terminationStatus, bytes)
}
