import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

/// What the reference gives for short texts and single code points; written by `Fixtures/make_ifeval_rules.py`.
struct IFEvalRules: Decodable {
  struct Case: Decodable {
    let response: String
    let strict: [Bool]
    let loose: [Bool]
    let instructions: [Instruction]

    private enum CodingKeys: String, CodingKey {
      case response
      case strict
      case loose
      case ids = "instruction_id_list"
      case arguments = "kwargs"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      response = try container.decode(String.self, forKey: .response)
      strict = try container.decode([Bool].self, forKey: .strict)
      loose = try container.decode([Bool].self, forKey: .loose)
      instructions = try Instruction.instructions(
        ids: container.decode([String].self, forKey: .ids),
        arguments: container.decode([[String: Argument]].self, forKey: .arguments).map {
          $0.mapValues(\.value)
        })
    }
  }

  /// A value of an instruction's arguments.
  private struct Argument: Decodable {
    let value: InstructionArguments.Value

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        value = .missing
      } else if let number = try? container.decode(Int.self) {
        value = number == 0 ? .missing : .number(number)
      } else if let text = try? container.decode(String.self) {
        value = text.isEmpty ? .missing : .text(text)
      } else {
        value = .texts(try container.decode([String].self))
      }
    }
  }

  /// Classes of code points, as pairs of the first and the last of a run.
  struct Classes: Decodable {
    let word: [[UInt32]]
    let digit: [[UInt32]]
    let upper: [[UInt32]]
    let lower: [[UInt32]]
    let notUpper: [[UInt32]]
    /// The sets of code points that match each other without regard to case.
    let `case`: [[UInt32]]

    private enum CodingKeys: String, CodingKey {
      case word
      case digit
      case upper
      case lower
      case notUpper = "not_upper"
      case `case`
    }
  }

  let cases: [Case]
  let classes: Classes

  static func load() throws -> IFEvalRules {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return try JSONDecoder().decode(
      IFEvalRules.self, from: Data(contentsOf: folder.appending(path: "ifeval_rules.json")))
  }
}

extension Instruction {
  /// Whether its verdict depends on files that are not checked in.
  var needsLanguageData: Bool {
    switch rule {
    case .responseLanguage, .sentences, .capitalWords, .englishCapitals, .englishLowercase: true
    default: false
    }
  }
}

extension LanguageTools {
  /// Tools that know next to nothing, for rules that don't depend on what they know.
  static func toy() throws -> LanguageTools {
    func profile(_ name: String, _ letter: String) -> (name: String, json: [UInt8]) {
      (name, Array(#"{"freq":{"\#(letter)":1},"n_words":[1,1,1],"name":"\#(name)"}"#.utf8))
    }
    let messages = #"""
      NGram.LATIN1_EXCLUDE=\u00A0
      TO_NORMALIZE_VI_CHARS=A
      DMARK_CLASS=\u0301
      NORMALIZED_VI_CHARS_0301=\u00C1
      """#
    return LanguageTools(
      punkt: try PunktData(
        abbreviationTypes: Array("dr\n".utf8), collocations: Array("no\tone\n".utf8),
        sentenceStarters: Array("the\n".utf8), orthographicContext: Array("the\t46\n".utf8)),
      languages: try LanguageDetector(
        profiles: [profile("en", "a"), profile("xx", "q")], messages: Array(messages.utf8)))
  }
}
