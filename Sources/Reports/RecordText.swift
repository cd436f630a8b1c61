package import Files
import Provenance
package import Records

/// A record as text, for a person.
package enum RecordText {
  /// Everything: where it stands, who computed it with what, its arms, metrics, files and digests.
  package static func text(_ record: RecordOverview, now: FileStatus.Time = .now()) -> ReportText {
    var parts = [rows(head(record, now))]
    parts += record.sessions.enumerated().map { session($1, number: $0 + 1) }
    if !record.inputs.isEmpty {
      parts.append(inputs(record.inputs))
    }
    parts += record.arms.map(arm)
    if !record.evaluations.isEmpty {
      let done = record.evaluations.map { "\(title($0.arm, $0.seed)) on \($0.name)" }
      parts.append(ReportText("evaluated so far: " + done.joined(separator: "; ")))
    }
    if let metrics = metrics(record.arms) { parts.append(metrics) }
    parts += InspectionText.parts(record.arms)
    if !record.unknowns.isEmpty {
      let unknowns = record.unknowns.map { ("  \($0.subject)", $0.sentence) }
      parts.append(ReportText(["not known"]) + rows(unknowns))
    }
    parts.append(
      table(
        ["file", "bytes", "SHA-256"],
        record.files.map { [$0.name, "\($0.byteCount)", $0.digest.hex] }, leading: [0, 2]))
    parts.append(rows(digests(record)))
    parts.append(conclusion(record))
    return ReportText(paragraphs: parts)
  }

  private static func head(
    _ record: RecordOverview, _ now: FileStatus.Time
  ) -> [(String, String)] {
    var status = record.status.name
    if Imported.isImport(record.sessions) { status += ", " + Imported.notice }
    if let life = RunLogText.life(record.status, record.signs, now) { status += ", " + life }
    return [
      ("record", record.id), ("name", record.name), ("attempt", "\(record.attempt)"),
      ("status", status), ("began", record.created),
      (record.resultsDigest == nil ? "last event" : "sealed", record.last), ("path", record.path),
      ("identity", record.identity.hex),
    ] + OverridesText.rows(record.overrides)
  }

  /// One row for each asset; of several files the SHA-256 is that of their digests in hexadecimal, a line each.
  private static func inputs(_ inputs: [RecordedInput]) -> ReportText {
    var groups: [(asset: String, files: [RecordedInput])] = []
    for input in inputs {
      if groups.last?.asset == input.asset {
        groups[groups.count - 1].files.append(input)
      } else {
        groups.append((input.asset, [input]))
      }
    }
    let rows = groups.map { asset, files in
      guard files.count > 1 else {
        return [asset, files[0].file, "\(files[0].byteCount)", files[0].digest.hex]
      }
      let total = files.reduce(0.0) { $0 + Double($1.byteCount) }
      let list = files.map { $0.digest.hex + "\n" }.joined()
      return [
        asset, English.count(files.count, "file"), Decimals.fixed(total, 0),
        SHA256.digest(of: list).hex + " *",
      ]
    }
    let table = table(["input", "file", "bytes", "SHA-256"], rows, leading: [0, 1, 3])
    guard groups.contains(where: { $0.files.count > 1 }) else { return table }
    return table
      + "* of the digests of its files, one a line, in the order of --json, which lists them all"
  }

  private static func session(_ session: JSON, number: Int) -> ReportText {
    let environment = session["environment"]
    func text(_ key: String) -> String? { environment?[key]?.stringValue }
    let memory = environment?["memory_bytes"]?.integerValue.map(Sizes.text)
    let processors = environment?["processors"]?.integerValue.map {
      English.count($0, "processor")
    }
    let parameters = session["internal_parameters"]?.objectValue?.members ?? []
    return rows([
      (
        "session \(number)",
        "began \(session["started"]?.stringValue ?? "at an unknown time"), replicate \(session["version"]?.stringValue ?? "of an unknown version")"
      ), ("  code", code(session["code"])),
      (
        "  machine",
        [text("processor"), text("architecture"), processors, memory].compactMap(\.self)
          .joined(separator: ", ")
      ),
      (
        "  system",
        [text("operating_system"), text("kernel")].compactMap(\.self).joined(separator: ", ")
      ),
      (
        "  settings",
        parameters.map { "\($0.key) \($0.value.stringValue ?? English.shown($0.value))" }
          .joined(separator: ", ")
      ),
    ])
  }

  private static func code(_ code: JSON?) -> String {
    guard let commit = code?["commit"]?.stringValue else {
      return code?["reason"]?.stringValue ?? code?["state"]?.stringValue ?? "unknown"
    }
    guard code?["dirty"]?.boolValue == true else { return commit }
    let count = code?["changed_files"]?.integerValue.map { English.count($0, "changed file") }
    return "\(commit), dirty: \(count ?? "changed files")"
  }

  private static func arm(_ arm: RunSummary.Arm) -> ReportText {
    var lines = [("arm", title(arm.name, arm.seed))]
    if let first = arm.steps.first, let last = arm.steps.last {
      func loss(_ step: RunSummary.Step) -> String {
        "\(step.values["loss"].map { Decimals.fixed($0, 4) } ?? "unknown") at step \(step.number)"
      }
      lines.append(("  steps", "\(arm.steps.count)"))
      lines.append(("  loss", "\(loss(first)), \(loss(last))"))
    }
    lines += arm.digests.sorted { $0.key < $1.key }.map { ("  \($0.key)", $0.value.hex) }
    return rows(lines)
  }

  private static func metrics(_ arms: [RunSummary.Arm]) -> ReportText? {
    let hasAnswers = arms.flatMap(\.metrics).contains { $0.predictionStandardError != nil }
    func text(_ error: Double?) -> String { error.map { Decimals.fixed($0, 4) } ?? "–" }
    let rows = arms.flatMap { arm in
      arm.metrics.map { metric in
        [
          arm.name, arm.seed.map(String.init) ?? "", metric.task, metric.name, "\(metric.count)",
          Decimals.fixed(metric.value, 4), text(metric.standardError),
        ] + (hasAnswers ? [text(metric.predictionStandardError)] : [])
      }
    }
    guard !rows.isEmpty else { return nil }
    return table(
      ["arm", "seed", "task", "metric", "n", "value", "± SE"]
        + (hasAnswers ? ["of it answers"] : []), rows, leading: [0, 1, 2, 3])
  }

  private static func digests(_ record: RecordOverview) -> [(String, String)] {
    var lines = [
      ("events", "\(record.chain.count)"), ("chain head", record.chain.head.hex),
    ]
    if let digest = record.resultsDigest { lines.append(("results", digest.hex)) }
    if let digest = record.recordDigest { lines.append(("record", digest.hex)) }
    return lines
  }

  private static func conclusion(_ record: RecordOverview) -> ReportText {
    guard record.findings.isEmpty else {
      return ReportText(
        ["The record is not as it was sealed:"] + record.findings.map { "✗ " + $0 })
    }
    return record.status == .sealed
      ? "Log, files and results are as they were sealed."
      : "The run is not finished; the log's chain is whole as far as it goes."
  }

  private static func title(_ arm: String, _ seed: Int?) -> String {
    arm + (seed.map { ", seed \($0)" } ?? "")
  }

  /// Names and values in two columns.
  private static func rows(_ rows: [(String, String)]) -> ReportText {
    let width = max(19, rows.map(\.0.count).max() ?? 0)
    return ReportText(
      rows.filter { !$0.1.isEmpty }.map { name, value in
        name + String(repeating: " ", count: width - name.count) + "  " + value
      })
  }

  static func table(_ header: [String], _ rows: [[String]], leading: Set<Int>) -> ReportText {
    ReportText(OutcomeText.columns([header] + rows, leading: leading))
  }
}

