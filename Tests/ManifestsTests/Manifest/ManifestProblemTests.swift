import Foundation
import Recipes
import Testing

@testable import Manifests

struct ManifestProblemTests {
  @Test("Every mistake is reported with its place, its line and what was probably meant")
  func reportsAreGolden() throws {
    let cases = try ProblemCase.all()
    #expect(cases.count > 80)
    var found: Set<ManifestError.Problem.Code> = []
    var blocks = [try ProblemCase.header()]
    for one in cases {
      var report = "nothing"
      do {
        _ = try ManifestFixtures.decode(one.text())
      } catch let error as ManifestError {
        report = error.description
        found.formUnion(error.problems.map(\.code))
      }
      #expect(report == one.expected, "\(one.name)")
      blocks.append(one.block(report: report))
    }
    // What no text of a manifest can cause is tested below.
    #expect(Set(ManifestError.Problem.Code.allCases).subtracting(found) == [.unreadable])
    // To take over reports that were meant to change: name a file here and copy it over the fixture.
    if let path = ProcessInfo.processInfo.environment["REPLICATE_REPORTS_FILE"] {
      try blocks.joined(separator: "\n### ").write(toFile: path, atomically: true, encoding: .utf8)
    }
  }

  @Test("At most twenty problems are shown, in the order of the file, and the rest is counted")
  func showsTwentyProblems() throws {
    let text = try ManifestFixtures.validText() + (0..<30).map { "key\($0)zz: 1\n" }.joined()
    let error = try #require(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
    #expect(error.problems.count == 20)
    #expect(error.omittedCount == 10)
    #expect(error.description.hasSuffix("\n… and 10 more."))
    let lines = error.problems.compactMap(\.line)
    #expect(lines == lines.sorted())
  }

  @Test("Thousands of problems are counted without looking for near words")
  func countsManyProblems() throws {
    let text = try ManifestFixtures.validText() + (0..<15_000).map { "k\($0): 1\n" }.joined()
    let error = try #require(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
    #expect(error.problems.count == 20)
  }

  @Test("A file that is no UTF-8 text is refused at its first invalid byte")
  func refusesInvalidUTF8() throws {
    let bytes = Array("schema: 1\nname: x".utf8) + [0xFF, 0x61]
    let error = try #require(throws: ManifestError.self) {
      try ManifestDecoder.decode(bytes, name: "m.yaml")
    }
    #expect(
      error.description == """
        m.yaml:2:8: the file is not UTF-8 text: an invalid byte stands here
          name: x
                 ^
        """)
  }

  @Test("UTF-16 text is refused")
  func refusesUTF16() throws {
    for bytes: [UInt8] in [[0xFF, 0xFE, 0x61, 0], [0, 0x61, 0, 0x3A], [0xFE, 0xFF, 0, 0x61]] {
      #expect(throws: ManifestError.self) { try ManifestDecoder.decode(bytes, name: "m.yaml") }
    }
  }

  @Test("A byte-order mark before UTF-8 text is skipped")
  func skipsByteOrderMark() throws {
    let text = try ManifestFixtures.validText()
    let manifest = try ManifestDecoder.decode(
      [0xEF, 0xBB, 0xBF] + Array(text.utf8), name: "m.yaml")
    #expect(manifest == (try ManifestFixtures.decode(text)))
  }

  @Test("Control characters are refused with their place")
  func refusesControlCharacters() throws {
    let error = try #require(throws: ManifestError.self) {
      try ManifestFixtures.decode("schema: 1\nname: a\u{1B}b\n")
    }
    #expect(error.problems.map(\.message) == ["the character U+1B is not allowed in YAML"])
    #expect(error.problems.map(\.column) == [8])
  }

  @Test("A file beyond the largest size is refused before it is parsed")
  func refusesHugeFiles() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: ManifestSource.largestSize + 1)
    let error = try #require(throws: ManifestError.self) {
      try ManifestDecoder.decode(bytes, name: "m.yaml")
    }
    #expect(
      error.description
        == "m.yaml: the file has 262145 bytes; a manifest has at most 262144")
  }

  @Test(
    "Empty files and files with only comments are refused",
    arguments: ["", "\n", "# only\n", "---\n"])
  func refusesEmptyFiles(text: String) {
    #expect(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
  }

  @Test("Nested aliases that multiply are refused, a few aliases are fine")
  func limitsAliases() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let error = try #require(throws: ManifestError.self) { try ManifestFixtures.decode(bomb) }
    #expect(
      error.description
        == "m.yaml: there are 99 YAML aliases (*name); a manifest may hold 32")

    let text = try ManifestFixtures.validText()
      .replacing("seeds: [1, 2]", with: "seeds: [&seed 1, 2]")
      .replacing("max_steps: 10", with: "max_steps: *seed").replacing(
        "warmup_steps: 2", with: "warmup_steps: *seed")
    #expect(try ManifestFixtures.decode(text).training.settings.maximumSteps == 1)
  }

  @Test("Deep nesting of every kind is refused without exhausting the stack")
  func refusesDeepNesting() {
    let depth = 20_000
    for opening in ["[", "{a: ", "- ", "? "] {
      let text = "schema: " + String(repeating: opening, count: depth) + "\n"
      #expect(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
      let block = String(repeating: opening, count: depth) + "\n"
      #expect(throws: ManifestError.self) { try ManifestFixtures.decode(block) }
    }
  }

  @Test("A file that does not exist is reported by its path")
  func reportsMissingFiles() throws {
    let error = try #require(throws: ManifestError.self) {
      try ManifestFile.read("/nonexistent/m.yaml")
    }
    #expect(error.problems.map(\.code) == [.unreadable])
    #expect(error.description.hasPrefix("/nonexistent/m.yaml: the file cannot be read: "))
  }
}
