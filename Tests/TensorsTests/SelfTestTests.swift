import Tensors
import Testing

@Suite("Self-test") struct SelfTestTests {
  @Test("gives the known answers", arguments: InstructionSet.available)
  func knownAnswers(instructionSet: InstructionSet) {
    let found = SelfTest.run(instructionSet)
    for answer in SelfTest.knownAnswers.answers {
      let digest = found.answers.first { $0.test == answer.test }?.hex ?? "nothing"
      #expect(
        digest == answer.hex,
        "\(answer.test) gives other bits; if that is on purpose: scripts/renew-known-answers.sh")
    }
    #expect(found.failures.isEmpty)
    #expect(SelfTest.run(instructionSet) == found)
  }

  @Test("names every test once, and rows of a product alone have the bits of the whole")
  func tests() throws {
    let answers = SelfTest.ofThisProcess.answers
    #expect(Set(answers.map(\.test)).count == answers.count)
    #expect(Set(answers.map(\.test)) == Set(SelfTest.knownAnswers.answers.map(\.test)))
    func digest(_ test: String) -> UInt64? { answers.first { $0.test == test }?.digest }
    let alone = try #require(digest("matrix_rows_alone"))
    #expect(alone == digest("matrix_rows_in_whole"))
    // All others compute different things; 0 is no answer.
    #expect(Set(answers.map(\.digest)).count == answers.count - 1)
    #expect(!answers.contains { $0.digest == 0 })
  }

  @Test("reports wrong, missing and unknown answers as failures")
  func failures() {
    var answers = SelfTest.knownAnswers.answers
    #expect(SelfTest(answers: answers.reversed()).failures.isEmpty)
    let wrong = answers[3]
    answers[3] = SelfTest.Answer(test: wrong.test, digest: wrong.digest ^ 1)
    let missing = answers.remove(at: 5)
    answers.append(SelfTest.Answer(test: "new", digest: 7))
    let found = SelfTest(answers: answers)
    #expect(found.failures == [wrong.test, missing.test, "new"])
    #expect(found.digest != SelfTest.knownAnswers.digest && found.digest.utf8.count == 16)
    #expect(SelfTest.Answer(test: "x", digest: 0xabc).hex == "0000000000000abc")
  }

  @Test("knows the CPU's instruction sets and the one in use")
  func instructionSets() {
    #if arch(arm64)
      let lowest = InstructionSet.neon
    #else
      let lowest = InstructionSet.generic
    #endif
    #expect(InstructionSet.available.first == lowest)
    #expect(InstructionSet.available.contains(.selected))
  }
}
