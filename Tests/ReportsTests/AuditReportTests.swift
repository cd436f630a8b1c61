import Files
import Testing

@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports of audits") struct AuditReportTests {
  private func report(_ entries: [AuditReport.Entry]) -> AuditReport {
    var report = AuditReport(record: "0123", path: "/records/0123")
    report.entries = entries
    return report
  }

  @Test("Each level is a line with what came of it, and the last line says what holds")
  func passed() {
    let entries = AuditReport.Level.allCases.map { level in
      AuditReport.Entry(level: level, notes: ["noted"], isDone: level != .replay)
    }
    let report = report(entries)
    let lines = AuditText.text(report).plain.split(separator: "\n")
    #expect(lines.count == 2 * entries.count + 1)
    #expect(lines[0] == "chain and digests        passed" && lines[1] == "  noted")
    #expect(lines[16] == "training, replayed       skipped")
    #expect(
      lines.last
        == "The record 0123 holds: chain and digests, anchor in git, completeness, metrics and verdicts, documents and batches, weights and checkpoints, scores from responses, answers, given again."
    )
    #expect(report.exitCode == 0 && report.json["intact"] == true)
    #expect(report.json["levels"]?.arrayValue?.count == entries.count)
    #expect(report.json["judgement"] == .null)
  }

  @Test("A contradiction ends it: findings are shortened for a person and whole for a program")
  func failed() throws {
    let findings = (1...25).map { "Finding \($0)." }
    let report = report([
      .init(level: .digests), .init(level: .completeness, findings: findings, notes: ["why"]),
    ])
    let lines = AuditText.text(report).plain.split(separator: "\n")
    #expect(lines[1] == "completeness             failed" && lines[2] == "  ✗ Finding 1.")
    #expect(lines.filter { $0.hasPrefix("  ✗ ") }.count == 20)
    #expect(lines[22] == "  … and 5 more (all with --json)" && lines[23] == "  why")
    #expect(lines[24] == "The record 0123 does not hold: completeness.")
    #expect(lines[25] == "Stopped at the first contradiction; --all goes on.")
    #expect(report.exitCode == 3 && report.json["exit_code"] == 3)
    let level = try #require(report.json["levels"]?.arrayValue?.last)
    #expect(level["findings"]?.arrayValue?.count == 25 && level["status"] == "failed")
  }

  @Test("What could not be checked here is neither a success nor a contradiction")
  func unavailable() {
    let report = report([.init(level: .replay, obstacle: "there is no manifest of yours")])
    let text = AuditText.text(report).plain
    #expect(text.contains("training, replayed       unavailable\n"))
    #expect(text.contains("  could not be checked: there is no manifest of yours\n"))
    #expect(report.exitCode == 7 && report.isIntact)
  }

  @Test("An import is said to be one before anything else")
  func imported() {
    var report = report([.init(level: .digests)])
    report.isImported = true
    #expect(AuditText.text(report).plain.hasPrefix("imported, not executed\n"))
    #expect(report.json["imported"] == true)
  }
}
