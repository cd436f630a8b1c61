import Files
import Provenance
import Tensors
import Testing

@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports of the doctor") struct DoctorReportTests {
  private typealias Check = DoctorReport.Check

  private func report(_ checks: [Check]) -> DoctorReport {
    DoctorReport(
      checks: checks, environment: .withLibraries(for: .portable), code: .noRepository,
      programDigest: nil,
      selected: .generic,
      selfTests: [
        DoctorReport.SelfTestResult(
          instructionSet: .generic, answers: SelfTest.knownAnswers, seconds: 0.25)
      ])
  }

  @Test("one value decides text, JSON and exit code")
  func consistency() throws {
    let fine = Check.fine("a", "found a")
    let warning = Check(name: "bb", status: .warning, found: "found b", advice: "Do this.")
    let failed = Check(name: "c", status: .failed, found: "found c", advice: "Do that.")
    #expect(DoctorText.text(report([fine])).plain == "✓ a  found a\n\nAll is well.")
    let partly = report([fine, warning])
    #expect(partly.exitCode == 0)
    #expect(
      DoctorText.text(partly).plain == """
        ✓ a   found a
        ! bb  found b
              → Do this.

        Runs can be made here, but see bb.
        """)
    let broken = report([warning, failed, failed])
    #expect(broken.exitCode == 7)
    #expect(DoctorText.text(broken).plain.hasSuffix("Runs cannot be made or trusted here: see c."))
    let json = DoctorJSON.json(broken)
    #expect(json["exit_code"]?.integerValue == 7)
    #expect(json["checks"]?.arrayValue?.map { $0["status"] } == ["warning", "failed", "failed"])
    let digests = json["self_tests"]?.arrayValue?.first?["digests"]
    #expect(digests?["exp"]?.stringValue?.utf8.count == 16)
    #expect(try JSONParser.parse(Array(OutcomeJSON.text(json).utf8)) == json)
  }
}
