package import Assets
package import Files
import Records
package import Replication
import Statistics

/// The end of a run as one JSON object, for programs.
package enum OutcomeJSON {
  /// Everything: the record's results with each step's values, the table and the expectations.
  package static func json(_ outcome: RunOutcome) -> JSON {
    let record = outcome.record
    return [
      "schema": "replicate/outcome/v1", "name": .string(record.name),
      "record_id": .string(record.id), "record_path": .string(record.path),
      "record_sha256": JSON(record.digest), "results_sha256": JSON(record.resultsDigest),
      "identity": JSON(record.identity), "reused": JSON(outcome.reuse),
      "exit_code": JSON(Int(outcome.exitCode)), "results": record.summary.json,
      "table": outcome.table.map(json) ?? .null,
      "judgement": outcome.judgement.map(VerdictJSON.json) ?? .null,
      "sessions": .array(record.sessions),
    ]
  }

  /// A plan as one JSON object.
  package static func json(_ plan: RunPlan) -> JSON {
    [
      "schema": "replicate/plan/v1", "name": .string(plan.name), "title": .string(plan.title),
      "exit_code": JSON(Int(plan.exitCode)), "finished": JSON(plan.finished),
      "downloads": .array(
        plan.downloads.map {
          ["item": .string($0.item), "bytes": $0.bytes.map { JSON($0) } ?? .null]
        }),
      "steps": .array(
        plan.steps.map {
          [
            "title": .string($0.title), "reused": JSON($0.reuse),
            "estimated_seconds": $0.seconds.map(JSON.number) ?? .null,
          ]
        }),
      "estimated_seconds": plan.seconds.map(JSON.number) ?? .null,
      "resources": plan.resources.map(json) ?? .null,
      "declared_differences": .array(plan.declaredDifferences.map(JSON.string)),
      "overrides": .array(plan.overrides.map(JSON.string)),
      "optional_arms": .array(plan.optionalArms.map(JSON.string)),
      "missing": .array((plan.missing?.inputs ?? []).map(json)),
      "obstacles": .array((plan.missing?.obstacles ?? []).map(JSON.string)),
    ]
  }

  /// What kept a command from its results, in place of them.
  ///
  /// - Parameters:
  ///   - status: one word for the kind of failure, such as "TAMPERED".
  ///   - exitCode: the code that the command ends with.
  ///   - why: the sentence that is printed.
  ///   - missing: the inputs that are missing, if that is the reason.
  /// - Returns: one object.
  package static func failure(
    status: String, exitCode: Int32, why: String, missing: MissingInputs?
  ) -> JSON {
    [
      "schema": "replicate/failure/v1", "status": .string(status),
      "exit_code": JSON(Int(exitCode)), "why": .string(why),
      "missing": .array((missing?.inputs ?? []).map(json)),
      "obstacles": .array((missing?.obstacles ?? []).map(JSON.string)),
    ]
  }

  private static func json(_ input: MissingInputs.Input) -> JSON {
    [
      "asset": .string(input.asset), "reason": .string(input.reason),
      "steps": .array(input.steps.map(JSON.string)), "option": JSON(input.option),
    ]
  }

  private static func json(_ resources: RunResources) -> JSON {
    [
      "disk": .array(
        resources.disk.map {
          [
            "what": .string($0.what), "bytes": JSON($0.bytes), "temporary": .bool($0.isTemporary),
          ]
        }),
      "disk_bytes": JSON(resources.diskBytes),
      "free_disk_bytes": resources.room.freeDisk.map { JSON($0) } ?? .null,
      "training_memory_bytes": resources.trainingMemory.map { JSON($0) } ?? .null,
      "evaluation_memory_bytes": resources.evaluation.map { JSON($0.bytes) } ?? .null,
      "evaluation_layer_by_layer": resources.evaluation.map { .bool($0.isLayerByLayer) } ?? .null,
      "available_memory_bytes": resources.room.availableMemory.map { JSON($0) } ?? .null,
      "warnings": .array(resources.warnings.map(JSON.string)),
    ]
  }

  private static func json(_ table: ResultTable) -> JSON {
    [
      "minuend": .string(table.minuend), "subtrahend": .string(table.subtrahend),
      "rows": .array(
        table.rows.map { row in
          var values = JSON.Object()
          for (arm, value) in zip(table.arms, row.values) { values[arm] = .exact(value) }
          let cells: JSON = [
            "task": .string(row.task), "metric": .string(row.metric), "n": JSON(row.count),
            "values": .object(values), "difference": .exact(row.difference),
            "paired_standard_error": row.standardError.map { .exact($0) } ?? .null,
            "judgement": .string(row.judgement),
            "documents_sha256": row.documents.map { JSON($0) } ?? .null,
            "likelihood": row.likelihood.map { likelihood in
              [
                "metric": .string(likelihood.metric), "difference": .exact(likelihood.difference),
                "paired_standard_error": likelihood.standardError.map { .exact($0) } ?? .null,
                "judgement": .string(likelihood.judgement),
              ]
            } ?? .null,
          ]
          guard let noise = row.noise, case .object(var members) = cells else { return cells }
          members["noise"] = json(noise)
          return .object(members)
        }),
    ]
  }

  /// How the error of a mean over several answers to each item comes about, per item and answer.
  static func json(_ noise: AnswerNoise) -> JSON {
    [
      "answers": JSON(noise.answerCount), "data_variance": .exact(noise.dataVariance),
      "prediction_variance": .exact(noise.predictionVariance),
      "data_standard_error": .exact(noise.dataError),
      "prediction_standard_error": .exact(noise.predictionError),
    ]
  }
}

extension OutcomeJSON {
  /// A JSON value as one line of canonical text.
  package static func text(_ value: JSON) throws -> String {
    String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) + "\n"
  }

  /// The same value as one line that a terminal may get.
  package static func printed(_ value: JSON) throws -> String { Printable.json(try text(value)) }
}
