import Manifests
import Scoring

extension Verdict {
  /// So far outside of its band a part of a required row counts: a mean over all parts would hide it.
  static let glaring = 2.0

  /// The verdict as one that decides, if it is glaringly outside of its band and about a part of a row that does.
  ///
  /// - Parameters:
  ///   - required: the tasks and groups of required rows.
  ///   - documented: what is documented, whose rows say what they are made from.
  /// - Returns: The verdict, unchanged for any other.
  func counting(asPartOf required: [String], _ documented: DocumentedResults) -> Verdict {
    guard !isRequired, status == .diverged, let task = decisive.row?.task,
      decisive.toleranceUsed ?? 0 >= Self.glaring,
      let whole = required.first(where: { Self.parts(of: $0, documented).contains(task) })
    else { return self }
    var finding = decisive
    finding.why = "\(decisive.why) It is a part of \(whole), and so far off that it counts."
    return Verdict(subject: subject, id: id, title: title, isRequired: true, first: finding)
  }

  /// The tasks and groups that a row pools.
  private static func parts(of task: String, _ documented: DocumentedResults) -> [String] {
    let documentedParts = documented.cells.filter { $0.task == task }.flatMap { cell in
      cell.composition?.tasks ?? []
    }
    guard let benchmark = Benchmark.all.first(where: { $0.name == task }) else {
      return documentedParts
    }
    return documentedParts + benchmark.groups.map(\.name).filter { $0 != task }
      + (benchmark.groups.isEmpty ? [] : benchmark.tasks.map(\.name))
  }
}
