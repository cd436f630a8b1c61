import Provenance

/// How the samples of one task differ in two runs of lm-evaluation-harness.
package struct TaskComparison: Sendable, Equatable {
  /// A document that differs, and where.
  package struct Place: Sendable, Equatable {
    /// Index of the document in its data set.
    package let document: Int
    /// Name of the filter of the line.
    package let filter: String
    /// Name of the field in the file.
    package let field: String
    /// Which part of the evaluation differs.
    package let cause: SampleCause
    /// The two values.
    package let difference: ValueDifference
  }

  /// In how many documents a field differs.
  package struct Field: Sendable, Equatable {
    /// Name of the field in the file; of a metric: its name, a comma and the filter, as in the results.
    package let name: String
    /// Documents that differ in it.
    package let documents: Int
  }

  /// How many documents changed their score by a metric.
  package struct Flips: Sendable, Equatable {
    /// Name of the metric, a comma and the filter, as in the results.
    package let metric: String
    /// Documents whose score is another one.
    package internal(set) var differing = 0
    /// Documents that are wrong (0 or false) in the first run and right (1 or true) in the second.
    package internal(set) var gained = 0
    /// Documents that are right in the first run and wrong in the second.
    package internal(set) var lost = 0
  }

  /// A distance and the document at which it was found.
  package struct DocumentDistance: Sendable, Equatable {
    /// Index of the document in its data set.
    package let document: Int
    /// The distance of the two numbers.
    package let distance: NumberDistance
  }

  /// The task's name.
  package let task: String
  /// The two files.
  package let paths: (a: String, b: String)
  /// Documents that both files have.
  package internal(set) var documentsCompared = 0
  /// Documents that only the first file has.
  package internal(set) var documentsOnlyInA: [Int] = []
  /// Documents that only the second file has.
  package internal(set) var documentsOnlyInB: [Int] = []
  /// How many documents differ, by the first part that does; every differing document is counted once.
  package internal(set) var causes: [SampleCause: Int] = [:]
  /// The fields that differ, in the order of cause and effect.
  package internal(set) var fields: [Field] = []
  /// The metrics that differ, sorted by name.
  package internal(set) var flips: [Flips] = []
  /// The largest distance of two log-likelihoods of the same request, in absolute terms.
  package internal(set) var largestOutputDistance: DocumentDistance?
  /// The first difference: the first document that both have and that differs, and there the first field.
  package internal(set) var first: Place?

  /// The comparison of two files of which nothing has been compared yet.
  init(task: String, paths: (a: String, b: String)) {
    self.task = task
    self.paths = paths
  }

  /// Whether both files have the same documents with the same bits in every field.
  package var isIdentical: Bool {
    first == nil && documentsOnlyInA.isEmpty && documentsOnlyInB.isEmpty
  }

  /// Documents that both files have and that differ.
  package var documentsDiffering: Int { causes.values.reduce(0, +) }

  package static func == (left: TaskComparison, right: TaskComparison) -> Bool {
    left.task == right.task && left.paths == right.paths
      && left.documentsCompared == right.documentsCompared
      && left.documentsOnlyInA == right.documentsOnlyInA
      && left.documentsOnlyInB == right.documentsOnlyInB && left.causes == right.causes
      && left.fields == right.fields && left.flips == right.flips
      && left.largestOutputDistance == right.largestOutputDistance && left.first == right.first
  }
}
