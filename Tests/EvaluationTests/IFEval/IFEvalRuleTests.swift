import Testing

@testable import Evaluation
@testable import Scoring

struct IFEvalRuleTests {
  @Test("Short texts that follow a rule or narrowly miss it have the reference's verdicts")
  func rules() throws {
    let tools = try LanguageTools.toy()
    let cases = try IFEvalRules.load().cases.filter { !$0.instructions[0].needsLanguageData }
    #expect(Set(cases.map { $0.instructions[0].id }).count == 20)
    try check(cases, tools)
  }

  @Test(
    "So have texts whose sentences, words and languages count",
    .enabled(if: IFEvalFiles.data != nil, "REPLICATE_IFEVAL_DATA names no folder."))
  func languageRules() throws {
    let tools = try IFEvalFiles.tools(from: try #require(IFEvalFiles.data))
    let cases = try IFEvalRules.load().cases.filter { $0.instructions[0].needsLanguageData }
    #expect(Set(cases.map { $0.instructions[0].id }).count == 5)
    try check(cases, tools)
  }

  private func check(_ cases: [IFEvalRules.Case], _ tools: LanguageTools) throws {
    for expected in cases {
      let found = IFEval.verdicts(
        of: expected.response, instructions: expected.instructions, tools: tools)
      let asked = Instruction.json(expected.instructions)
      #expect(found.strict == expected.strict, "\(asked): \(expected.response.debugDescription)")
      #expect(found.loose == expected.loose, "\(asked): \(expected.response.debugDescription)")
    }
  }

  @Test("A letter outside of a to z counts as followed where most letters would be")
  func otherLetters() throws {
    let instructions = try Instruction.instructions(
      row: #"""
        {"instruction_id_list": ["keywords:letter_frequency", "keywords:letter_frequency"], "kwargs": [
          {"letter": "#", "let_frequency": 2, "let_relation": "at least"},
          {"letter": "!", "let_frequency": 2, "let_relation": "less than"}]}
        """#.utf8)
    func verdicts(_ text: String) throws -> [Bool] {
      IFEval.verdicts(of: text, instructions: instructions, tools: try .toy()).strict
    }
    #expect(try verdicts("abcdefghijklm ABCDEFGHIJKLM") == [false, false])
    #expect(try verdicts("abcdefghijklmn ABCDEFGHIJKLMN") == [true, false])
    #expect(try verdicts("##!!") == [false, true])
  }

  @Test("A blank response follows nothing, in no reading")
  func blank() throws {
    let instructions = try Instruction.instructions(
      row: #"{"instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}"#.utf8)
    for text in ["", " \n\u{2003}", "\u{1C}"] {
      let found = IFEval.verdicts(of: text, instructions: instructions, tools: try .toy())
      #expect(found.strict == [false])
      #expect(found.loose == [false])
    }
  }
}
