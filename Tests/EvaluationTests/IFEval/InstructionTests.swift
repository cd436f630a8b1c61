import Files
import Foundation
import TestSupport
import Testing

@testable import Evaluation
@testable import Scoring

struct InstructionTests {
  @Test("Instructions are written as they are read, for each of the 25")
  func roundTrip() throws {
    let cases = try IFEvalRules.load().cases
    #expect(Set(cases.map { $0.instructions[0].id }).count == 25)
    for instructions in cases.map(\.instructions) {
      let json = Instruction.json(instructions)
      let read = try Instruction.instructions(row: json.utf8)
      #expect(read == instructions)
      #expect(Instruction.json(read) == json)
    }
  }

  @Test("What Python counts as false is as good as missing; other keys of the row are ignored")
  func emptyArguments() throws {
    let row = #"""
      {"key": 1, "prompt": "p", "instruction_id_list": ["keywords:frequency", "punctuation:no_comma"], "kwargs": [
        {"relation": "at least", "keyword": " tea ", "frequency": 3.0, "num_words": null, "keywords": [], "letter": ""},
        {"num_words": 0, "x": false, "y": 0.0}]}
      """#
    let expected = #"""
      {"instruction_id_list":["keywords:frequency","punctuation:no_comma"],\#
      "kwargs":[{"frequency":3,"keyword":"tea","relation":"at least"},{}]}
      """#
    #expect(Instruction.json(try Instruction.instructions(row: row.utf8)) == expected)
  }

  @Test("Texts that only look alike make different instructions")
  func equality() throws {
    func instruction(_ phrase: String) throws -> [Instruction] {
      try Instruction.instructions(
        row: Self.row("startend:end_checker", #""end_phrase": "\#(phrase)""#).utf8)
    }
    #expect(try instruction("\u{E9}") != instruction("e\u{301}"))
    #expect(try instruction("\u{E9}") == instruction("\u{E9}"))
  }

  @Test(
    "A row that says nothing that can be checked is an error",
    arguments: [
      (#"{"instruction_id_list":["punctuation:no_comma"]}"#, "cannot be read"),
      (#"{"instruction_id_list":"punctuation:no_comma","kwargs":[{}]}"#, "cannot be read"),
      ("[", "cannot be read"),
      (#"{"instruction_id_list":[],"kwargs":[]}"#, "0 names"),
      (#"{"instruction_id_list":["punctuation:no_comma"],"kwargs":[{},{}]}"#, "2 sets"),
      (row("punctuation:no_commas", ""), "not one of the 25"),
      (row("punctuation:no_comma", #""num_words": 3"#), #"an argument "num_words""#),
      (row("keywords:existence", ""), #"lacks the argument "keywords""#),
      (row("keywords:existence", #""keywords": "a""#), "a list of texts"),
      (row("keywords:existence", #""keywords": ["a", 1]"#), "a list of texts"),
      (row("keywords:existence", #""keywords": ["a", ""]"#), "empty texts"),
      (row("keywords:forbidden_words", #""forbidden_words": ["a.c"]"#), #"contains ".""#),
      (
        row("keywords:frequency", #""keyword": " ", "frequency": 1, "relation": "at least""#),
        "not blank"
      ),
      (
        row("keywords:frequency", #""keyword": "a", "frequency": 1, "relation": "at most""#),
        "\"at most\""
      ),
      (
        row("keywords:frequency", #""keyword": "a", "frequency": -1, "relation": "at least""#),
        "whole number"
      ),
      (row("detectable_content:number_placeholders", #""num_placeholders": "3""#), "whole number"),
      (row("detectable_content:number_placeholders", #""num_placeholders": 2.5"#), "whole number"),
      (
        row("detectable_content:number_placeholders", #""num_placeholders": 1e30"#),
        "whole number"
      ),
      (row("detectable_content:number_placeholders", #""num_placeholders": true"#), "whole number"),
      (row("language:response_language", #""language": "tlh""#), "one of en"),
      (row("detectable_content:postscript", #""postscript_marker": "P.S""#), #"contains ".""#),
      (
        row(
          "length_constraints:nth_paragraph_first_word",
          #""num_paragraphs": 2, "nth_paragraph": 3, "first_word": "a""#), "paragraph 3 of 2"
      ),
    ])
  func errors(row: String, part: String) {
    let error = #expect(throws: EvaluationError.self) {
      try Instruction.instructions(row: row.utf8)
    }
    #expect(error?.code == .invalidDocument)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }

  private static func row(_ id: String, _ arguments: String) -> String {
    #"{"instruction_id_list":["\#(id)"],"kwargs":[{\#(arguments)}]}"#
  }

  private static let dataSet = namedFolder("REPLICATE_SHARED").map {
    "\($0)/data/ifeval/input_data.jsonl"
  }

  @Test(
    "The 541 prompts ask for 834 instructions",
    .enabled(if: dataSet != nil, "REPLICATE_SHARED names no folder."))
  func dataSetRows() throws {
    let file = try Data(contentsOf: URL(filePath: try #require(Self.dataSet)))
    let rows = try file.split(separator: UInt8(ascii: "\n")).map(Instruction.instructions(row:))
    #expect(rows.count == 541)
    #expect(rows.joined().count == 834)
    #expect(Set(rows.joined().map(\.id)).count == 25)
  }
}
