package import Files
import Provenance
import Records

/// An exchange of anchors as a text for a person and as one JSON object.
extension AnchorExchange.Outcome {
  /// 0, or 3 if something is not what its name says.
  package var exitCode: Int32 {
    refused.isEmpty ? ExitStatus.success : ExitStatus.tampered
  }

  /// One line for what was moved, and one for each that was not.
  package var text: ReportText {
    let isPush = direction == .push
    var lines = [
      "\(English.count(moved.count, "anchor")) \(isPush ? "sent to" : "taken from") \(remote), \(present) on both sides already"
    ]
    lines += moved.map { "  \($0)" }
    if !refused.isEmpty {
      lines.append("\(English.count(refused.count, "anchor")) not \(isPush ? "sent" : "taken"):")
      lines += refused.map { "  \($0.reference): \($0.reason)" }
    }
    if leftOver > 0 {
      lines.append(
        "\(leftOver) more than are moved at once: `replicate anchors \(direction.rawValue)` again goes on."
      )
    }
    return ReportText(lines)
  }

  /// Everything as JSON.
  package var json: JSON {
    [
      "schema": "replicate/anchors/v2", "direction": .string(direction.rawValue),
      "remote": .string(remote), "moved": .array(moved.map(JSON.string)),
      "present": JSON(present), "left_over": JSON(leftOver),
      "refused": .array(
        refused.map { ["reference": .string($0.reference), "reason": .string($0.reason)] }),
      "exit_code": JSON(Int(exitCode)),
    ]
  }
}
