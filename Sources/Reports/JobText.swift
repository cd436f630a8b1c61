package import Files
package import Records
package import Replication

extension JobOutcome: CommandOutcome {
  package var text: ReportText {
    let next =
      remaining.isEmpty
      ? "everything is done; `replicate \(name)` with the same options seals the record"
      : "of the run remain \(remaining.joined(separator: ", "))"
    return "\(name): \(done.joined(separator: ", ")) done; \(next)."
  }

  package var json: JSON {
    [
      "schema": "replicate/jobs/v1", "name": .string(name), "exit_code": JSON(Int(exitCode)),
      "done": .array(done.map(JSON.string)), "remaining": .array(remaining.map(JSON.string)),
    ]
  }
}

extension WorkMerge.Outcome: CommandOutcome {
  package var text: ReportText {
    ReportText(
      notes + [
        "\(English.count(broughtCount, "finished step")) brought (\(Sizes.text(byteCount))), \(knownCount) known before."
      ])
  }

  package var json: JSON {
    [
      "schema": "replicate/merge/v1", "exit_code": JSON(Int(exitCode)),
      "brought": JSON(broughtCount), "known": JSON(knownCount), "bytes": JSON(byteCount),
      "notes": .array(notes.map(JSON.string)),
    ]
  }
}
