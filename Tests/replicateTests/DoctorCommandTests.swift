import Foundation
import Testing

@Suite("The doctor command") struct DoctorCommandTests {
  @Test("prints a report and ends with 0 where all is well")
  func text() throws {
    let finished = try Program.run(["doctor"])
    #expect(finished.status == 0 && finished.error.isEmpty)
    #expect(finished.output.hasPrefix("✓ program"))
    #expect(finished.output.contains("self-test"))
  }

  @Test("prints one JSON object with --json, and ends with the exit code that it tells")
  func json() throws {
    for (arguments, status) in [([], 0), (["--artifacts", "/dev/null/artifacts"], 7)] {
      let finished = try Program.run(["doctor", "--json"] + arguments)
      #expect(finished.status == Int32(status) && finished.error.isEmpty)
      #expect(finished.output.split(separator: "\n").count == 1)
      let parsed = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
      let object = try #require(parsed as? [String: any Sendable])
      #expect(object["exit_code"] as? Int == status)
      #expect(object["schema"] as? String == "replicate/doctor/v1")
    }
  }
}
