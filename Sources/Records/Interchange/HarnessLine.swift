import Files
import Manifests
import Scoring

/// A line of the harness's samples: what was asked and answered, with what is needed to score it.
struct HarnessLine {
  /// The line's number, from 1.
  let number: Int
  /// The prompt of each request.
  let prompts: [String]
  /// What the row of the line asks.
  let document: Document
  /// Its response.
  let answered: SampleResult.Response
  /// Tokens that were cut off the prompt; 0 unless this program wrote the line.
  let truncatedTokens: Int
  /// The response as one text, which the filter `none` takes.
  let response: String
  /// What the line's filter took; nil where the line does not say it.
  let filtered: String?
  /// The hashes of document, prompt and target; nil where the line lacks one.
  let hash: String?
  /// Names of hashes that are wrong.
  let wrongHashes: [String]

  /// Whether another line of the document asks the same and has the same response.
  func hasSameRequests(as other: HarnessLine) -> Bool {
    prompts.elementsEqual(other.prompts) { $0.utf8.elementsEqual($1.utf8) }
      && document == other.document
      && response.utf8.elementsEqual(other.response.utf8)
  }

  /// The sample, scored by this program.
  func sample(
    task: EvaluationTask, documentIndex: Int, path: String, tools: LanguageTools?
  ) throws -> SampleResult {
    do {
      return try SampleResult(
        task: task, documentIndex: documentIndex, prompt: prompts[0], target: document.target,
        source: document.source, response: answered, truncatedTokens: truncatedTokens, tools: tools)
    } catch let error as EvaluationError {
      throw InterchangeError(
        .damaged, "Line \(number) of \(path) cannot be scored: \(error.message)")
    }
  }
}

/// Reads the lines of one samples file.
struct HarnessLineReader {
  /// The file, as error messages call it.
  let path: String
  /// The task.
  let task: EvaluationTask
  /// The text that ends a generation besides the task's stop strings, if it is known.
  let endOfSequence: String?

  /// The content of a line.
  ///
  /// - Throws: ``InterchangeError`` `damaged` with the line and what is wrong with it.
  func line(_ object: JSON.Object, document index: Int, number: Int) throws -> HarnessLine {
    guard index >= 0 else { throw damaged(number, "doc_id is \(index), below 0") }
    let row = SampleRow(object)
    func field(_ field: SampleField) -> JSON? { row.fields.first { $0.key == field }?.value }
    guard let doc = field(.document), doc.objectValue != nil else {
      throw damaged(number, "there is no object \"doc\" with the row of the data set")
    }
    let document: Document
    do {
      document = try task.document(ofOriginalRow: doc)
    } catch let error as EvaluationError {
      throw damaged(number, "\"doc\" is no row of \(task.name): \(error.message)")
    }
    let target = HarnessSampleLines.target(of: document, task)
    guard let found = field(.target)?.stringValue, found.utf8.elementsEqual(target.utf8) else {
      throw damaged(
        number,
        "the target is \(field(.target).map(English.shown) ?? "missing"), but that of its row is \(English.shown(.string(target)))"
      )
    }
    let requests = try requests(field(.arguments), number)
    let responses = field(.responses)?.arrayValue ?? []
    guard responses.count == requests.count, !responses.isEmpty else {
      throw damaged(
        number, "there are \(responses.count) \"resps\" to \(requests.count) \"arguments\"")
    }
    let prompts = requests.map(\.prompt)
    let first = try responses.map { response in
      guard let first = response.arrayValue?.first else {
        throw damaged(number, "\"resps\" must hold a list of responses to each request")
      }
      return first
    }
    let additions = JSON.object(object)["replicate"]
    let answered: SampleResult.Response
    switch document.answer {
    case .choice(let choices, _):
      let (delimiter, scored) = try self.choices(
        choices, followedBy: choices, "the choice", requests, first, additions, number)
      try requireOnePrompt(requests, number)
      answered = .choices(scored, delimiter: delimiter)
    case .blank(let choices, _, let rest):
      let (delimiter, scored) = try self.choices(
        choices, followedBy: choices.map { _ in rest }, "the text", requests, first, additions,
        number)
      try requireBlanks(choices, requests, number)
      answered = .blank(scored, prompts: prompts, rest: rest, delimiter: delimiter)
    case .passage(let text):
      let (delimiter, scored) = try self.choices(
        [text], followedBy: [text], "the text", requests, first, additions, number)
      guard let tokenCount = additions?["tokens"]?.integerValue, tokenCount > 0,
        let divergence = additions?["kl_from_base"]?.exactValue, divergence.isFinite
      else {
        throw damaged(
          number, "\"replicate\" must tell the number of tokens and the divergence from the base")
      }
      answered = .passage(
        SampleResult.ScoredPassage(
          choice: scored[0], tokenCount: tokenCount, divergence: divergence), delimiter: delimiter)
    case .text, .instructions: answered = try generation(requests, first, additions, number)
    }
    let filtered = field(.filteredResponses)?.arrayValue
    let hashes = try self.hashes(object, doc: doc, prompt: prompts[0], target: target, number)
    return HarnessLine(
      number: number, prompts: prompts, document: document, answered: answered,
      truncatedTokens: max(0, additions?["truncated_tokens"]?.integerValue ?? 0),
      response: try text(first, number), filtered: try filtered.map { try text($0, number) },
      hash: hashes.all, wrongHashes: hashes.wrong)
  }

  /// The error that a line is wrong.
  func damaged(_ number: Int, _ problem: String) -> InterchangeError {
    InterchangeError(.damaged, "Line \(number) of \(path): \(problem).")
  }

  // MARK: - Scores and hashes

  /// The scores of a line; those that it lacks are left out.
  ///
  /// - Throws: ``InterchangeError`` `damaged` when it has none of the task's, or one that is no score.
  func scores(
    _ object: JSON.Object, filter: AnswerFilter, number: Int
  ) throws -> [SampleResult.Score] {
    let scores = try task.metrics.compactMap { metric -> SampleResult.Score? in
      guard let value = object[metric.rawValue] else { return nil }
      let values = (value.arrayValue ?? [value]).map {
        $0.doubleValue ?? $0.boolValue.map { $0 ? 1 : 0 }
      }
      guard !values.contains(nil), metric.isPerInstruction == (value.arrayValue != nil) else {
        throw damaged(number, "\(metric.rawValue) is \(English.shown(value)), not a score")
      }
      return SampleResult.Score(metric: metric, filter: filter, values: values.compactMap(\.self))
    }
    guard !scores.isEmpty else {
      let names = task.metrics.map(\.rawValue).joined(separator: ", ")
      throw damaged(number, "there is none of the scores of \(task.name) (\(names))")
    }
    return scores
  }

  private func hashes(
    _ object: JSON.Object, doc: JSON, prompt: String, target: String, _ number: Int
  ) throws -> (all: String?, wrong: [String]) {
    var all = ""
    var isComplete = true
    var wrong: [String] = []
    let sources = [
      ("doc_hash", PythonJSON.indented(doc)), ("prompt_hash", prompt), ("target_hash", target),
    ]
    for (name, source) in sources {
      guard let hash = object[name] else {
        isComplete = false
        continue
      }
      guard let text = hash.stringValue else { throw damaged(number, "\(name) is no text") }
      all += text
      if SHA256.digest(of: source).hex != text { wrong.append(name) }
    }
    return (isComplete ? all : nil, wrong)
  }
}
