import Foundation
import FoundationXML
import Tensors
import Testing

@testable import Files
@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports of the ladder of determinism") struct LadderReportTests {
  private var outcome: LadderOutcome {
    let divergence = Divergence(
      place: "arm 'a<b>', step 1", operation: "layer 0, forward: \"x\" & y",
      values: TensorDifference(
        CapturedTensor(element: .float32, rows: 1, columns: 1, bytes: [0, 0, 128, 63]),
        CapturedTensor(element: .float32, rows: 1, columns: 1, bytes: [0, 0, 192, 127])),
      note: "a note with \u{1} and a line\nbreak ]]>")
    return LadderOutcome(
      name: "tiny \"<&>\"", steps: 2, numerics: "fp32, portable", instructionSet: "avx2",
      rungs: [
        RungResult(
          rung: .sameProcess,
          variants: [RungResult.Variant(title: "a second time", divergences: [])], seconds: 1.25),
        RungResult(
          rung: .threads,
          variants: [
            RungResult.Variant(title: "1 thread", divergences: []),
            RungResult.Variant(title: "3 threads", divergences: [divergence, divergence]),
          ], notes: ["a note"], seconds: 2),
        RungResult(
          rung: .instructionSets, variants: [], reason: "there is <only> one", seconds: 0),
      ], recorded: nil, seconds: 4)
  }

  @Test("ends with one line a rung, and the divergence below it")
  func text() {
    let lines = outcome.rungs.map { LadderText.text($0).plain }
    #expect(lines[0].contains("D0  twice in one process"))
    #expect(lines[0].contains("identical  1.2 s") && !lines[0].contains("\n"))
    #expect(lines[1].contains("DIFFERENT") && lines[1].contains("= 1 thread"))
    #expect(
      lines[1].contains(
        "arm 'a<b>', step 1: the first result that differs is \"layer 0, forward: \"x\" & y\": its value 1.0 against NaN"
      ))
    #expect(lines[2].contains("skipped") && lines[2].contains("there is <only> one"))
    #expect(LadderText.conclusion(outcome).plain.hasPrefix("NOT DETERMINISTIC: D2 differs."))
  }

  @Test("has one exit code for text, JSON and the command")
  func exitCodes() {
    var ladder = outcome
    #expect(ladder.exitCode == 6)
    func with(_ rungs: [RungResult], recorded: String? = nil) -> Int32 {
      LadderOutcome(
        name: "", steps: nil, numerics: "", instructionSet: "", rungs: rungs, recorded: recorded,
        seconds: 0
      ).exitCode
    }
    #expect(with([outcome.rungs[0], outcome.rungs[2]]) == 0)
    var named = outcome.rungs[2]
    named.isNamed = true
    // Neither a named rung that is skipped nor nothing compared is a success; a difference says more.
    #expect(with([outcome.rungs[0], named]) == 7)
    #expect(with([outcome.rungs[0], named], recorded: "golden.json") == 7)
    #expect(with([outcome.rungs[1], named]) == 6)
    ladder.isRecordingFailed = true
    #expect(ladder.exitCode == 6)
    ladder = LadderOutcome(
      name: "", steps: nil, numerics: "", instructionSet: "", rungs: [outcome.rungs[0], named],
      recorded: nil, seconds: 0)
    #expect(
      LadderText.conclusion(ladder).plain.hasPrefix("Deterministic: D0 identical. D6 could not"))
    ladder.isRecordingFailed = true
    #expect(ladder.exitCode == 5)
    ladder = outcome
    #expect(with([outcome.rungs[2]]) == 7)
    #expect(with([outcome.rungs[2]], recorded: "golden.json") == 0)
    ladder.recorded = "x"
    #expect(ladder.exitCode == 6)
  }

  @Test("is one JSON object that any reader takes")
  func json() throws {
    let text = try OutcomeJSON.text(LadderJSON.json(outcome))
    let value = try JSONParser.parse(Array(text.utf8))
    #expect(value["exit_code"]?.integerValue == 6)
    let rungs = try #require(value["rungs"]?.arrayValue)
    #expect(rungs.map { $0["status"]?.stringValue } == ["identical", "different", "skipped"])
    let divergence = rungs[1]["variants"]?.arrayValue?[1]["divergences"]?.arrayValue?[0]
    #expect(divergence?["values"]?["first"]?["reference"]?.exactValue == 1)
    #expect(divergence?["values"]?["first"]?["ulps"] == .null)
  }

  @Test("is well-formed JUnit XML, whatever the texts")
  func junit() throws {
    final class Reader: NSObject, XMLParserDelegate {
      var elements: [(name: String, attributes: [String: String])] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
      ) {
        elements.append((name, attributes))
      }
    }
    let parser = XMLParser(data: Data(LadderJUnit.text(outcome).utf8))
    let reader = Reader()
    parser.delegate = reader
    #expect(parser.parse())
    let cases = reader.elements.filter { $0.name == "testcase" }
    #expect(cases.map { $0.attributes["name"]?.prefix(2) } == ["D0", "D2", "D6"])
    #expect(cases[0].attributes["classname"] == "determinism.tiny \"<&>\"")
    let suite = reader.elements.first { $0.name == "testsuite" }?.attributes
    #expect(suite?["tests"] == "3" && suite?["failures"] == "1" && suite?["skipped"] == "1")
    let failure = reader.elements.filter { $0.name == "failure" }
    #expect(failure.count == 1 && failure[0].attributes["type"] == "DIFFERENT")
    #expect(failure[0].attributes["message"]?.contains("\"x\" & y") == true)
    let skipped = reader.elements.first { $0.name == "skipped" }
    #expect(skipped?.attributes["message"] == "there is <only> one")
  }
}
