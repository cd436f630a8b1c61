package import Files
import Provenance
import Records
package import Replication
import Tensors

/// An examination as one JSON object, for programs.
package enum DoctorJSON {
  /// Everything: the checks, the environment as records keep it, and the digests of every self-test.
  package static func json(_ report: DoctorReport) -> JSON {
    [
      "schema": "replicate/doctor/v1", "exit_code": JSON(Int(report.exitCode)),
      "version": .string(Version.text), "code": report.code.json,
      "program_sha256": JSON(report.programDigest?.hex), "environment": report.environment.json,
      "instruction_set": .string(report.selected.rawValue),
      "checks": .array(
        report.checks.map {
          [
            "name": .string($0.name), "status": .string($0.status.rawValue),
            "found": .string($0.found), "advice": JSON($0.advice),
          ]
        }), "self_tests": .array(report.selfTests.map(json)),
    ]
  }

  private static func json(_ result: DoctorReport.SelfTestResult) -> JSON {
    guard var object = RecordedSelfTest(result.instructionSet, result.answers).json.objectValue
    else { return .null }
    object["seconds"] = .number(result.seconds)
    return .object(object)
  }
}
