import Files
import Foundation
import Provenance
import Testing

@testable import Recipes
@testable import Statistics

/// The examples in the documentation of types, compiled: each stands here word for word.
@Suite("Examples in documentation")
struct DocumentationExampleTests {
  @Test("GRIM")
  func grim() {
    let printed = PrintedValue(text: "46.7", unit: .percent)
    let right = printed.flatMap { GRIM.possibleCounts(of: $0, count: 30) }
    #expect(right == 14...14)
  }

  @Test("BinaryPairs")
  func binaryPairs() throws {
    let pairs = BinaryPairs(count: 1319, firstOnly: 40, secondOnly: 62)
    let pValue = pairs?.exactPValue
    #expect(try Decimals.fixed(#require(pValue), 3) == "0.037")
  }

  @Test("PairedScoreTest")
  func pairedScoreTest() throws {
    let test = PairedScoreTest(count: 228, firstOnly: 1, secondOnly: 0)
    let pValue = test?.pValue(below: 0.02)
    #expect(try Decimals.fixed(#require(pValue), 3) == "0.046")
  }

  @Test("LearningRateSchedule")
  func learningRateSchedule() {
    let schedule = LearningRateSchedule(
      shape: .linear, peak: 1e-3, warmUpSteps: 2, totalSteps: 4)
    let rates = (1...4).map { schedule.rate(ofStep: $0) }
    #expect(rates == [0, 5e-4, 1e-3, 5e-4])
  }

  @Test("MerkleTree")
  func merkleTree() {
    let tree = MerkleTree(["first", "second"].map { Array($0.utf8) })
    let root = tree.root
    #expect(root != MerkleTree(["second", "first"].map { Array($0.utf8) }).root)
  }

  @Test("CanonicalJSON")
  func canonicalJSON() throws {
    let value = try JSONParser.parse(Array(#"{"b": 1.0, "a": "\u00e9"}"#.utf8), source: "a literal")
    let text = String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
    #expect(text == #"{"a":"é","b":1}"#)
  }

  @Test("Each example of the sources is one of these")
  func all() throws {
    let tests = URL(filePath: #filePath)
    let sources = tests.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let compiled = Self.normalized(
      try String(contentsOf: tests, encoding: .utf8).split(separator: "\n")[...])
    let files = try #require(FileManager.default.enumerator(atPath: sources.path))
    var count = 0
    for case let name as String in files where name.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
      for example in Self.examples(text.split(separator: "\n", omittingEmptySubsequences: false)) {
        count += 1
        #expect(compiled.contains(Self.normalized(example)), "an example of \(name)")
      }
    }
    #expect(count >= 5)
  }

  /// The lines between the fences of documentation comments.
  private static func examples(_ lines: [Substring]) -> [ArraySlice<Substring>] {
    var (examples, start) = ([ArraySlice<Substring>](), Int?.none)
    for (index, line) in lines.enumerated() {
      let trimmed = line.drop(while: \.isWhitespace)
      if trimmed == "/// ```swift" { start = index + 1 }
      guard let first = start, trimmed == "/// ```" else { continue }
      examples.append(lines[first..<index])
      start = nil
    }
    return examples
  }

  /// Code without comments at line ends and without white space.
  private static func normalized(_ lines: ArraySlice<Substring>) -> String {
    lines.map { line in
      let code = line.replacing(/^\s*\/\/\/ ?/, with: "").replacing(/\s\s\/\/ .*$/, with: "")
      return code.filter { !$0.isWhitespace }
    }.joined()
  }
}
