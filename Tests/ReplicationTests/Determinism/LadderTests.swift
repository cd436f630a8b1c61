import Foundation
import FoundationXML
import LanguageModels
import TestSupport
import Testing

@testable import Files
@testable import Manifests
@testable import Provenance
@testable import Records
@testable import Replication
@testable import Reports
@testable import Tensors

@Suite("The ladder of determinism") struct LadderTests {
  @Test(
    "is read as rungs and ranges",
    arguments: [
      ("D0..D4", [0, 1, 2, 3, 4]), ("D2", [2]), ("D0,D3", [0, 3]), ("D6,D1..D2,D1", [1, 2, 6]),
      ("d5", [5]), ("D3..D3", [3]), ("D0, D6", [0, 6]),
    ])
  func ranges(_ text: String, _ numbers: [Int]) throws {
    #expect(try Rung.ladder(text).map(\.rawValue) == numbers)
  }

  @Test(
    "refuses nonsense with a sentence",
    arguments: [
      "", "D7", "D", "0..4", "D0..", "..D4", "D0...D4", "D0..D2..D4", "D4..D0", "D0,,D1", "D0-D4",
      "é", ",", "D00", "D0.D4", "\u{0}",
    ])
  func nonsense(_ text: String) {
    #expect {
      try Rung.ladder(text)
    } throws: { error in
      (error as? DeterminismError)?.code == .ladder && "\(error)".hasSuffix(".")
    }
  }

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

  @Test("refuses a request of a child process that no parent writes")
  func requests() async throws {
    let file = try await TracedToy().file
    let options = RunOptions(artifacts: "", threads: 1)
    func json(_ request: some Encodable) throws -> String {
      String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
    }
    var request = TraceRequest(threads: 1)
    _ = try TracedChild(file, options: options, request: try json(request))
    request.limits.sequences = 0
    for text in [try json(request), try json(TraceRequest(threads: 0)), "", "{}", "[1"] {
      #expect(throws: DeterminismError.self) {
        try TracedChild(file, options: options, request: text)
      }
    }
    _ = try KillableRun(file, options: options, request: "{}")
    for text in ["{\"steps\":0}", "", "[]"] {
      #expect(throws: DeterminismError.self) {
        try KillableRun(file, options: options, request: text)
      }
    }
  }

  @Test("kills a run in every part of it")
  func killPoints() async throws {
    let toy = try await TracedToy()
    let tiny = try ManifestFile.read(toy.file.path).manifest
    func points(_ manifest: Manifest, steps: Int) -> [String] {
      KillAndResume.points(manifest, steps: ["sft": steps, "eaft": steps]).map(\.text)
    }
    #expect(
      points(tiny, steps: 20) == [
        "after step 1 of sft", "after step 5 of sft", "2 ms after step 5 of sft",
        "between saving and keeping the checkpoint after step 5 of sft",
        "after step 11 of sft", "after step 20 of sft", "after step 10 of eaft",
        "during the evaluation of base on mmlu", "during the evaluation of eaft on gsm8k",
      ])
    #expect(points(toy.file.manifest, steps: 2).count == 7)
    // The same for a training whose length is declared in epochs: steps are counted, not declared.
    #expect(KillAndResume.points(tiny, steps: [:]).count == 2)
  }

  @Test("refuses a child that computed with other kernels or threads than it was told to")
  func childSettings() throws {
    let response = TraceResponse(instructionSet: "avx2", threads: 2)
    try LadderChild.check(response, threads: 2, instructionSet: "avx2")
    for (threads, set) in [(3, "avx2"), (2, "generic")] {
      #expect {
        try LadderChild.check(response, threads: threads, instructionSet: set)
      } throws: { error in
        (error as? DeterminismError)?.code == .child && "\(error)".contains("avx2 and 2 threads")
      }
    }
  }

  @Test(
    "gives a run its inputs on another file system, where links are not possible",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func linking() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write([1, 2, 3], to: "input")
    let other = "/dev/shm/replicate-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: other) }
    for path in ["\(other)/store/input", "\(folder.path)/store/input"] {
      for _ in 0..<2 { try InputSources.linkFile(ContainedPath(source), to: ContainedPath(path)) }
      #expect(try OpenFile.contents(of: path) == [1, 2, 3])
    }
  }

  @Test("says before the work that a result cannot be written where it is to be")
  func outputs() throws {
    let folder = try TemporaryFolder()
    try DeterminismLadder.prepareOutput("\(folder.path)/new/junit.xml")
    let file = try folder.write([1], to: "file")
    for path in [folder.path, "\(file)/junit.xml", "/proc/nowhere/junit.xml"] {
      #expect {
        try DeterminismLadder.prepareOutput(path)
      } throws: { ($0 as? DeterminismError)?.code == .output }
    }
  }
}
