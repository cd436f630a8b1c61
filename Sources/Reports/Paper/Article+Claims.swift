import Files
import Manifests
import Records
import Scoring

extension Article {
  /// A claim with what was found of it, and how a sentence tells it.
  struct JudgedClaim {
    let article: Article
    let claim: DocumentedResults.Claim
    let verdict: Verdict
    /// Its place among all verdicts.
    let index: Int
  }

  /// The claims, in the order in which they were made.
  var claims: [JudgedClaim] {
    guard let check = evidence.check else { return [] }
    return check.judgement.verdicts.enumerated().compactMap { index, verdict in
      check.expectations.results.claims.first { $0.id == verdict.id && verdict.subject == .claim }
        .map { JudgedClaim(article: self, claim: $0, verdict: verdict, index: index) }
    }
  }
}

extension Article.JudgedClaim {
  /// Whether something was found, for or against it.
  var isDecided: Bool { verdict.status == .consistent || verdict.status == .diverged }

  /// The claim in the words of whoever wrote it down, as a part of a sentence.
  private var words: PaperText {
    let end = claim.statement.hasSuffix(".") ? 1 : 0
    return "“\(fact(String(claim.statement.dropLast(end)), "statement", at: "title"))”"
  }

  /// The claim, and whose it is.
  var statement: PaperText {
    "\(words)\(source)\(verdict.isRequired ? "" : " (not required)")"
  }

  /// The work that claims it, or else the title of the source.
  private var source: PaperText {
    let sources = article.evidence.check?.expectations.results.sources ?? []
    guard let source = sources.first(where: { $0.name == claim.source }) else { return "" }
    if source.location.contains("2601.02151") { return " \(cite: .eaft)" }
    if source.location.contains("axolotl-ai-co/eaft") { return " \(cite: .axolotl)" }
    return " (\(fact(source.title, "source", at: "source")))"
  }

  var status: Fact { fact(verdict.status.rawValue, "status", at: "status") }

  /// Whether the claim holds and what decides that, in one sentence.
  var summary: PaperText {
    let row = verdict.findings.firstIndex(of: verdict.decisive) ?? 0
    let found = found(row)
    switch verdict.status {
    case .reproduced, .consistent: return "\(words) holds here: \(found)."
    case .inconclusive: return "\(words) is left open: \(found)\(outlook(row))."
    case .untestable: return "\(words) could not be decided by this run: \(found)."
    case .skipped: return "\(words) was not computed in full: \(found)."
    case .diverged: return "\(words) does not hold here: \(found)."
    case .invalid, .tampered: return "\(words) cannot be held against these results: \(found)."
    }
  }

  /// What was found in each row and what that says of the claim, as a sentence without its first words.
  var findings: PaperText {
    let clauses = verdict.findings.enumerated().map { row, finding -> PaperText in
      let found = found(row)
      switch finding.status {
      case .reproduced, .consistent: return "\(found), as claimed"
      case .inconclusive: return "\(found), which leaves the claim open\(outlook(row))"
      case .untestable: return "\(found), so that this run could not decide it"
      case .skipped: return "\(found), so that it was not computed in full"
      case .diverged: return "\(found), which contradicts the claim"
      case .invalid, .tampered: return "\(found), which cannot be held against the claim"
      }
    }
    return "\(PaperText(clauses, separator: "; "))."
  }

  /// What would have been noticed, as the end of a sentence.
  private func outlook(_ row: Int) -> PaperText {
    let finding = verdict.findings[row]
    guard let smallest = finding.smallestDetectable, !isRatio else { return "" }
    let text = Decimals.fixed(smallest, finding.digits) + unit(finding)
    let value = fact(
      text, "detectable", row: row, at: "findings/\(row)/smallest_detectable_effect")
    return " (a difference of \(value) would be noticed four times in five)"
  }

