import Files
import TestSupport
import Testing

@testable import Evaluation
@testable import Scoring

struct IFEvalFuzzTests {
  private static let pieces = "*[]<>\"\n -.,{}`aP.S:1SECTION\u{301}\u{2028}\u{130}\u{1F469}\u{200D}"

  @Test("Mutated responses get verdicts, and what follows strictly follows loosely")
  func responses() throws {
    let tools = try LanguageTools.toy()
    let cases = try IFEvalRules.load().cases
    try fuzz(300) { round, generator in
      let source = cases[round % cases.count]
      let other = cases.randomElement(using: &generator)?.response ?? ""
      let bytes = mutated(
        Array("\(source.response.prefix(200))\(other.prefix(200))".utf8), &generator,
        characters: Self.pieces)
      let found = IFEval.verdicts(
        of: String(decoding: bytes, as: UTF8.self), instructions: source.instructions,
        tools: tools)
      try #require(found.strict.count == source.instructions.count)
      for (strict, loose) in zip(found.strict, found.loose) { #expect(loose || !strict) }
    }
  }

  @Test("Mutated rows are read or refused with a sentence")
  func rows() throws {
    let rows = try IFEvalRules.load().cases.map { Array(Instruction.json($0.instructions).utf8) }
    fuzz(300) { round, generator in
      do {
        let read = try Instruction.instructions(
          row: mutated(rows[round % rows.count], &generator))
        #expect(throws: Never.self) {
          try Instruction.instructions(row: Instruction.json(read).utf8)
        }
      } catch let error as EvaluationError {
        #expect(error.code == .invalidDocument)
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test("Every rule reads a long response of one odd piece to its end")
  func longResponses() throws {
    let tools = try LanguageTools.toy()
    var seen: Set<String> = []
    let instructions = try IFEvalRules.load().cases.flatMap(\.instructions)
      .filter { !$0.needsLanguageData && seen.insert($0.id).inserted }
    let pieces = [
      "*", "[", "<", " ", "\n", "\n\n", "<<", "**a", "\"", "{\"a\":", "p.", "SECTION ", "-\n",
    ]
    #expect(!instructions.isEmpty)
    // Work that grew with the square of this length would take hours.
    for piece in pieces {
      let response = ResponseText(String(repeating: piece, count: 20_000 / piece.utf8.count) + "x")
      for instruction in instructions { _ = instruction.isFollowed(by: response, tools: tools) }
    }
  }
}
