package import Files
package import Tensors

/// The self-test of a process that worked on a run, as the run's record keeps it.
package struct RecordedSelfTest: Sendable, Equatable {
  /// The instruction set that the process computed with, as ``InstructionSet`` spells it.
  package let instructionSet: String
  /// What the tests gave.
  package let answers: SelfTest
  /// Tests whose answer was not the known one of the version that ran.
  package let failures: [String]

  /// The self-test of this process.
  package static var ofThisProcess: RecordedSelfTest {
    RecordedSelfTest(.selected, .ofThisProcess)
  }

  /// A self-test that this version ran.
  package init(_ instructionSet: InstructionSet, _ answers: SelfTest) {
    self.instructionSet = instructionSet.rawValue
    self.answers = answers
    failures = answers.failures
  }

  /// Reads what ``json`` wrote.
  package init(_ field: JSONField) throws(FileError) {
    instructionSet = try field["instruction_set"].string()
    var answers: [SelfTest.Answer] = []
    for (test, digest) in try field["digests"].members() {
      let text = try digest.string()
      let answer = SelfTest.Answer(test: test, digest: UInt64(text, radix: 16) ?? 0)
      guard answer.hex == text else { throw digest.failure("16 lower-case hexadecimal digits") }
      answers.append(answer)
    }
    self.answers = SelfTest(answers: answers)
    var failures: [String] = []
    for failure in try field["failures"].elements() { failures.append(try failure.string()) }
    self.failures = failures
  }

  /// What a run says when it goes on in spite of wrong answers; nil if all are right.
  package var warning: String? {
    guard !failures.isEmpty else { return nil }
    return
      "this machine computes wrongly (\(failures.joined(separator: ", "))), so its results prove nothing; run `replicate doctor`"
  }

  /// What a record says about the self-test.
  package var json: JSON {
    var digests = JSON.Object()
    for answer in answers.answers { digests[answer.test] = .string(answer.hex) }
    return [
      "instruction_set": .string(instructionSet), "digests": .object(digests),
      "failures": .array(failures.map(JSON.string)),
    ]
  }
}
