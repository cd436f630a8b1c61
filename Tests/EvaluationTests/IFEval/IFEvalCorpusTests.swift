import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

@Suite(
  "Agreement with lm_eval on a corpus of responses",
  .enabled(
    if: IFEvalFiles.corpus != nil && IFEvalFiles.data != nil,
    "REPLICATE_IFEVAL_CORPUS and REPLICATE_IFEVAL_DATA name no files."))
struct IFEvalCorpusTests {
  /// A response with the reference's verdicts.
  private struct Line: Decodable {
    let key: Int
    let source: String
    let response: String
    let strict: [Bool]
    let loose: [Bool]
  }

  /// Disagreements over one kind of instruction.
  private struct Tally {
    var total = 0
    var strict = 0
    var loose = 0
  }

  @Test("Each instruction has the reference's verdict, but for language and sentences in 0.2 %")
  func corpus() throws {
    let tools = try IFEvalFiles.tools(from: try #require(IFEvalFiles.data))
    let file = try Data(contentsOf: URL(filePath: try #require(IFEvalFiles.corpus)))
    var tallies: [String: Tally] = [:]
    var unexplained = 0
    var disagreements = 0
    var random = 0
    var total = 0
    for bytes in file.split(separator: UInt8(ascii: "\n")).dropFirst() {
      let line = try JSONDecoder().decode(Line.self, from: bytes)
      let instructions = try Instruction.instructions(row: bytes)
      let (strict, loose) = IFEval.verdicts(
        of: line.response, instructions: instructions, tools: tools)
      for (index, instruction) in instructions.enumerated() {
        if instruction.hasRandomLetter {
          // The reference draws the letter, so that it doesn't even agree with itself.
          random += 1
          continue
        }
        let differs = (strict[index] != line.strict[index], loose[index] != line.loose[index])
        total += 1
        tallies[instruction.id, default: Tally()].total += 1
        guard differs.0 || differs.1 else { continue }
        tallies[instruction.id, default: Tally()].strict += differs.0 ? 1 : 0
        tallies[instruction.id, default: Tally()].loose += differs.1 ? 1 : 0
        let cause = cause(of: instruction)
        disagreements += 1
        unexplained += cause == nil ? 1 : 0
        print(
          "prompt \(line.key) (\(line.source)), \(instruction.id): strict \(strict[index]) for \(line.strict[index]), loose \(loose[index]) for \(line.loose[index]), cause: \(cause ?? "unknown"): \(line.response.debugDescription.prefix(300))"
        )
      }
    }
    for (id, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      print("\(id): \(tally.total), disagreements strict \(tally.strict), loose \(tally.loose)")
    }
    print("\(total) instructions, \(disagreements) disagreements")
    print("\(random) more on which the reference draws a letter at random are not compared")
    #expect(total >= 5000)
    #expect(unexplained == 0)
    #expect(Double(disagreements) <= 0.002 * Double(total))
  }

  /// Why the reference's verdict may be another one, where it may.
  private func cause(of instruction: Instruction) -> String? {
    switch instruction.rule {
    case .responseLanguage, .englishCapitals, .englishLowercase: "language detection"
    case .sentences: "sentence detection"
    default: nil
    }
  }
}

extension Instruction {
  /// Whether what the prompt calls a letter is none.
  fileprivate var hasRandomLetter: Bool {
    if case .letterFrequency(let letter, _) = rule { "#!".contains(letter) } else { false }
  }
}
