package import Files

extension AxolotlImport.Outcome {
  /// The import as one JSON object, for programs.
  package var json: JSON {
    Imported.json(of: record, source: source, reuse: reuse, exitCode: exitCode)
  }

  /// The import for a person: the training, what the harness's scores came to, what is not known, and where the record is.
  package var text: ReportText {
    var lines = record.summary.arms.flatMap { arm in
      [Self.sentence(of: arm, in: source)] + Self.problems(of: arm)
    }
    lines += comparison?.lines(of: "lm-evaluation-harness") ?? []
    lines.append("What is not known:")
    lines += record.summary.unknowns.map { "  \($0.subject): \($0.sentence)" }
    lines.append(Imported.end(record, reuse: reuse))
    return ReportText(lines)
  }

  private static func sentence(of arm: RunSummary.Arm, in source: String) -> String {
    func loss(_ step: RunSummary.Step?) -> String {
      step?.values["loss"].map { Decimals.fixed($0, 4) } ?? "unknown"
    }
    return
      "\(source): \(English.count(arm.steps.count, "logged step")) up to step \(arm.steps.last?.number ?? 0), loss \(loss(arm.steps.first)) to \(loss(arm.steps.last))."
  }

  /// Where the training went wrong.
  private static func problems(of arm: RunSummary.Arm) -> [String] {
    guard let step = arm.steps.first(where: { $0.values["loss"]?.isFinite == false }) else {
      return []
    }
    return ["From step \(step.number) on a loss is no finite number: training diverged."]
  }
}

extension Imported {
  /// An import as one JSON object.
  static func json(
    of record: SealedRecord, source: String, reuse: String?, exitCode: Int32
  ) -> JSON {
    [
      "schema": "replicate/import-outcome/v1", "record_id": .string(record.id),
      "record_path": .string(record.path), "record_sha256": JSON(record.digest),
      "results_sha256": JSON(record.resultsDigest), "source": .string(source),
      "reused": JSON(reuse), "exit_code": JSON(Int(exitCode)), "results": record.summary.json,
    ]
  }

  /// Where the record is, and whether it is new.
  static func end(_ record: SealedRecord, reuse: String?) -> String {
    let place = "the record \(record.id) in \(record.path)"
    return reuse.map { "Nothing new: \($0); it is \(place)." } ?? "Kept as \(place)."
  }
}
