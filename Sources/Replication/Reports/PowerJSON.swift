package import Provenance

/// What a manifest could detect as one JSON object, for programs.
package enum PowerJSON {
  /// Every row with its numbers, differences as fractions.
  package static func json(_ analysis: PowerAnalysis) -> JSON {
    [
      "schema": "replicate/power/v1", "name": .string(analysis.name),
      "minuend": .string(analysis.minuend), "subtrahend": .string(analysis.subtrahend),
      "seeds": JSON(analysis.seedCount), "record_id": JSON(analysis.record),
      "rows": .array(analysis.rows.map(json)),
    ]
  }

  private static func json(_ row: PowerAnalysis.Row) -> JSON {
    [
      "task": .string(row.task), "metric": .string(row.metric), "n": JSON(row.count),
      "discordance": .exact(row.discordance), "discordance_is_measured": .bool(row.isMeasured),
      "smallest_significant": row.smallestSignificant.map { .exact($0) } ?? .null,
      "smallest_detectable": .exact(row.smallestDetectable),
      "documented": row.documented.map { .exact($0) } ?? .null,
      "required_n": row.requiredCount.map { JSON($0) } ?? .null,
    ]
  }
}
