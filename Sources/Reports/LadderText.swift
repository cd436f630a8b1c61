package import Files
import Records
package import Replication

/// The verification of determinism as text.
package enum LadderText {
  /// What is verified, before it is.
  package static func beginning(_ name: String, steps: Int?) -> ReportText {
    ReportText(name + (steps.map { ", shortened to \($0) training steps and few documents" } ?? ""))
  }

  /// A rung that is done: one line, and what differs below it.
  package static func text(_ result: RungResult) -> ReportText {
    let status =
      switch result.status {
      case .identical: "identical"
      case .different: "DIFFERENT"
      case .skipped: "skipped"
      }
    var lines = [
      "\(result.rung.name)  \(padded(result.rung.title, 44))  \(padded(status, 9))  \(Decimals.fixed(result.seconds, 1)) s"
    ]
    if case .skipped(let reason) = result.status { lines.append("      \(reason)") }
    lines += result.notes.map { "      \($0)" }
    if result.variants.count > 1 || result.variants.contains(where: { !$0.divergences.isEmpty }) {
      for variant in result.variants {
        let isSame = variant.divergences.isEmpty
        lines.append("      \(isSame ? "=" : "≠") \(variant.title)")
        lines += variant.divergences.map { "        \($0.sentence)" }
      }
    }
    return ReportText(lines)
  }

  /// The end, in one sentence.
  package static func conclusion(_ outcome: LadderOutcome) -> ReportText {
    let different = outcome.rungs.filter { $0.status == .different }.map(\.rung.name)
    let identical = outcome.rungs.filter { $0.status == .identical }.map(\.rung.name)
    var sentences: [String] = []
    if !different.isEmpty {
      let verb = different.count == 1 ? "differs" : "differ"
      sentences.append("NOT DETERMINISTIC: \(different.joined(separator: ", ")) \(verb).")
    } else if !identical.isEmpty {
      sentences.append("Deterministic: \(identical.joined(separator: ", ")) identical.")
    } else if !outcome.rungs.isEmpty {
      sentences.append("Nothing could be compared.")
    }
    let unverified = outcome.rungs.filter { $0.isNamed && $0.reason != nil }.map(\.rung.name)
    if !unverified.isEmpty {
      sentences.append("\(unverified.joined(separator: ", ")) could not be verified.")
    }
    if let path = outcome.recorded { sentences.append("Golden file written: \(path)") }
    return ReportText(
      sentences.joined(separator: " ")
        + " (\(outcome.numerics), \(outcome.instructionSet), \(Durations.text(outcome.seconds)))")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
