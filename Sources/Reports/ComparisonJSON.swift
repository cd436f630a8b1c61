package import Files
package import Records
import Scoring

/// A comparison of models as one JSON object, for programs.
package enum ComparisonJSON {
  /// Every row with its numbers, differences as other minus reference.
  package static func json(_ comparison: ModelComparison) -> JSON {
    [
      "schema": "replicate/compare/v1", "exit_code": JSON(Int(comparison.exitCode)),
      "reference": .string(comparison.reference), "margin": exact(comparison.margin),
      "fail_on": JSON(comparison.failOn?.rawValue), "tests": JSON(comparison.testCount),
      "models": .array(
        comparison.models.map { ["label": .string($0.label), "source": .string($0.source)] }),
      "comparisons": .array(comparison.pairs.map { json($0, comparison) }),
      "notes": .array(comparison.notes.map(JSON.string)),
    ]
  }

  private static func json(_ pair: ModelComparison.Pair, _ comparison: ModelComparison) -> JSON {
    [
      "model": .string(pair.model), "summary": .string(comparison.sentence(pair)),
      "rows": .array(pair.rows.map { json($0, comparison) }),
      "not_compared": .array(
        pair.leftOut.map {
          [
            "task": .string($0.task), "metric": JSON($0.metric), "why": .string($0.why),
            "missing": .bool($0.isMissing),
          ]
        }),
    ]
  }

  private static func json(_ row: ModelComparison.Row, _ comparison: ModelComparison) -> JSON {
    [
      "task": .string(row.task), "metric": .string(row.metric),
      "unit": .string(row.quantity.unit.rawValue),
      "lower_is_better": .bool(row.quantity.isLowerBetter),
      "primary": .bool(row.isPrimary), "n": JSON(row.count),
      "only_in_reference": JSON(row.onlyInReference), "only_in_model": JSON(row.onlyInOther),
      "matched_by_order": JSON(row.ambiguous),
      "values": [
        "reference": .exact(row.values.reference), "model": .exact(row.values.other),
      ],
      "difference": .exact(row.difference), "standard_error": exact(row.standardError),
      "clusters": row.clusterCount.map { JSON($0) } ?? .null,
      "interval": row.interval.map {
        ["lower": .exact($0.lower), "upper": .exact($0.upper), "level": .exact($0.level)]
      } ?? .null, "test": .string(row.test), "p": .exact(row.pValue),
      "p_adjusted": exact(row.adjustedPValue),
      "p_equivalence_adjusted": exact(row.equivalencePValue),
      "smallest_detectable": exact(row.smallestDetectable),
      "judgement": .string(row.judgement.rawValue), "failed": .bool(comparison.isFailure(row)),
    ]
  }

  private static func exact(_ value: Double?) -> JSON { value.map { .exact($0) } ?? .null }
}
