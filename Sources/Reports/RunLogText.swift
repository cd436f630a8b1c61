package import Files
import Records
package import Replication

/// A list of runs as text, one line a run.
package enum RunLogText {
  /// Id, time, name, status, and what was run with which code and to which results.
  package static func text(_ log: RunLog, now: FileStatus.Time = .now()) -> ReportText {
    // Widths are those of what is printed.
    let names = log.entries.map { Printable.text($0.run.name) }
    let nameWidth = names.map(\.count).max() ?? 0
    let statusWidth = log.entries.map { $0.status.name.count }.max() ?? 0
    return ReportText(
      zip(log.entries, names).map { entry, name in
        let time = entry.run.created.isEmpty ? "" : entry.run.created.prefix(19) + "Z"
        var line = entry.run.id
        append(time, width: 20, to: &line)
        append(name, width: nameWidth, to: &line)
        append(entry.status.name, width: statusWidth, to: &line)
        return line + "  \(detail(entry, now))"
      })
  }

  /// Appends two spaces and a column, of which those that follow are to begin at one place in all lines.
  private static func append(_ column: some StringProtocol, width: Int, to text: inout String) {
    text += "  "
    text += column
    text += String(repeating: " ", count: max(0, width - column.count))
  }

  private static func detail(_ entry: RunLog.Entry, _ now: FileStatus.Time) -> String {
    if case .damaged(let problem) = entry.status { return problem }
    let run = entry.run
    var parts = life(entry.status, entry.signs, now).map { [$0] } ?? []
    if !run.arms.isEmpty { parts.append("arms " + run.arms.joined(separator: " ")) }
    if !run.seeds.isEmpty { parts.append("seeds " + run.seeds.joined(separator: " ")) }
    parts.append(
      run.commit.map { "code \($0.prefix(12))\(run.isDirty == true ? "-dirty" : "")" }
        ?? "code unknown")
    if let digest = run.resultsDigest { parts.append("results \(digest.prefix(12))") }
    if let count = entry.agreeing { parts.append("\(count) independent runs agree") }
    return parts.joined(separator: " · ")
  }

  /// When an unfinished run was last heard of; nil for any other.
  static func life(_ status: RunStatus, _ signs: SignsOfLife?, _ now: FileStatus.Time) -> String? {
    guard let signs, let latest = signs.latest else { return nil }
    switch status {
    case .interrupted: return "last sign of life \(ago(latest, now))"
    case .running:
      guard let event = signs.lastEvent, let heartbeat = signs.heartbeat, heartbeat > event else {
        return "last event \(ago(latest, now))"
      }
      let isSilent = now.seconds(since: heartbeat) > SignsOfLife.patience
      return isSilent
        ? "last event \(ago(event, now)), no sign of life since \(ago(heartbeat, now)): stopped, or waiting for a disk"
        : "last event \(ago(event, now)), alive \(ago(heartbeat, now))"
    case .sealed, .damaged: return nil
    }
  }

  private static func ago(_ time: FileStatus.Time, _ now: FileStatus.Time) -> String {
    let seconds = max(0, now.seconds(since: time))
    let days = Int(seconds / 86400)
    return days < 2 ? "\(Durations.text(seconds)) ago" : "\(days) days ago"
  }
}

/// A list of runs as one JSON object, for programs.
package enum RunLogJSON {
  /// Everything that the text says, digests in full.
  package static func json(_ log: RunLog) -> JSON {
    [
      "schema": "replicate/log/v1", "notices": .array(log.notices.map(JSON.string)),
      "runs": .array(log.entries.map(json)),
    ]
  }

  private static func json(_ entry: RunLog.Entry) -> JSON {
    let run = entry.run
    return [
      "record_id": .string(run.id), "name": .string(run.name), "attempt": JSON(run.attempt),
      "identity": JSON(run.identity), "status": .string(entry.status.name),
      "problem": JSON(run.problem), "created": .string(run.created), "sealed": JSON(run.sealed),
      "last_event": JSON(entry.signs?.lastEvent?.text),
      "heartbeat": JSON(entry.signs?.heartbeat?.text),
      "arms": .array(run.arms.map(JSON.string)), "seeds": .array(run.seeds.map(JSON.string)),
      "commit": JSON(run.commit), "dirty": run.isDirty.map(JSON.bool) ?? .null,
      "results_sha256": JSON(run.resultsDigest), "record_sha256": JSON(run.recordDigest),
      "agreeing_runs": entry.agreeing.map { JSON($0) } ?? .null,
    ]
  }
}
