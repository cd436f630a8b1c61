package import Files
package import Replication

/// An examination as text.
package enum DoctorText {
  /// A line for everything that was looked at, advice under what needs it, and a sentence at the end.
  package static func text(_ report: DoctorReport) -> ReportText {
    let width = report.checks.map(\.name.count).max() ?? 0
    var lines: [String] = []
    for check in report.checks {
      let name = check.name + String(repeating: " ", count: width - check.name.count)
      lines.append("\(mark(check.status)) \(name)  \(check.found)")
      if let advice = check.advice {
        lines.append(String(repeating: " ", count: width + 4) + "→ \(advice)")
      }
    }
    return ReportText(paragraphs: [ReportText(lines), ReportText(conclusion(report))])
  }

  private static func mark(_ status: DoctorReport.Check.Status) -> String {
    switch status {
    case .fine: "✓"
    case .warning: "!"
    case .failed: "✗"
    }
  }

  private static func conclusion(_ report: DoctorReport) -> String {
    func names(_ status: DoctorReport.Check.Status) -> String {
      var names: [String] = []
      for check in report.checks where check.status == status && !names.contains(check.name) {
        names.append(check.name)
      }
      return names.joined(separator: ", ")
    }
    guard report.exitCode == ExitStatus.success else {
      return "Runs cannot be made or trusted here: see \(names(.failed))."
    }
    let warnings = names(.warning)
    return warnings.isEmpty ? "All is well." : "Runs can be made here, but see \(warnings)."
  }
}
