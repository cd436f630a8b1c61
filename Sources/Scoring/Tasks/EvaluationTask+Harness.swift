extension EvaluationTask {
  /// The data set on the Hugging Face Hub that the harness takes the rows from, with its splits as the harness's task
  /// declares them.
  package struct DataSet: Sendable, Equatable {
    /// Name on the Hub, such as "cais/mmlu".
    package let path: String
    /// Name of the configuration, if it has several.
    package var configuration: String?
    /// The split for training, from which few-shot examples come unless another is named.
    package var training: String?
    /// The split for validation, which is evaluated where none for testing is declared.
    package var validation: String?
    /// The split for testing.
    package var test: String?
    /// The split that is named for few-shot examples.
    package var fewShot: String?

    /// Split with the documents.
    package var evaluationSplit: String {
      guard let split = test ?? validation else {
        preconditionFailure("\(path) declares no split that could be evaluated.")
      }
      return split
    }

    /// Split with the few-shot examples; nil where none are shown.
    package var fewShotSplit: String? { fewShot ?? training }
  }

  /// What is done to a row before the templates read it: Swift in the place of the harness's Python.
  package struct Preparation: Sendable, Equatable {
    /// Columns that it adds, in the harness's order.
    package let addedColumns: [String]
    /// Adds them.
    let prepare: @Sendable (TaskRow) throws -> TaskRow

    init(adding columns: [String], with prepare: @escaping @Sendable (TaskRow) throws -> TaskRow) {
      addedColumns = columns
      self.prepare = prepare
    }

    /// Whether both add the same columns; functions cannot be compared.
    package static func == (one: Preparation, other: Preparation) -> Bool {
      one.addedColumns == other.addedColumns
    }
  }

  /// What the harness's own configuration of a task says and nothing here computes with.
  package struct HarnessDetails: Sendable, Equatable {
    /// Name of the function that prepares rows, if the columns that it adds are among those of the harness's samples.
    package var processDocs: String?
    /// Names of the functions that stand in the place of templates.
    package var docToText: String?
    package var docToTarget: String?
    package var docToChoice: String?
    /// Name of the function that scores in the place of metrics.
    package var processResults: String?
    /// Template of what is looked for in training data; nil if nothing is.
    package var decontaminationQuery: String?
  }
}
