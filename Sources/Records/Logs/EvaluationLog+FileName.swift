extension EvaluationLog {
  /// A name that the harness gives to a file.
  ///
  /// Samples are `samples_<task>_<date>.jsonl`, or `.json` in the middle of 2024; results are `results_<date>.json`, or
  /// `<name>_<date>.json` where the user named the output.
  struct FileName {
    /// The whole name.
    let name: String
    /// The task of a samples file; nil for results.
    let task: String?
    /// When the run ended, as the name says it; empty if it does not.
    let date: String

    /// The parts of a name; nil if the harness gives no such names.
    init?(_ name: String) {
      self.name = name
      let isLines = name.hasSuffix(".jsonl")
      guard isLines || name.hasSuffix(".json") else { return nil }
      let (stem, date) = FileName.dated(name.dropLast(isLines ? 6 : 5))
      self.date = date
      if stem.hasPrefix("samples_") {
        task = String(stem.dropFirst("samples_".count))
      } else if !isLines, stem == "results" || !date.isEmpty {
        task = nil
      } else {
        return nil
      }
    }

    /// A file of samples whose name has another form.
    init(_ name: String, task: String) {
      self.name = name
      self.task = task
      date = ""
    }

    /// A file of results whose name has another form.
    init(results name: String) {
      self.name = name
      task = nil
      date = ""
    }

    /// Results before samples, tasks by name, files without a date first, then the oldest.
    func precedes(_ other: FileName) -> Bool {
      switch (task, other.task) {
      case (nil, _?): return true
      case (_?, nil): return false
      case (let task?, let other?) where task != other: return task.precedes(other)
      default: return date == other.date ? name.precedes(other.name) : date.precedes(other.date)
      }
    }

    /// Cuts off the date, which is what follows the last underscore and looks like 2026-01-31T23-59-59.123456.
    private static func dated(_ text: Substring) -> (rest: String, date: String) {
      guard let underscore = text.lastIndex(of: "_") else { return (String(text), "") }
      let date = text[text.index(after: underscore)...]
      let pattern = Array("dddd-dd-ddTdd-dd-dd".utf8)
      let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
      let isDate =
        date.utf8.count >= pattern.count
        && zip(date.utf8, pattern).allSatisfy { byte, expected in
          expected == UInt8(ascii: "d") ? digits.contains(byte) : byte == expected
        }
        && date.utf8.dropFirst(pattern.count).allSatisfy {
          digits.contains($0) || $0 == UInt8(ascii: ".")
        }
      return isDate ? (String(text[..<underscore]), String(date)) : (String(text), "")
    }
  }
}
