package import Provenance

/// An exchange of anchors as a text for a person and as one JSON object.
extension AnchorExchange.Outcome {
  /// 0, or 3 if a record has another anchor on the other side.
  package var exitCode: Int32 { conflicts.isEmpty ? 0 : 3 }

  /// One line for what was moved, and one for each difference.
  package var text: ReportText {
    let isPush = direction == .push
    let count = moved.count == 1 ? "1 anchor" : "\(moved.count) anchors"
    var lines = [
      "\(count) \(isPush ? "sent to" : "taken from") \(remote), \(present.count) on both sides already"
    ]
    lines += moved.map { "  \($0)" }
    for (id, differences) in conflicts {
      lines.append(
        "\(id) has another anchor in \(remote) than here; both were kept, and nobody can tell from them which was first:"
      )
      lines += differences.map {
        "  \($0.name): \($0.found.map { "\($0)" } ?? "none") here, \($0.anchored.map { "\($0)" } ?? "none") there"
      }
    }
    return ReportText(lines)
  }

  /// Everything as JSON.
  package var json: JSON {
    [
      "schema": "replicate/anchors/v1", "direction": .string(direction.rawValue),
      "remote": .string(remote), "moved": .array(moved.map(JSON.string)),
      "present": .array(present.map(JSON.string)),
      "conflicts": .array(
        conflicts.map { conflict in
          [
            "record_id": .string(conflict.id),
            "files": .array(
              conflict.differences.map {
                [
                  "name": .string($0.name), "here_sha256": JSON($0.found?.hex),
                  "there_sha256": JSON($0.anchored?.hex),
                ]
              }),
          ]
        }),
      "exit_code": JSON(Int(exitCode)),
    ]
  }
}
