import Files
import Foundation
import Provenance
import Tensors
import TestSupport
import Testing

@testable import Records
@testable import Replication

@Suite("Doctor") struct DoctorTests {
  private typealias Check = DoctorReport.Check

  @Test("examines this machine, finds it fine and changes nothing")
  func thisMachine() async throws {
    let folder = try TemporaryFolder()
    let report = await Examination(artifacts: "\(folder.path)/new/artifacts").report()
    #expect(report.exitCode == 0, "\(report.checks)")
    #expect(report.selfTests.map(\.instructionSet) == InstructionSet.available)
    #expect(report.selfTests.allSatisfy { $0.answers.failures.isEmpty && $0.seconds >= 0 })
    for library in ["openblas", "libgit2", "openssl", "sqlite", "zlib", "glibc"] {
      #expect(report.checks.contains { $0.name == library && !$0.found.isEmpty })
    }
    #expect(report.checks.contains { $0.found.hasSuffix("new/artifacts, to be created") })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("a wrong answer of the self-test fails and names the test")
  func wrongAnswer() {
    func check(wrong: Int) -> Check {
      let answers = SelfTest.knownAnswers.answers.enumerated().map { index, answer in
        index < wrong ? SelfTest.Answer(test: answer.test, digest: 1) : answer
      }
      return Examination.selfTest(
        DoctorReport.SelfTestResult(
          instructionSet: .avx2, answers: SelfTest(answers: answers), seconds: 0.01))
    }
    #expect(check(wrong: 0).status == .fine && check(wrong: 0).advice == nil)
    let first = SelfTest.knownAnswers.answers[0].test
    #expect(check(wrong: 1).status == .failed)
    #expect(check(wrong: 1).found.hasPrefix("avx2: 1 of "))
    #expect(check(wrong: 1).found.hasSuffix("answers are wrong: \(first)"))
    #expect(check(wrong: 8).found.hasSuffix(" and 2 more"))
    #expect(check(wrong: 8).advice?.hasPrefix("Do not trust any result from here") == true)
  }

  @Test("says why an instruction set is in use, and warns if it is not the wanted one")
  func instructionSet() {
    func check(_ selected: InstructionSet, _ wanted: String?) -> Check {
      Examination.instructionSet(
        selected: selected, available: [.generic, .avx2], wanted: wanted)
    }
    #expect(check(.avx2, nil).found == "avx2, the best of this CPU's generic, avx2")
    #expect(check(.avx2, nil).status == .fine)
    #expect(check(.generic, "generic").status == .fine)
    #expect(check(.generic, "generic").found.contains("REPLICATE_ISA=generic"))
    #expect(check(.avx2, "avx512").advice?.contains("lacks avx512") == true)
    #expect(check(.avx2, "sse").advice?.contains("one of generic, avx2, or") == true)
    #expect(check(.avx2, "sse").status == .warning)
  }

  @Test("an artifacts folder that cannot be one fails, a full disk does, a nearly full one warns")
  func artifacts() async throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/file"
    try put([1], file)
    let check = Examination.artifacts("\(file)/artifacts")
    #expect(check.status == .failed && check.found == "\(file) is not a folder")
    #expect(Examination.artifacts(folder.path) == .fine("artifacts", folder.path))
    #expect(Examination.disk(folder.path).found.contains(" GB free in \(folder.path)"))
    #expect(Examination.disk(freeBytes: 3_000_000_000, folder: "/x").status == .fine)
    #expect(Examination.disk(freeBytes: 1_500_000_000, folder: "/x").found == "1.5 GB free in /x")
    #expect(Examination.disk(freeBytes: 1_500_000_000, folder: "/x").status == .warning)
    #expect(Examination.disk(freeBytes: 4096, folder: "/x").status == .failed)
    let report = await Examination(artifacts: "\(file)/artifacts").report()
    #expect(report.exitCode == 7)
  }

  @Test("programs for downloads that are missing or broken are a warning that says what to install")
  func downloaders() async throws {
    let folder = try TemporaryFolder()
    let python = "\(folder.path)/python3"
    try put(Array("#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n".utf8), python)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)
    let report = await Examination(artifacts: folder.path, variables: ["PATH": folder.path])
      .report()
    let pip = try #require(report.checks.first { $0.name == "pip" })
    let curl = try #require(report.checks.first { $0.name == "curl" })
    #expect(pip.status == .warning && curl.status == .warning && report.exitCode == 0)
    #expect(pip.found == "`python3 -m pip --version` ends with 1: No module named pip")
    #expect(pip.advice?.contains("install python3-pip") == true)
    #expect(curl.found.contains("curl") && curl.found.contains("not found"))
    #expect(curl.advice?.contains("--mirror") == true)
  }
}
