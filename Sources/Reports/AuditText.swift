package import Files
import Foundation
import Records
package import Replication

/// The result of an audit for a person.
package enum AuditText {
  /// Findings of a level that a terminal gets; JSON has all of them.
  private static let longest = 20

  /// Every level with what was found, and the verdict on the record.
  package static func text(_ report: AuditReport) -> ReportText {
    var lines = report.isImported ? [Imported.notice] : []
    lines += report.entries.flatMap(Self.lines)
    let failed = report.entries.filter { !$0.findings.isEmpty }.map(\.level.text)
    if failed.isEmpty {
      let done = report.entries.filter { $0.status == .passed }.map(\.level.text)
      lines.append("The record \(report.record) holds: \(English.list(done, limit: .max)).")
    } else {
      lines.append("The record \(report.record) does not hold: \(English.list(failed)).")
    }
    if report.entries.count < AuditReport.Level.allCases.count {
      lines.append("Stopped at the first contradiction; --all goes on.")
    }
    return ReportText(lines)
  }

  private static func lines(_ entry: AuditReport.Entry) -> [String] {
    let width = AuditReport.Level.allCases.map(\.text.count).max() ?? 0
    let name = entry.level.text.padding(toLength: width, withPad: " ", startingAt: 0)
    var lines = ["\(name)  \(entry.status.rawValue)"]
    lines += entry.findings.prefix(longest).map { "  ✗ \($0)" }
    if let obstacle = entry.obstacle { lines.append("  could not be checked: \(obstacle)") }
    if entry.findings.count > longest {
      lines.append("  … and \(entry.findings.count - longest) more (all with --json)")
    }
    return lines + entry.notes.map { "  \($0)" }
  }
}

extension AuditReport {
  /// The result as one JSON object, for programs.
  package var json: JSON {
    [
      "schema": "replicate/audit/v1", "record_id": .string(record), "record_path": .string(path),
      "imported": .bool(isImported), "exit_code": JSON(Int(exitCode)), "intact": .bool(isIntact),
      "levels": .array(
        entries.map { entry in
          [
            "level": .string(entry.level.rawValue), "status": .string(entry.status.rawValue),
            "findings": .array(entry.findings.map(JSON.string)),
            "notes": .array(entry.notes.map(JSON.string)), "obstacle": JSON(entry.obstacle),
          ]
        }),
      "judgement": judgement.map(VerdictJSON.json) ?? .null,
    ]
  }
}
