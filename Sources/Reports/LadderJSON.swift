package import Files
import Records
package import Replication

/// The verification of determinism as one JSON object, for programs.
package enum LadderJSON {
  /// Everything.
  package static func json(_ outcome: LadderOutcome) -> JSON {
    [
      "schema": "replicate/determinism/v1", "name": .string(outcome.name),
      "shortened_to_steps": outcome.steps.map { JSON($0) } ?? .null,
      "numerics": .string(outcome.numerics),
      "instruction_set": .string(outcome.instructionSet), "exit_code": JSON(Int(outcome.exitCode)),
      "recorded": JSON(outcome.recorded), "seconds": .number(outcome.seconds),
      "rungs": .array(outcome.rungs.map(json)),
    ]
  }

  private static func json(_ result: RungResult) -> JSON {
    let status: String
    switch result.status {
    case .identical: status = "identical"
    case .different: status = "different"
    case .skipped: status = "skipped"
    }
    return [
      "rung": .string(result.rung.name), "title": .string(result.rung.title),
      "status": .string(status), "reason": JSON(result.reason),
      "seconds": .number(result.seconds), "notes": .array(result.notes.map(JSON.string)),
      "variants": .array(
        result.variants.map {
          ["title": .string($0.title), "divergences": .array($0.divergences.map(\.json))]
        }),
    ]
  }
}
