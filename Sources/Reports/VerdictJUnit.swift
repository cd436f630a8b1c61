import Files
package import Records

/// A judgement as JUnit XML, as continuous integration reads test results.
package enum VerdictJUnit {
  /// One test suite with a test case for each verdict.
  ///
  /// Required verdicts that diverged are failures, invalid ones and tampering errors, undecided ones skipped. What is not
  /// required never fails: it is skipped unless it agrees.
  ///
  /// - Parameters:
  ///   - judgement: what is reported.
  ///   - name: what was judged: the manifest's name.
  ///   - seconds: how long the run, or the comparison, took.
  ///   - timestamp: when it ended, as in "2026-01-31T12:00:00Z".
  ///   - strict: whether required verdicts that are undecided are failures.
  ///   - properties: what else is known of the run.
  /// - Returns: the text of the file.
  package static func text(
    _ judgement: Judgement, name: String, seconds: Double, timestamp: String,
    strict: Bool = false, properties: [(name: String, value: String)] = []
  ) -> String {
    let cases = cases(judgement, strict: strict)
    let counts =
      "tests=\"\(cases.count)\" failures=\"\(cases.count { $0.outcome == .failure })\" errors=\"\(cases.count { $0.outcome == .error })\" skipped=\"\(cases.count { $0.outcome == .skipped })\" time=\"\(Decimals.fixed(seconds, 3))\""
    let named =
      [
        (name: "status", value: judgement.status.rawValue),
        (name: "expectations", value: judgement.name),
      ] + (judgement.hasImports ? [(name: "results", value: Imported.notice)] : [])
      + (judgement.recordedNotice.map { [(name: "scores", value: $0)] } ?? [])
      + properties
    return
      ([
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(counts)>",
        "  <testsuite name=\"\(escaped(name))\" \(counts) timestamp=\"\(escaped(timestamp))\">",
        "    <properties>",
      ]
      + named.map {
        "      <property name=\"\(escaped($0.name))\" value=\"\(escaped($0.value))\"/>"
      } + ["    </properties>"] + cases.flatMap(element)
      + ["  </testsuite>", "</testsuites>", ""]).joined(separator: "\n")
  }

  /// How a test case comes out.
  private enum Outcome: String {
    case passed
    case failure
    case error
    case skipped
  }

  private struct Case {
    let suite: String
    let name: String
    let outcome: Outcome
    let type: String
    let message: String
  }

  private static func cases(_ judgement: Judgement, strict: Bool) -> [Case] {
    let verdicts = judgement.verdicts.map { verdict -> Case in
      let (suite, name) = names(verdict)
      let isOptional = !verdict.isRequired && verdict.status > .consistent
      let message = isOptional ? "Not required: \(verdict.why)" : verdict.why
      return Case(
        suite: suite, name: name,
        outcome: isOptional ? .skipped : outcome(verdict.status, strict: strict),
        type: verdict.status.rawValue, message: message)
    }
    let tampering = judgement.tampering.enumerated().map { index, sentence in
      Case(
        suite: "lock", name: "lock \(index + 1)", outcome: .error,
        type: Verdict.Status.tampered.rawValue, message: sentence)
    }
    // An empty comparison has to be seen too.
    let isEmpty = !judgement.isEvaluated || judgement.required.isEmpty
    let empty = Case(
      suite: "replication", name: "evaluated", outcome: .error,
      type: Verdict.Status.invalid.rawValue, message: judgement.why)
    return tampering + verdicts + (isEmpty && tampering.isEmpty ? [empty] : [])
  }

  private static func names(_ verdict: Verdict) -> (suite: String, name: String) {
    switch verdict.subject {
    case .results: ("results", "digest")
    case .cell: (VerdictText.names(verdict).row, VerdictText.names(verdict).arm)
    case .claim: ("claims", verdict.id)
    }
  }

  private static func outcome(_ status: Verdict.Status, strict: Bool) -> Outcome {
    switch status {
    case .reproduced, .consistent: .passed
    case .inconclusive, .untestable, .skipped: strict ? .failure : .skipped
    case .diverged: .failure
    case .invalid, .tampered: .error
    }
  }

  private static func element(_ test: Case) -> [String] {
    let opening =
      "    <testcase classname=\"\(escaped(test.suite))\" name=\"\(escaped(test.name))\" time=\"0.000\""
    let message = escaped("\(test.type): \(test.message)")
    let content: String
    switch test.outcome {
    case .passed: return ["\(opening)/>"]
    case .skipped: content = "<skipped message=\"\(message)\"/>"
    case .failure, .error:
      content =
        "<\(test.outcome.rawValue) type=\"\(test.type)\" message=\"\(message)\"/>"
    }
    return ["\(opening)>", "      \(content)", "    </testcase>"]
  }

  private static func escaped(_ text: String) -> String { LadderJUnit.escaped(text) }
}
