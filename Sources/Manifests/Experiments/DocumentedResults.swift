package import Files
package import Scoring

/// What a publication, or a series of earlier runs, reports: values cell by cell, and claims about them.
///
/// Pure data, checked to be consistent in itself. ``ExperimentFile`` reads one from YAML.
package struct DocumentedResults: Sendable, Equatable {
  /// The version of the schema that this build reads.
  package static let schemaVersion = 1

  /// Name, as it is typed.
  package let name: String
  /// One line for lists.
  package let title: String
  /// Where the values are printed.
  package let sources: [Source]
  /// The arms that have columns, in the order of the file.
  package let arms: [Arm]
  /// The values, row by row.
  package let cells: [Cell]
  /// What is said about them.
  package let claims: [Claim]
  /// The digest that the results of a repetition have, if they are to be the same to the bit.
  package let resultsDigest: Digest?

  /// A publication, or a record.
  package struct Source: Sendable, Equatable {
    /// What cells and claims call it.
    package let name: String
    /// Its title.
    package let title: String
    /// Where it is found: an address, or the digest of a record.
    package let location: String
    /// The SHA-256 of the record that it is, if it is one.
    package var record: Digest?
    /// The seeds of that record; a run with one of them cannot be judged by what is made from it.
    package var seeds: [UInt64] = []
  }

  /// One column.
  package struct Arm: Sendable, Equatable {
    /// The arm's name in manifests: "base", "sft", "eaft".
    package let name: String
    /// What the source calls it.
    package let title: String
  }

  /// One row: a metric of a task, as every arm has it.
  package struct Cell: Sendable, Equatable {
    /// The task's or group's name in lm-evaluation-harness, or another one for what it does not have.
    package let task: String
    /// The metric's name there, such as "acc_norm"; a filter, if there are several, after a comma.
    package let metric: String
    /// What the source calls the row.
    package let label: String
    /// Number of items that the values are means over; nil if it is not known.
    package let count: Int?
    /// How values are printed.
    package let unit: Unit
    /// The arms' values, in the order of the arms.
    package let values: [Value]
    /// What the row is made from; nil if it stands for itself.
    package let composition: Composition?
    /// Whether the verdict of a run depends on it.
    package let isRequired: Bool
    /// The name of the source.
    package let source: String
    /// Number of runs whose mean each value is.
    package var runs = 1
    /// The arm whose score is subtracted, if the value is a difference of two.
    package var minus: String?
    /// The smallest effect of interest, as a fraction; nil if none is named.
    ///
    /// A band that is wider to either side says nothing of what lies inside.
    package var smallestEffect: Double?
    /// The digest of the documents, which a repetition has to ask; nil if it is not known.
    package var documents: Digest?

    /// Task and metric, as in "mmlu.acc".
    package var id: String { "\(task).\(metric)" }

    /// The name of the verdict on an arm's value, as in "mmlu.acc.eaft" or "mmlu.acc.eaft-sft".
    package func verdictID(of arm: String) -> String {
      "\(id).\(arm)" + (minus.map { "-\($0)" } ?? "")
    }
  }

  /// The rows of values that arms have, without those of differences.
  package var valueCells: [Cell] { cells.filter { $0.minus == nil } }

  /// How a value is printed.
  package enum Unit: String, Sendable, CaseIterable {
    /// From 0 to 1.
    case fraction
    /// From 0 to 100.
    case percent
    /// Natural logarithms of probabilities.
    case nats
    /// Logarithms of probabilities to the base 2.
    case bits

    /// The unit of a quantity: shares are fractions.
    package init(_ quantity: Quantity) {
      switch quantity.unit {
      case .share: self = .fraction
      case .nats: self = .nats
      case .bits: self = .bits
      }
    }

    /// Whether values are shares, from 0 to 1.
    package var isShare: Bool { self == .fraction || self == .percent }
  }

  /// What a row is made from.
  package enum Composition: Sendable, Equatable {
    /// All items of these rows' tasks together.
    case total(of: [String])
    /// The mean of these rows' values, each counting the same.
    case mean(of: [String])
  }

  /// One printed value.
  package struct Value: Sendable, Equatable {
    /// The arm.
    package let arm: String
    /// As it was printed, in the cell's unit; trailing zeros carry information.
    package let text: String
    /// The standard error printed beside it, if there is one.
    package let standardError: String?
    /// How far a repetition may be off, and why so far; nil if nothing is expected of a repetition.
    package let band: Band?
  }

  /// Something that the source says about its values, in words of this project.
  package struct Claim: Sendable, Equatable {
    /// Its name.
    package let id: String
    /// The claim as a sentence.
    package let statement: String
    /// What it comes to in numbers.
    package let test: Test
    /// Whether the verdict of a run depends on it.
    package let isRequired: Bool
    /// The name of the source.
    package let source: String
  }

  /// What a claim comes to in numbers.
  package enum Test: Sendable, Equatable {
    /// The arm is better than the other in each of these rows, by more than the least effect of interest if one is given.
    ///
    /// What is better the metric says: a higher score, or a lower loss.
    case better(arm: String, than: String, by: Double? = nil, rows: [RowName])
    /// The arm is worse than the other in each of these rows, by more than the least effect of interest if one is given.
    case worse(arm: String, than: String, by: Double? = nil, rows: [RowName])
    /// The arm does not score higher than the other by more than the margin, in any of these rows.
    case notBetter(arm: String, than: String, rows: [RowName], margin: Double)
    /// The two arms differ by less than the margin, in each of these rows.
    case equivalent(arm: String, to: String, rows: [RowName], margin: Double)
    /// Tuning the other arm costs score against the base, and the arm loses less, in each of these rows.
    case retained(arm: String, than: String, base: String, rows: [RowName])
    /// The arm's mean is less than so many times that of the other, in each of these rows.
    case ratio(arm: String, to: String, below: Double, rows: [RowName])
    /// The arm costs less than the others would that have gained as much, by more than the least effect of interest.
    case frontier(arm: String, against: [String], cost: RowName, gain: RowName, by: Double = 0)
    /// None of these arms has a right answer, in any of these rows, of so many items at least, or of so many that the rate on
    /// others is below the given one.
    case noneCorrect(
      arms: [String], rows: [RowName], count: Int? = nil, largestRate: Double? = nil)
    /// No run of this manifest can tell, for the reason given.
    case untestable(reason: String)
  }

  /// Names a row: a task and a metric of it.
  package struct RowName: Sendable, Equatable {
    /// The task.
    package let task: String
    /// The metric.
    package let metric: String

    /// Creates a row name.
    package init(task: String, metric: String) {
      self.task = task
      self.metric = metric
    }
  }
}
