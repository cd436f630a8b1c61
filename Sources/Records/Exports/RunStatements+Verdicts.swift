import Files
import Provenance

/// Statements about what a judgement came to; none of them judges anything itself.
extension RunStatements {
  /// What a verdict comes to for a consumer that knows only three outcomes.
  private enum Outcome: String {
    case passed = "PASSED"
    case warned = "WARNED"
    case failed = "FAILED"

    init(_ status: Verdict.Status, isRequired: Bool) {
      switch status {
      case .reproduced, .consistent: self = .passed
      case .inconclusive, .untestable: self = .warned
      case .skipped, .diverged, .invalid, .tampered: self = isRequired ? .failed : .warned
      }
    }
  }

  /// The predicate of a verification summary: the record held against its expectations.
  ///
  /// It has no time: the verdict follows from the bytes of the record, whenever it is drawn.
  func verificationSummary(_ judgement: Judgement, _ policy: RecordFile) -> JSON {
    let isPassed = Outcome(judgement.status, isRequired: true) == .passed
    return [
      "verifier": Self.program(Version.text),
      "resourceUri": .string(URIText.content(record.digest)),
      "policy": [
        "uri": .string(URIText.content(policy.digest)), "digest": ["sha256": JSON(policy.digest)],
      ],
      "verificationResult": isPassed ? "PASSED" : "FAILED",
      // Nothing is said about the levels of SLSA's own tracks.
      "verifiedLevels": isPassed ? [.string("REPLICATE_\(judgement.status.rawValue)")] : ["FAILED"],
    ]
  }

  /// The predicate of a test result: every verdict as a test.
  func testResult(_ judgement: Judgement) -> JSON {
    func tests(_ outcome: Outcome) -> JSON {
      .array(
        judgement.verdicts.filter {
          Outcome($0.status, isRequired: $0.isRequired) == outcome
        }.map { .string("\($0.subject.rawValue).\($0.id)") })
    }
    return [
      "result": .string(Outcome(judgement.status, isRequired: true).rawValue),
      "configuration": .array(
        resources([RecordFile.expectations, RecordFile.manifest, RecordFile.lock])),
      "passedTests": tests(.passed), "warnedTests": tests(.warned), "failedTests": tests(.failed),
    ]
  }
}
