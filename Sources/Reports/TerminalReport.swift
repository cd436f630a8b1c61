import Assets
import Files
package import Replication
import Scoring
import Synchronization

/// Turns what a run tells into text for a person: bars on a terminal, plain lines elsewhere.
package final class TerminalReport: Sendable {
  /// What the terminal can do.
  package struct Style: Sendable {
    /// Whether a line can be written over; else every line stays.
    package var isInteractive: Bool
    /// Columns of the terminal.
    package var width: Int

    /// Creates a style.
    package init(isInteractive: Bool, width: Int) {
      self.isInteractive = isInteractive
      self.width = width
    }
  }

  /// What is to be written to the terminal, ready for it.
  package struct Drawing: Sendable {
    /// The characters, with line ends and escape sequences that are all our own.
    package let text: String
    fileprivate init(_ text: String) { self.text = text }
  }

  private struct State {
    /// Whether the last line is a bar that the next text has to replace.
    var hasBar = false
    /// Percent of a task that was printed last, where lines stay.
    var printed: (task: String, tenth: Int)?
  }

  private let style: Style
  private let write: @Sendable (Drawing) -> Void
  private let state = Mutex(State())

  /// Writes to `write`.
  package init(style: Style, write: @escaping @Sendable (Drawing) -> Void) {
    self.style = style
    self.write = write
  }

  /// Shows an event.
  package func show(_ event: RunEvent) {
    switch event {
    case .planned(let plan): lines(PlanText.text(plan))
    case .note(let text): line("· " + text)
    case .asset(let event): show(event)
    case .trained(let progress): show(progress)
    case .evaluating(let progress): show(progress)
    case .evaluated(let arm, let task, let result):
      let error = result.standardError.map { " ± \(Decimals.fixed($0, 4))" } ?? ""
      line(
        "✓ \(arm) \(task): \(result.key) \(Decimals.fixed(result.value, 4))\(error) on \(result.count) documents"
      )
    case .reached: break
    }
  }

  /// Ends a bar, so that other output begins on a line of its own.
  package func finish() {
    state.withLock { state in
      if state.hasBar { write(Drawing("\n")) }
      state.hasBar = false
    }
  }

  // MARK: - Kinds of events

  private func show(_ progress: TrainingProgress) {
    let others = progress.others.map { ", \($0.arm) \(Decimals.fixed($0.crossEntropy, 4))" }
    let text =
      "step \(progress.step)/\(progress.totalSteps)  loss \(Decimals.fixed(progress.loss, 4))"
      + "  cross entropy: \(progress.arm) \(Decimals.fixed(progress.crossEntropy, 4))"
      + others.joined()
      + "  \(Decimals.fixed(progress.tokensPerSecond, 0)) tokens/s"
      + "  \(Durations.text(progress.secondsLeft)) left"
    if style.isInteractive {
      bar(
        "train \(progress.arm)", Double(progress.step) / Double(progress.totalSteps), text,
        isDone: progress.step == progress.totalSteps)
    } else {
      line("train \(progress.arm) \(text)")
    }
  }

  private func show(_ progress: EvaluationProgress) {
    let task = "evaluate \(progress.arm) on \(progress.task)"
    let text =
      "\(progress.completed)/\(progress.total)"
      + "  \(Decimals.fixed(progress.documentsPerSecond, 2)) documents/s"
      + "  \(Durations.text(progress.secondsLeft)) left"
    let share = progress.total == 0 ? 1 : Double(progress.completed) / Double(progress.total)
    guard !style.isInteractive else {
      bar(task, share, text, isDone: false)
      return
    }
    // A line for every tenth is enough for a log.
    let tenth = Int(share * 10)
    let isNew = state.withLock { state in
      defer { state.printed = (task, tenth) }
      return state.printed.map { $0 != (task, tenth) } ?? true
    }
    if isNew, progress.completed > 0, progress.completed < progress.total {
      line("\(task) \(text)")
    }
  }

  private func show(_ event: AssetEvent) {
    switch event {
    case .reused, .mirrored, .stored: break
    case .damaged(let item, let path):
      line("· the copy of \(item) is damaged and is not used (\(path))")
    case .downloading(let item, let resumedFrom, let total):
      let rest = resumedFrom > 0 ? ", going on after \(Sizes.text(resumedFrom))" : ""
      line("↓ \(item)\(total.map { " (\(Sizes.text($0)))" } ?? "")\(rest)")
    case .progress(let item, let bytes, let total):
      guard style.isInteractive, let total, total > 0 else { break }
      bar(
        "download \(item)", Double(bytes) / Double(total),
        "\(Sizes.text(bytes)) of \(Sizes.text(total))", isDone: false)
    case .retrying(let item, let attempt, let reason):
      line("· \(item): attempt \(attempt), because \(reason)")
    case .note(let text): line("· \(text)")
    case .waiting(let item): line("· waiting for another process that is fetching \(item)")
    }
  }

  // MARK: - Lines and bars

  private func line(_ text: String) { lines(ReportText(text)) }

  private func lines(_ text: ReportText) {
    state.withLock { state in
      write(Drawing((state.hasBar ? "\r\u{1B}[K" : "") + text.text(colors: false)))
      state.hasBar = false
    }
  }

  private func bar(_ title: String, _ share: Double, _ text: String, isDone: Bool) {
    let cells = 20
    let full = min(cells, max(0, Int(share * Double(cells))))
    let drawing =
      String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
    let whole = ReportLine("\(title) \(drawing) \(text)").text()
    state.withLock { state in
      let shown = String(whole.prefix(max(20, style.width - 1)))
      write(Drawing("\r\u{1B}[K" + shown + (isDone ? "\n" : "")))
      state.hasBar = !isDone
    }
  }
}
