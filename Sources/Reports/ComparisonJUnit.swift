import Files
package import Records

/// A comparison of models as JUnit XML, as continuous integration reads test results.
package enum ComparisonJUnit {
  /// One test suite for each model, with a test case for each task.
  ///
  /// A task fails by the comparison's rule only. What cannot be told is skipped; what the reference has scores of, and the
  /// model not, is an error.
  ///
  /// - Parameters:
  ///   - comparison: what is reported.
  ///   - seconds: how long it took.
  ///   - timestamp: when it ended, as in "2026-01-31T12:00:00Z".
  /// - Returns: the text of the file.
  package static func text(
    _ comparison: ModelComparison, seconds: Double, timestamp: String
  ) -> String {
    let suites = comparison.pairs.map { pair in
      (pair: pair, cases: cases(pair, comparison))
    }
    let time = Decimals.fixed(seconds, 3)
    let lines = suites.flatMap { suite -> [String] in
      let name = LadderJUnit.escaped("\(suite.pair.model) against \(comparison.reference)")
      let opening =
        "  <testsuite name=\"\(name)\" \(counts(suite.cases)) time=\"\(time)\" timestamp=\"\(LadderJUnit.escaped(timestamp))\">"
      return [opening] + suite.cases.map(element) + ["  </testsuite>"]
    }
    let all = suites.flatMap(\.cases)
    return
      ([
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<testsuites \(counts(all)) time=\"\(time)\">",
      ]
      + lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  private enum Outcome: String {
    case passed, failure, error, skipped
  }

  private struct Case {
    let suite: String
    let name: String
    let outcome: Outcome
    let message: String
  }

  private static func cases(
    _ pair: ModelComparison.Pair, _ comparison: ModelComparison
  ) -> [Case] {
    let rows = pair.primary.map { row -> Case in
      let outcome: Outcome =
        comparison.isFailure(row)
        ? .failure : row.judgement == .undecided ? .skipped : .passed
      let p = English.short(row.adjustedPValue ?? row.pValue)
      return Case(
        suite: row.task, name: row.metric, outcome: outcome,
        message:
          "\(pair.model) against \(comparison.reference): \(row.judgement.rawValue), \(ModelComparison.signed(row.difference, row)), p \(p) after correction, n \(row.count)."
      )
    }
    let missing = pair.leftOut.filter(\.isMissing).map {
      Case(suite: $0.task, name: $0.metric ?? "samples", outcome: .error, message: $0.why)
    }
    return rows + missing
  }

  private static func counts(_ cases: [Case]) -> String {
    func count(_ outcome: Outcome) -> Int { cases.count { $0.outcome == outcome } }
    return
      "tests=\"\(cases.count)\" failures=\"\(count(.failure))\" errors=\"\(count(.error))\" skipped=\"\(count(.skipped))\""
  }

  private static func element(_ test: Case) -> String {
    let opening =
      "    <testcase classname=\"\(LadderJUnit.escaped(test.suite))\" name=\"\(LadderJUnit.escaped(test.name))\" time=\"0.000\""
    let message = "message=\"\(LadderJUnit.escaped(test.message))\""
    switch test.outcome {
    case .passed: return "\(opening)/>"
    case .skipped: return "\(opening)><skipped \(message)/></testcase>"
    case .failure, .error:
      let name = test.outcome.rawValue
      return "\(opening)><\(name) type=\"\(name)\" \(message)/></testcase>"
    }
  }
}