  /// The estimate with its interval and p value; where nothing was tested, why not.
  private func found(_ row: Int) -> PaperText {
    let finding = verdict.findings[row]
    guard finding.observed != nil, let test = finding.test else { return why(row) }
    let estimate = estimate(row)
    let numbers: PaperText
    if let interval = interval(row) {
      numbers =
        "\(interval.level) % interval \(interval.lower) to \(interval.upper), \(math: "p") \(p(row, test))"
    } else {
      numbers = "\(math: "p") \(p(row, test))"
    }
    let on = finding.row.map { article.row($0) }
    let place: PaperText = on.map { "on \($0), " } ?? ""
    switch claim.test {
    case .better(let first, let second, _, _), .worse(let first, let second, _, _),
      .notBetter(let first, let second, _, _), .equivalent(let first, let second, _, _),
      .retained(let first, let second, _, _):
      return
        "\(place)\(article.arm(first)) minus \(article.arm(second)) is \(estimate) (\(numbers))"
    case .ratio(let first, let second, _, _):
      return
        "\(place)\(article.arm(first)) comes to \(estimate) times \(article.arm(second)) (\(numbers))"
    case .frontier(let first, let others, _, let gain, _):
      return
        "\(place)at equal \(article.row(gain)), \(article.arm(first)) minus \(PaperText.list(others.map(article.arm))) is \(estimate) (\(numbers))"
    case .noneCorrect, .untestable: return why(row)
    }
  }

  /// The reason in the words of the judgement, without its full stop.
  private func why(_ row: Int) -> PaperText {
    let sentence = verdict.findings[row].why
    let words = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    return "\(fact(words, "why", row: row, at: "findings/\(row)/why"))"
  }

  // MARK: - Numbers

  /// The value that the claim is about, with its unit.
  func estimate(_ row: Int) -> Fact {
    let finding = verdict.findings[row]
    let value = finding.observed ?? .nan
    let text = isRatio ? Decimals.fixed(value, 3) : Decimals.signed(value, finding.digits)
    return fact(text + unit(finding), "estimate", row: row, at: "findings/\(row)/observed")
  }

  private var isRatio: Bool {
    if case .ratio = claim.test { true } else { false }
  }

  private func unit(_ finding: Finding) -> String {
    guard !isRatio, let metric = finding.row?.metric else { return "" }
    let unit = DocumentedResults.Unit(.init(metric: metric))
    return unit.isShare ? "" : " \(unit.rawValue)"
  }

  /// The interval of the value.
  func interval(_ row: Int) -> (level: Fact, lower: Fact, upper: Fact)? {
    let finding = verdict.findings[row]
    guard let interval = finding.test?.interval else { return nil }
    func limit(_ value: Double, _ name: String) -> Fact {
      let text = isRatio ? Decimals.fixed(value, 3) : Decimals.signed(value, finding.digits)
      return fact(text, name, row: row, at: "findings/\(row)/test/interval/\(name)")
    }
    return (
      fact(
        Decimals.fixed(100 * interval.level, 0), "level", row: row,
        at: "findings/\(row)/test/interval/level"), limit(interval.lower, "lower"),
      limit(interval.upper, "upper")
    )
  }

  /// The p value after correction for the other claims, with its relation: "= 0.012".
  func p(_ row: Int, _ test: SignificanceTest) -> Fact {
    fact(
      Self.p(test.adjustedPValue), "p", row: row, at: "findings/\(row)/test/p_adjusted")
  }

  static func p(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : "= \(Decimals.fixed(value, value < 0.01 ? 4 : 3))"
  }

  /// What the value is held against, as a table shows it.
  var criterion: String {
    switch claim.test {
    case .better(_, _, let least, _): least.map { "better by \($0)" } ?? "better"
    case .worse(_, _, let least, _): least.map { "worse by \($0)" } ?? "worse"
    case .notBetter(_, _, _, let margin): "not better by \(margin)"
    case .equivalent(_, _, _, let margin): "the same within \(margin)"
    case .retained: "loses less"
    case .ratio(_, _, let below, _): "below \(below)"
    case .frontier(_, _, _, _, let least): least == 0 ? "better" : "better by \(least)"
    case .noneCorrect: "none right"
    case .untestable: "–"
    }
  }

  func fact(_ text: String, _ name: String, row: Int = 0, at place: String) -> Fact {
    let key = verdict.findings.count > 1 && row > 0 ? "\(name).\(row + 1)" : name
    return article.fact(text, "claim", verdict.id, key, at: "judgement/verdicts/\(index)/\(place)")
  }
}

extension Finding {
  /// Decimals that tell the values of the row apart.
  var digits: Int {
    row.map { DocumentedResults.Unit(.init(metric: $0.metric)).isShare } == true ? 4 : 3
  }
}

extension Article {
  /// A row as a sentence calls it: "acc of mmlu".
  func row(_ name: DocumentedResults.RowName) -> Fact {
    fact(
      "\(name.plainMetric) of \(name.task)", "row", name.task, name.plainMetric,
      at: "manifest.yaml: evaluation.tasks")
  }
}
