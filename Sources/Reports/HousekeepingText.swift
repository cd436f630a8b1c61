package import Files
package import Records

/// What a verification of the store or a garbage collection came to, as text.
package enum HousekeepingText {
  /// A finding a line, and a sentence at the end.
  package static func text(_ outcome: StoreVerification.Outcome) -> ReportText {
    let scope =
      "\(English.count(outcome.fileCount, "file")) of the store (\(Sizes.text(outcome.byteCount))), \(English.count(outcome.stepCount, "finished step")) and \(English.count(outcome.sealedCount, "sealed record"))"
    let open = outcome.openCount == 0 ? "" : "; \(outcome.openCount) unfinished were only read"
    let lines = outcome.findings.map { "✗ " + $0 }
    let end =
      lines.isEmpty
      ? "All is well: \(scope) are as they were written\(open)."
      : "\(English.count(lines.count, "finding")) in \(scope)\(open)."
    return ReportText(lines + [end])
  }

  /// A line for everything that was or would be removed, notes, and the bytes at the end.
  package static func text(_ outcome: GarbageCollection.Outcome) -> ReportText {
    let lines = outcome.items.map { "\($0.path)  \(Sizes.text($0.bytes))  \($0.reason)" }
    let count = English.count(outcome.items.count, "item")
    let end =
      outcome.isDryRun
      ? "\(count) would be removed, which would free \(Sizes.text(outcome.bytes))."
      : "\(count) removed, \(Sizes.text(outcome.bytes)) freed."
    return ReportText(lines + outcome.notes + [end])
  }
}

/// The same as one JSON object each, for programs.
package enum HousekeepingJSON {
  /// What was looked at and what is wrong.
  package static func json(_ outcome: StoreVerification.Outcome) -> JSON {
    [
      "schema": "replicate/verify-store/v1", "exit_code": JSON(Int(outcome.exitCode)),
      "files": JSON(outcome.fileCount), "bytes": JSON(outcome.byteCount),
      "steps": JSON(outcome.stepCount), "sealed_records": JSON(outcome.sealedCount),
      "open_records": JSON(outcome.openCount),
      "findings": .array(outcome.findings.map(JSON.string)),
    ]
  }

  /// What was or would be removed.
  package static func json(_ outcome: GarbageCollection.Outcome) -> JSON {
    [
      "schema": "replicate/gc/v1", "dry_run": .bool(outcome.isDryRun),
      "bytes": JSON(outcome.bytes), "notes": .array(outcome.notes.map(JSON.string)),
      "items": .array(
        outcome.items.map {
          ["path": .string($0.path), "bytes": JSON($0.bytes), "reason": .string($0.reason)]
        }),
    ]
  }
}
