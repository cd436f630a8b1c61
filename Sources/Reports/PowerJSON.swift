package import Files
package import Records

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
    let cells: JSON = [
      "task": .string(row.task), "metric": .string(row.metric), "n": integer(row.count),
      "n_from": .string(row.countOrigin.rawValue), "differing": integer(row.differentCount),
      "discordance": exact(row.discordance),
      "discordance_is_measured": .bool(row.differentCount != nil),
      "smallest_significant": exact(row.smallestSignificant),
      "smallest_detectable": exact(row.smallestDetectable),
      "typically_detectable": exact(row.typicallyDetectable), "documented": exact(row.documented),
      "required_n": integer(row.requiredCount),
      "largest_discordance": exact(row.largestDiscordance),
      "seed_standard_deviation": exact(row.seedDeviation),
      "required_seeds": integer(row.requiredSeeds),
    ]
    guard let noise = row.noise, case .object(var members) = cells else { return cells }
    members["noise"] = OutcomeJSON.json(noise)
    return .object(members)
  }

  private static func exact(_ value: Double?) -> JSON { value.map { .exact($0) } ?? .null }

  private static func integer(_ value: Int?) -> JSON { value.map { JSON($0) } ?? .null }
}
