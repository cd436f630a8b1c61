package import Files
import Manifests
package import Records
import Statistics

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
      "notices": .array(judgement.notices.map(JSON.string)),
      "recorded_tasks": .array(judgement.recordedTasks.map(JSON.string)),
      "verdicts": .array(judgement.verdicts.map(json)),
    ]
  }

  /// The judgement of a check, with the records and what they were judged by.
  package static func json(_ outcome: RecordCheck.Outcome) -> JSON {
    var object = json(outcome.judgement).objectValue ?? JSON.Object()
    object["records"] = .array(
      outcome.records.map {
        [
          "record_id": .string($0.id), "name": .string($0.name), "record_sha256": JSON($0.digest),
          "results_sha256": JSON($0.resultsDigest), "path": .string($0.path),
          "imported": .bool($0.isImported),
        ]
      })
    object["expectations"] = [
      "name": .string(outcome.expectations.results.name),
      "path": .string(outcome.expectations.path), "sha256": JSON(outcome.expectations.sha256),
      "locked": .bool(outcome.isLocked),
    ]
    return .object(object)
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
      "n": finding.count.map { JSON($0) } ?? .null,
      "documents_sha256": finding.documents.map { JSON($0) } ?? .null,
      "band": band(finding),
      "tolerance_used": exact(finding.toleranceUsed),
      "smallest_detectable_effect": exact(finding.smallestDetectable),
      "test": finding.test.map(json) ?? .null,
      "on_other_items": finding.onOtherItems.map { share in
        ["method": .string(share.method), "interval": json(share.interval)]
      } ?? .null,
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
      "df": test.degreesOfFreedom.map { .number($0) } ?? .null, "p": .exact(test.pValue),
      "p_adjusted": .exact(test.adjustedPValue), "p_mid": exact(test.exact?.midPValue),
      // As programs print it that do not know the exact test.
      "p_chi_squared": exact(test.exact?.chiSquaredPValue(continuityCorrection: true)),
      "standard_error": exact(test.standardError),
      "interval": test.interval.map(json) ?? .null,
      "bootstrap_interval": test.bootstrap.map(json) ?? .null,
      "discordant": test.discordant.map {
        ["first_only": JSON($0.firstOnly), "second_only": JSON($0.secondOnly)]
      } ?? .null,
    ]
  }

  private static func json(_ interval: SignificanceTest.Interval) -> JSON {
    [
      "lower": .exact(interval.lower), "upper": .exact(interval.upper),
      "level": .number(interval.level),
    ]
  }

  private static func exact(_ value: Double?) -> JSON { value.map { .exact($0) } ?? .null }
}
