package import Provenance

/// A judgement as one JSON object, for programs.
package enum VerdictJSON {
  /// Status, exit code and every verdict with its numbers; values and limits are fractions.
  package static func json(_ judgement: Judgement) -> JSON {
    [
      "schema": "replicate/judgement/v1", "name": .string(judgement.name),
      "title": .string(judgement.title), "status": .string(judgement.status.rawValue),
      "exit_code": JSON(Int(judgement.exitCode)), "why": .string(judgement.why),
      "allow_inconclusive": .bool(judgement.allowsInconclusive),
      "tampering": .array(judgement.tampering.map(JSON.string)),
      "verdicts": .array(judgement.verdicts.map(json)),
    ]
  }

  private static func json(_ verdict: Verdict) -> JSON {
    [
      "id": .string(verdict.id), "about": .string(verdict.subject.rawValue),
      "title": .string(verdict.title), "required": .bool(verdict.isRequired),
      "status": .string(verdict.status.rawValue), "why": .string(verdict.why),
      "findings": .array(verdict.findings.map(json)),
    ]
  }

  private static func json(_ finding: Finding) -> JSON {
    [
      "status": .string(finding.status.rawValue), "why": .string(finding.why),
      "task": JSON(finding.row?.task), "metric": JSON(finding.row?.metric),
      "unit": .string(finding.unit.rawValue), "expected": JSON(finding.expected),
      "observed": exact(finding.observed), "values": .array(finding.values.map { .exact($0) }),
      "n": finding.count.map { JSON($0) } ?? .null, "band": band(finding),
      "tolerance_used": exact(finding.toleranceUsed),
      "smallest_detectable_effect": exact(finding.smallestDetectable),
      "test": finding.test.map(json) ?? .null,
    ]
  }

  private static func band(_ finding: Finding) -> JSON {
    guard let band = finding.band else { return .null }
    return [
      "kind": .string(band.name), "question": .string(band.question),
      "lower": exact(finding.limits?.lower), "upper": exact(finding.limits?.upper),
      "counts": finding.limits?.counts.map {
        .array([JSON($0.lowerBound), JSON($0.upperBound)])
      } ?? .null,
    ]
  }

  private static func json(_ test: SignificanceTest) -> JSON {
    [
      "name": .string(test.name), "statistic": exact(test.statistic),
      "df": test.degreesOfFreedom.map { JSON($0) } ?? .null, "p": .exact(test.pValue),
      "p_adjusted": .exact(test.adjustedPValue), "standard_error": exact(test.standardError),
      "interval": test.interval.map {
        ["lower": .exact($0.lower), "upper": .exact($0.upper), "level": .number($0.level)]
      } ?? .null,
      "discordant": test.discordant.map {
        ["first_only": JSON($0.firstOnly), "second_only": JSON($0.secondOnly)]
      } ?? .null,
    ]
  }

  private static func exact(_ value: Double?) -> JSON { value.map { .exact($0) } ?? .null }
}
