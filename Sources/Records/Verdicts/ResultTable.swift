package import Files
package import Statistics

/// The arms' scores of every task side by side, with the difference of two of them.
package struct ResultTable: Sendable, Equatable {
  /// One task or group.
  package struct Row: Sendable, Equatable {
    /// Task or group, and metric.
    package let task: String
    package let metric: String
    /// Number of documents.
    package let count: Int
    /// Mean score of each arm in ``ResultTable/arms``, over its seeds.
    package let values: [Double]
    /// Mean difference ``ResultTable/minuend`` minus ``ResultTable/subtrahend``, document by document.
    package let difference: Double
    /// Number of documents that the two arms score differently.
    let differentCount: Int
    /// Its paired standard error; nil for one document.
    package let standardError: Double?
    /// The same difference of the right answers' log-likelihoods; nil where no choices were compared.
    ///
    /// It tells arms apart that are right on the same documents.
    package var likelihood: Likelihood?
    /// What of the difference's error comes of which answers were drawn; nil unless each document has several.
    package var noise: AnswerNoise?
    /// The digest of the documents, as expectations name it.
    package var documents: Digest?

    /// What the difference says, at the usual two standard errors.
    package var judgement: String {
      ResultTable.judgement(difference, standardError)
    }
  }

  /// The mean difference ``ResultTable/minuend`` minus ``ResultTable/subtrahend`` of the log-likelihood of the right answer.
  package struct Likelihood: Sendable, Equatable {
    /// The name of the quantity.
    package let metric: String
    /// The difference, in nats a document.
    package let difference: Double
    /// Its paired standard error, by clusters where documents depend on each other; nil for one of them.
    package let standardError: Double?

    /// What the difference says, at the usual two standard errors.
    package var judgement: String { ResultTable.judgement(difference, standardError) }
  }

  private static func judgement(_ difference: Double, _ standardError: Double?) -> String {
    guard let standardError, standardError > 0 else {
      return difference == 0 ? "same scores" : "too few documents"
    }
    guard abs(difference) > Proportion.z95 * standardError else { return "not distinguishable" }
    return difference > 0 ? "higher" : "lower"
  }

  /// Names of the arms, in the order of the columns.
  package let arms: [String]
  /// The arms whose difference the rows give: the last trained arm, and the first or, if there is only one, the base.
  package let minuend: String
  package let subtrahend: String
  /// Tasks in the order of the manifest; groups under their benchmark.
  package let rows: [Row]
}