/// A record as one JSON object, for programs.
package enum RecordJSON {
  /// Everything that the text says, every step and every float with its bits.
  package static func json(_ record: RecordOverview) -> JSON {
    [
      "schema": "replicate/show/v1", "exit_code": JSON(Int(record.exitCode)),
      "record_id": .string(record.id), "path": .string(record.path), "name": .string(record.name),
      "attempt": JSON(record.attempt), "identity": JSON(record.identity),
      "overrides": .array(record.overrides.map(JSON.string)),
      "status": .string(record.status.name), "created": .string(record.created),
      "last_event": .string(record.last), "heartbeat": JSON(record.signs?.heartbeat?.text),
      "sessions": .array(record.sessions),
      "inputs": .array(
        record.inputs.map {
          [
            "asset": .string($0.asset), "file": .string($0.file), "sha256": JSON($0.digest),
            "bytes": JSON($0.byteCount),
          ]
        }), "arms": .array(record.arms.map(\.json)),
      "evaluations": .array(
        record.evaluations.map {
          [
            "arm": .string($0.arm), "seed": JSON($0.seed.map(String.init)),
            "evaluation": .string($0.name),
          ]
        }), "files": .array(record.files.map(\.json)),
      "chain": [
        "algorithm": .string(EventChain.algorithm), "count": JSON(record.chain.count),
        "head": JSON(record.chain.head),
      ], "results_sha256": JSON(record.resultsDigest?.hex),
      "record_sha256": JSON(record.recordDigest?.hex),
      "unknown": .array(record.unknowns.map(\.json)),
      "findings": .array(record.findings.map(JSON.string)),
    ]
  }
}
