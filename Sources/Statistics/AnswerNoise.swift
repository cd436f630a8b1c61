/// What the mean over items that were answered several times is off by, told apart: by which answers were drawn, and by which
/// items were asked.
///
/// A single answer's score varies by E[Var(score | item)], the prediction noise, and Var(E[score | item]), the data noise, which
/// sum to its total variance (Wang 2025, arXiv 2512.21326; Miller 2024, arXiv 2411.00640, section 3). The mean over n items with K
/// answers each has the variance data/n + prediction/(nK): more answers shrink only the second part. The difference of two arms
/// is taken apart likewise, answer k of the one less answer k of the other.
package struct AnswerNoise: Sendable, Equatable {
  /// The number n of items.
  package let itemCount: Int
  /// The number K of answers to each.
  package let answerCount: Int
  /// The variance of one answer within its item, averaged over the items; unbiased, with K − 1 in the denominator.
  ///
  /// For scores 0 and 1 it is the mean of K/(K − 1) p(1 − p), for shares p of right answers.
  package let predictionVariance: Double
  /// The variance between items of what each would score with any number of answers; unbiased: that of the items' means less
  /// what K answers explain of it, predictionVariance/K.
  ///
  /// Below 0 where items vary less than their answers let expect.
  package let dataVariance: Double

  /// Takes every item's scores, one for each answer; nil for fewer than two items or answers, and for different numbers of answers.
  package init?(_ items: [[Double]]) {
    let answerCount = items.first?.count ?? 0
    let within = items.compactMap(Sample.variance)
    guard items.allSatisfy({ $0.count == answerCount }),
      let between = Sample.variance(items.compactMap(Sample.mean)),
      let prediction = Sample.mean(within), within.count == items.count
    else { return nil }
    itemCount = items.count
    self.answerCount = answerCount
    predictionVariance = prediction
    dataVariance = between - prediction / Double(answerCount)
  }

  /// The part of the mean's standard error that comes of which answers were drawn; K answers to the same items would vary by it.
  package var predictionError: Double {
    (predictionVariance / Double(itemCount * answerCount)).squareRoot()
  }

  /// The part that comes of which items were asked, which no number of answers makes smaller.
  package var dataError: Double { standardError(answers: .infinity) }

  /// The standard error that the mean would have with so many answers to each of the items.
  package func standardError(answers: Double) -> Double {
    ((max(0, dataVariance) + predictionVariance / answers) / Double(itemCount)).squareRoot()
  }
}
