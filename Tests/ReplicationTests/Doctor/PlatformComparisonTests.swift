import Files
import RecordFixtures
import Tensors
import Testing

@testable import Records
@testable import Replication

@Suite("Self-tests of records") struct PlatformComparisonTests {
  /// A self-test as a record holds it, with some answers replaced; `failures` as its version judged.
  private func recorded(
    _ digests: [String: Int], on instructionSet: String = "avx2", failures: [String] = []
  ) throws -> RecordedSelfTest {
    var members = JSON.Object()
    for (test, digest) in digests.sorted(by: { $0.key < $1.key }) {
      members[test] = .string(SelfTest.Answer(test: test, digest: UInt64(digest)).hex)
    }
    return try RecordedSelfTest(
      JSONField(
        [
          "instruction_set": .string(instructionSet), "digests": .object(members),
          "failures": .array(failures.map(JSON.string)),
        ], source: "test"))
  }

  @Test("are part of every record, of each session")
  func record() throws {
    let sealed = try RunFixtures().seal()
    let session = try #require(sealed.sessions.first)
    let field = JSONField(session, source: sealed.path)["self_test"]
    let found = try RecordedSelfTest(field)
    #expect(found.instructionSet == InstructionSet.selected.rawValue)
    #expect(found.failures.isEmpty && found.warning == nil)
    #expect(Set(found.answers.answers) == Set(SelfTest.knownAnswers.answers))
    #expect(found.json == field.value)
  }

  @Test("that cannot be ones are refused with the place")
  func malformed() {
    let values: [JSON] = [
      [:], ["instruction_set": "avx2", "digests": ["exp": "12"], "failures": []],
      ["instruction_set": "avx2", "digests": ["exp": "+123456789abcdef"], "failures": []],
      ["instruction_set": "avx2", "digests": [:], "failures": [1]],
    ]
    for value in values {
      #expect(throws: FileError.self) {
        try RecordedSelfTest(JSONField(value, source: "record.json"))
      }
    }
  }

  @Test("that are equal leave only the run to differ, also across instruction sets")
  func samePlatform() throws {
    let found = PlatformComparison(
      try recorded(["exp": 1, "log": 2], on: "avx512"),
      try recorded(["exp": 1, "log": 2], on: "generic"))
    #expect(found.finding == .samePlatform && found.differingTests.isEmpty)
    #expect(
      found.sentence
        == "All 2 self-tests gave the same bits in the first run (avx512) and the second run (generic): what differs comes from the run, not from the platform."
    )
  }

  @Test("with a wrong answer say on which platform")
  func platformChanged() throws {
    let found = PlatformComparison(
      try recorded(["exp": 1, "log": 2, "erf": 3]),
      try recorded(["exp": 1, "log": 4, "erf": 3], failures: ["log"]), names: ("A", "B"))
    #expect(found.finding == .platformChanged && found.differingTests == ["log"])
    #expect(found.sentence.contains("log gave other bits than the known answers in B (avx2);"))
    let warning = try recorded(["log": 4], failures: ["log"]).warning
    #expect(warning?.contains("computes wrongly (log)") == true)
  }

  @Test("that differ and are both right belong to different versions")
  func numericsChanged() throws {
    // A test that only one version has does not count.
    let found = PlatformComparison(
      try recorded(["exp": 1, "log": 2]), try recorded(["exp": 3, "log": 2, "new": 5]),
      names: ("A", "B"))
    #expect(found.finding == .numericsChanged && found.differingTests == ["exp"])
    #expect(found.sentence.contains("(exp) between the program versions of A and B"))
    let unknown = PlatformComparison(try recorded(["exp": 1]), try recorded(["log": 1]))
    #expect(unknown.finding == .unknown && unknown.sentence.contains("no test in common"))
  }
}
