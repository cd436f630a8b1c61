import Assets
package import Files
package import Replication

/// A plan as text.
package enum PlanText {
  /// Downloads, steps with what is reused and why, and the time, disk and memory that all of it should take.
  package static func text(_ plan: RunPlan) -> ReportText {
    var lines = ["\(plan.name): \(plan.title)"]
    lines += OverridesText.rows(plan.overrides).map { "  \($0): \($1)" }
    lines += plan.declaredDifferences.map { "  note: \($0)" }
    if !plan.optionalArms.isEmpty {
      lines.append(
        "  optional, not run without --arm: \(plan.optionalArms.joined(separator: ", "))")
    }
    if let finished = plan.finished {
      return ReportText(lines + ["  nothing to do: \(finished)"])
    }
    lines += downloads(plan.downloads)
    lines += steps(plan.steps)
    if let seconds = plan.seconds, seconds > 0 {
      lines.append("  all together about \(Durations.estimate(seconds)) on this machine")
    }
    lines += plan.resources.map(resources) ?? []
    let text = ReportText(lines)
    return plan.missing.map { ReportText(paragraphs: [text, $0.text]) } ?? text
  }

  /// What is downloaded, the files of one asset in one line.
  private static func downloads(_ downloads: [PlannedDownload]) -> [String] {
    guard !downloads.isEmpty else { return [] }
    var groups: [(name: String, files: [PlannedDownload])] = []
    var places: [String: Int] = [:]
    for download in downloads {
      if let place = places[download.group] {
        groups[place].files.append(download)
      } else {
        places[download.group] = groups.count
        groups.append((download.group, [download]))
      }
    }
    let lines = groups.map { name, files in
      let count = files.count == 1 ? files[0].item : "\(name), \(files.count) files"
      return "    \(count)\(files.size.map { ", \($0)" } ?? "")"
    }
    return ["  to download: \(downloads.size ?? "of unknown size")"] + lines
  }

  /// What is done and what is reused, the evaluations of one model in one line.
  private static func steps(_ steps: [RunPlan.Step]) -> [String] {
    var lines: [String] = []
    var rest = steps[...]
    while let step = rest.first {
      let group: ArraySlice<RunPlan.Step>
      if case .evaluation(_, let arm) = step.work {
        group = rest.prefix { next in
          if case .evaluation(_, arm) = next.work { next.reuse == step.reuse } else { false }
        }
      } else {
        group = rest.prefix(1)
      }
      rest = rest.dropFirst(group.count)
      let beginning = "evaluate \(step.work.arm ?? "") on "
      let titles = group.enumerated().map { index, step in
        let title = index == 0 ? step.title : String(step.title.dropFirst(beginning.count))
        guard group.count > 1, step.reuse == nil, let seconds = step.seconds else { return title }
        return "\(title) (\(Durations.estimate(seconds)))"
      }
      let title = titles.joined(separator: ", ")
      let known = group.compactMap(\.seconds)
      if let reuse = step.reuse {
        lines.append("  reused: \(title), \(reuse)")
      } else if known.count == group.count {
        lines.append("  to do: \(title), about \(Durations.estimate(known.reduce(0, +)))")
      } else {
        lines.append("  to do: \(title)")
      }
    }
    return lines
  }

  /// Disk and memory, and a sentence for each of which there is too little.
  private static func resources(_ resources: RunResources) -> [String] {
    var lines: [String] = []
    let room = resources.room
    if !resources.disk.isEmpty {
      let parts = resources.disk.map {
        "\($0.what)\($0.isTemporary ? " meanwhile" : "") \(Sizes.text($0.bytes))"
      }
      let free = room.freeDisk.map { "; \(Sizes.text($0)) are free" } ?? ""
      lines.append(
        "  disk: \(Sizes.text(resources.diskBytes)) (\(parts.joined(separator: ", ")))\(free)")
    }
    let peaks = [
      resources.trainingMemory.map { "\(Sizes.text($0)) to train" },
      resources.evaluation.map {
        "\(Sizes.text($0.bytes)) to evaluate\($0.isLayerByLayer ? ", a layer at a time" : "")"
      },
    ].compactMap(\.self)
    if !peaks.isEmpty {
      let available = room.availableMemory.map { "; \(Sizes.text($0)) are available" } ?? ""
      lines.append("  memory: \(peaks.joined(separator: ", "))\(available)")
    }
    return lines + resources.warnings.map { "  warning: \($0)" }
  }
}

extension RunPlan.Work {
  /// Whose model is evaluated; nil for other work.
  fileprivate var arm: String? { if case .evaluation(_, let arm) = self { arm } else { nil } }
}

extension PlannedDownload {
  /// What files of one kind have in common: the name before the colon of an asset with several files.
  fileprivate var group: String {
    item.firstRange(of: ": ").map { String(item[..<$0.lowerBound]) } ?? item
  }
}

extension [PlannedDownload] {
  /// Their size, as far as it is known; nil if nothing of it is.
  fileprivate var size: String? {
    let known = compactMap(\.bytes)
    guard !known.isEmpty else { return nil }
    return (known.count < count ? "at least " : "") + Sizes.text(known.reduce(0, +))
  }
}

extension RunResources {
  /// What there is too little of, a sentence each.
  var warnings: [String] {
    var sentences: [String] = []
    if lacksDisk, let free = room.freeDisk {
      sentences.append(
        "the disk has no room for the run, which writes \(Sizes.text(diskBytes)) where \(Sizes.text(free)) are free; free some, name another folder with --artifacts, or keep fewer checkpoints."
      )
    }
    if lacksMemory, let needed = memoryBytes, let available = room.availableMemory {
      sentences.append(
        "the memory does not suffice: the run takes \(Sizes.text(needed)) at its peak where \(Sizes.text(available)) are available; end other programs, or take a machine with more."
      )
    }
    return sentences
  }
}
