import Assets
package import Files
package import Replication

/// A plan as text.
package enum PlanText {
  /// Downloads, steps with what is reused and why, and the time that all of it should take.
  package static func text(_ plan: RunPlan) -> ReportText {
    var lines = ["\(plan.name): \(plan.title)"]
    if !plan.overrides.isEmpty {
      lines.append("  scaled down: \(plan.overrides.joined(separator: ", "))")
    }
    lines += plan.declaredDifferences.map { "  note: \($0)" }
    if !plan.optionalArms.isEmpty {
      lines.append(
        "  optional, not run without --arm: \(plan.optionalArms.joined(separator: ", "))")
    }
    if let finished = plan.finished {
      return ReportText(lines + ["  nothing to do: \(finished)"])
    }
    if !plan.downloads.isEmpty {
      let total = plan.downloads.compactMap(\.bytes).reduce(0, +)
      lines.append("  to download: \(Sizes.text(total))")
      lines += plan.downloads.map {
        "    \($0.item)\($0.bytes.map { ", \(Sizes.text($0))" } ?? "")"
      }
    }
    for step in plan.steps {
      if let reuse = step.reuse {
        lines.append("  reused: \(step.title), \(reuse)")
      } else {
        let time = step.seconds.map { ", about \(Durations.text($0))" } ?? ""
        lines.append("  to do: \(step.title)\(time)")
      }
    }
    if let seconds = plan.seconds, seconds > 0 {
      lines.append("  all together about \(Durations.text(seconds)) on this machine")
    }
    let text = ReportText(lines)
    return plan.missing.map { ReportText(paragraphs: [text, $0.text]) } ?? text
  }
}
