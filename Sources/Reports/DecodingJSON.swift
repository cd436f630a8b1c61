package import Files
package import Manifests
import Statistics

/// A decoded table as one JSON object, for programs.
package enum DecodingJSON {
  /// Everything that ``DecodingText`` shows, and the recipe if there is one.
  package static func json(_ table: DecodedTable, file: ExperimentFile, recipe: Recipe?) -> JSON {
    [
      "schema": "replicate/decode/v1", "name": .string(table.results.name),
      "title": .string(table.results.title), "path": .string(file.path),
      "sha256": JSON(file.sha256), "exit_code": JSON(Int(table.exitCode)),
      "rows": .array(table.rows.map { json($0, table) }),
      "compositions": .array(table.compositions.map(json)),
      "comparisons": .array(table.comparisons.map(json)),
      "conventions": .array(table.conventions.map(JSON.string)),
      "contradictions": .array(
        table.contradictions.map {
          [
            "row": .string($0.row), "arm": .string($0.arm), "kind": .string($0.kind.rawValue),
            "message": .string($0.message),
          ]
        }),
      "recipe": recipe.map(json) ?? .null,
    ]
  }

  private static func json(_ row: DecodedTable.Row, _ table: DecodedTable) -> JSON {
    [
      "task": .string(row.cell.task), "metric": .string(row.cell.metric),
      "label": .string(row.cell.label), "unit": .string(row.cell.unit.rawValue),
      "n": row.cell.count.map { JSON($0) } ?? .null, "runs": JSON(row.cell.runs),
      "independent_items": .bool(row.cell.dependence == nil),
      "values": .array(row.values.map(json)),
      "item_counts": row.itemCounts.map { counts in
        [
          "tried": json(counts.range), "fitting_count": JSON(counts.fitting.count),
          // All of thousands say no more than their number.
          "fitting": counts.fitting.count <= 1000
            ? .array(counts.fitting.map { JSON($0) }) : .null,
        ]
      } ?? .null,
      "usual_sizes": .array(
        table.usualSizes(of: row).map { size in
          [
            "n": JSON(size.count), "of": .string(size.what), "runs": JSON(size.runs),
            "impossible": .array(size.impossible.map { .string($0.arm) }),
          ]
        }),
    ]
  }

  private static func json(_ value: DecodedTable.Value) -> JSON {
    let isPossible: JSON =
      switch value.counts {
      case .unknown: .null
      case .impossible: .bool(false)
      case .possible: .bool(true)
      }
    return [
      "arm": .string(value.arm), "printed": .string(value.printed.text),
      "possible": isPossible, "counts": value.counts.range.map { json($0) } ?? .null,
      "count": value.counts.unique.map { JSON($0) } ?? .null,
      "informative": value.isInformative.map { .bool($0) } ?? .null,
      "random_value_impossible": value.probabilityOfInconsistency.map { .exact($0) } ?? .null,
      "standard_error": value.estimate.map { .exact($0.standardError) } ?? .null,
      "printed_standard_error": JSON(value.printedStandardError?.text),
    ]
  }

  private static func json(_ range: ClosedRange<Int>) -> JSON {
    .array([JSON(range.lowerBound), JSON(range.upperBound)])
  }

  private static func json(_ composition: DecodedTable.Composition) -> JSON {
    var object: JSON.Object = .init()
    object["row"] = .string(composition.cell.id)
    object["arm"] = .string(composition.arm)
    func means(_ range: ClosedRange<Double>) -> JSON {
      .array([.exact(range.lowerBound), .exact(range.upperBound)])
    }
    switch composition.outcome {
    case .total(let parts, let left):
      object["consistent"] = .bool(true)
      object["parts"] = json(parts)
      object["counts"] = json(left)
    case .wrongTotal(let parts):
      object["consistent"] = .bool(false)
      object["parts"] = json(parts)
    case .mean(let range):
      object["consistent"] = .bool(true)
      object["mean"] = means(range)
    case .wrongMean(let range):
      object["consistent"] = .bool(false)
      object["mean"] = means(range)
    case .unchecked: object["consistent"] = .null
    }
    return .object(object)
  }

  private static func json(_ comparison: DecodedTable.Comparison) -> JSON {
    [
      "minuend": .string(comparison.minuend), "subtrahend": .string(comparison.subtrahend),
      "rows": .array(
        comparison.rows.map { row in
          [
            "row": .string(row.cell.id), "difference": .exact(row.difference),
            "is_recomputed": .bool(row.isRecomputed),
            "unpaired_z": row.unpairedStatistic.map { .exact($0) } ?? .null,
            "typical_z": row.typicalStatistic.map { .exact($0) } ?? .null,
            "frontier": row.frontier.map(json) ?? .null,
          ]
        }),
    ]
  }

  private static func json(_ frontier: DecodedTable.Frontier) -> JSON {
    [
      "net": json(frontier.net), "n": JSON(frontier.itemCount),
      "never_significant": .bool(frontier.isNeverSignificant),
      "largest_discordance": frontier.largestDiscordance.map { JSON($0) } ?? .null,
      "largest_rate": frontier.largestRate.map { .exact($0) } ?? .null,
      "possible_discordance": JSON(frontier.possibleDiscordance),
      "best_case": .bool(frontier.isBestCase),
    ]
  }

  private static func json(_ recipe: Recipe) -> JSON {
    [
      "title": .string(recipe.title), "publication": .string(recipe.publication),
      "entries": .array(
        recipe.entries.map { entry in
          var effects = JSON.Object()
          for (engine, effect) in zip(recipe.engines, entry.effects) {
            effects[engine.name] = .string(effect.rawValue)
          }
          var alternatives = JSON.Object()
          for alternative in entry.alternatives {
            alternatives[alternative.source] = .string(alternative.value)
          }
          return [
            "key": .string(entry.key), "published": JSON(entry.published),
            "effect": .object(effects), "choice": .string(entry.choice),
            "why": .string(entry.reason), "alternatives": .object(alternatives),
          ]
        }),
    ]
  }
}
