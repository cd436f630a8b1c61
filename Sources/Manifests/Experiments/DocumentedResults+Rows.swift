package import Scoring
package import Statistics

extension DocumentedResults {
  /// What a name in the composition of a row stands for.
  enum Part: Equatable {
    /// A row.
    case row(Cell)
    /// None.
    case missing
    /// Several rows of a task, none of which has the metric of the composition.
    case ambiguous
  }

  /// Finds the rows that others are made from.
  struct RowIndex {
    private let rows: [String: [Cell]]

    /// Sorts rows by task.
    init(_ cells: [Cell]) { rows = Dictionary(grouping: cells, by: \.task) }

    /// The row that a name in the composition of `cell` stands for.
    ///
    /// It is the row of that task with the same metric; parts of a mean may have another one, if the task has only one row.
    func part(_ task: String, of cell: Cell) -> Part {
      guard task != cell.task, let rows = rows[task] else { return .missing }
      if let same = rows.first(where: { $0.metric == cell.metric }) { return .row(same) }
      guard case .mean = cell.composition, let only = rows.first else { return .missing }
      return rows.count == 1 ? .row(only) : .ambiguous
    }

    /// The rows that `cell` is made from; empty if it stands for itself.
    func parts(of cell: Cell) -> [Cell] {
      (cell.composition?.tasks ?? []).compactMap { name in
        guard case .row(let row) = part(name, of: cell) else { return nil }
        return row
      }
    }
  }
}

extension DocumentedResults.Composition {
  /// Names of the tasks whose rows are the parts.
  package var tasks: [String] {
    switch self {
    case .total(let tasks), .mean(let tasks): tasks
    }
  }
}

extension DocumentedResults.Cell {
  /// Which items of the row depend on each other, so that claims about it are judged by clusters of them; nil if none do.
  package var dependence: String? {
    if isOfInstructions { return "instructions of one prompt" }
    for benchmark in Benchmark.all {
      if benchmark.groups.contains(where: { $0.name == task }) { return "questions of one subject" }
      if benchmark.groups.isEmpty, benchmark.name == task, benchmark.tasks[0].sourceColumn != nil {
        return "questions of one source"
      }
    }
    return nil
  }

  /// Whether its items are the instructions of documents, of which a document may have several.
  package var isOfInstructions: Bool { metric.hasPrefix("inst_level_") }

  /// What the row's metric measures.
  package var quantity: Quantity { Quantity(metric: metric) }

  /// The value of an arm; nil if the row has none.
  package func value(of arm: String) -> DocumentedResults.Value? {
    values.first { $0.arm == arm }
  }
}

extension DocumentedResults.Unit {
  /// A number that is printed in this unit; nil if the text is none.
  package func printed(_ text: String) -> PrintedValue? {
    PrintedValue(text: text, unit: self == .percent ? .percent : .fraction)
  }

  /// Whether a value can be printed so: a share is from 0 to 1, a difference of shares from -1.
  func canBe(_ text: String, isDifference: Bool = false) -> Bool {
    guard let value = printed(text) else { return false }
    let least = isDifference ? 0 - value.denominator : 0
    return !isShare || least...value.denominator ~= value.numerator
  }
}
