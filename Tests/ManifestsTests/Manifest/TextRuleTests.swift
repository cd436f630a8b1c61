import Assets
import Foundation
import TestSupport
import Testing

@testable import Manifests

@Suite("Rules for texts of rows")
struct TextRuleTests {
  /// What `Fixtures/text_rule/make_text_rule.py` computed.
  private struct Replacements: Decodable {
    struct Case: Decodable {
      let text: String
      let share: Double
      let seed: UInt32
      let by: [String]
      let expected: String
    }
    let cases: [Case]
  }

  private func rule(_ change: (inout TextRule) -> Void) throws -> TextRule {
    var rule = TextRule(try #require(FieldPath("doc.text")))
    change(&rule)
    return rule
  }

  @Test("Words are replaced by those that Python's generator draws")
  func replacements() throws {
    let path = Checkout.folder.appending(
      path: "Tests/ManifestsTests/Fixtures/text_rule/replacements.json")
    let recorded = try JSONDecoder().decode(Replacements.self, from: Data(contentsOf: path))
    #expect(recorded.cases.count == 60)
    for one in recorded.cases {
      let rule = try rule {
        $0.replacement = .init(share: one.share, seed: one.seed, words: one.by)
      }
      let found = try rule.text(of: one.text, at: "row 1")
      #expect(found.utf8.elementsEqual(one.expected.utf8))
    }
  }

  @Test("Ends are cut off first, then words counted and replaced, and something put before them")
  func order() throws {
    let rule = try rule {
      ($0.prefix, $0.suffix, $0.wordLimit, $0.addedPrefix) = ("Q: ", " End", 3, "Say:\n")
    }
    #expect(
      try rule.text(of: "Q:  one\ttwo  three four End", at: "row 1") == "Say:\n one\ttwo  three")
    #expect(try rule.text(of: "Q: one End", at: "row 1") == "Say:\none")
    let error = #expect(throws: AssetError.self) { try rule.text(of: "one two", at: "row 7 of x") }
    #expect(error?.message.contains("'doc.text' in row 7 of x does not begin with \"Q: \"") == true)
  }

  @Test("A manifest takes rules for conversations and columns, and says so canonically")
  func manifest() throws {
    let text = try ManifestFixtures.validText()
    let plain = try ManifestFixtures.decode(text)
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "m.yaml")
    let user = "data.train.fields.user={field: doc.problem, first_words: 5, add_prefix: 'Repeat: '}"
    let assistant =
      "data.train.fields.assistant={field: doc.problem, replace_words: {share: 0.12, seed: 3, by: [a, b]}}"
    let changed = try ManifestFile.read(path, overrides: [user, assistant]).manifest
    guard case .turns(let question, let answer) = changed.trainingData.fields else {
      Issue.record("The conversations are not turns.")
      return
    }
    #expect(question.wordLimit == 5 && question.addedPrefix == "Repeat: ")
    #expect(answer.replacement == TextRule.Replacement(share: 0.12, seed: 3, words: ["a", "b"]))
    #expect(changed.trainingData.canonical != plain.trainingData.canonical)
    for wrong in [
      "{share: 0, seed: 1}", "{share: 1.5, seed: 1}", "{share: 0.1}", "{share: 0.1, seed: -1}",
      "{share: 0.1, seed: 4294967296}", "0.1", "{share: 0.1, seed: 1, by: [a, a]}",
      "{share: 0.1, seed: 1, by: ['a b']}",
    ] {
      #expect(throws: ManifestError.self) {
        try ManifestFile.read(
          path,
          overrides: ["data.train.fields.user={field: doc.problem, replace_words: \(wrong)}"])
      }
    }
  }
}
