import Evaluation
import Files

/// A line of the harness's samples: what was asked and answered, with what is needed to score it.
struct HarnessLine {
  /// The line's number, from 1.
  let number: Int
  /// The prompt.
  let prompt: String
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
    prompt.utf8.elementsEqual(other.prompt.utf8) && document == other.document
      && response.utf8.elementsEqual(other.response.utf8)
  }

  /// The sample, scored by this program.
  func sample(
    task: EvaluationTask, documentIndex: Int, path: String, tools: LanguageTools?
  ) throws -> SampleResult {
    do {
      return try SampleResult(
        task: task, documentIndex: documentIndex, prompt: prompt, target: document.target,
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
    let prompt = requests[0].prompt
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
      answered = try self.choices(choices, requests, first, additions, number)
    case .text, .instructions: answered = try generation(requests, first, additions, number)
    }
    let filtered = field(.filteredResponses)?.arrayValue
    let hashes = try self.hashes(object, doc: doc, prompt: prompt, target: target, number)
    return HarnessLine(
      number: number, prompt: prompt, document: document, answered: answered,
      truncatedTokens: max(0, additions?["truncated_tokens"]?.integerValue ?? 0),
      response: try text(first, number), filtered: try filtered.map { try text($0, number) },
      hash: hashes.all, wrongHashes: hashes.wrong)
  }

  /// The error that a line is wrong.
  func damaged(_ number: Int, _ problem: String) -> InterchangeError {
    InterchangeError(.damaged, "Line \(number) of \(path): \(problem).")
  }

  // MARK: - Requests and responses

  private struct Request {
    let prompt: String
    let second: JSON
  }

  private func requests(_ field: JSON?, _ number: Int) throws -> [Request] {
    let requests = try (field?.arrayValue ?? []).map { request in
      guard let parts = request.arrayValue, parts.count >= 2, let prompt = parts[0].stringValue
      else {
        throw damaged(number, "\"arguments\" must hold the prompt of each request and what follows")
      }
      return Request(prompt: prompt, second: parts[1])
    }
    guard let first = requests.first,
      requests.allSatisfy({ $0.prompt.utf8.elementsEqual(first.prompt.utf8) })
    else {
      throw damaged(number, "\"arguments\" must hold one or more requests with one prompt")
    }
    return requests
  }

  private func choices(
    _ choices: [String], _ requests: [Request], _ responses: [JSON], _ additions: JSON?,
    _ number: Int
  ) throws -> SampleResult.Response {
    guard choices.count == requests.count else {
      throw damaged(
        number, "\(requests.count) choices were scored, but the row has \(choices.count)")
    }
    var delimiter: String?
    var scored: [SampleResult.ScoredChoice] = []
    for (index, choice) in choices.enumerated() {
      let continuation = Array(requests[index].second.stringValue?.utf8 ?? "".utf8)
      let own = continuation.count - choice.utf8.count
      guard own >= 0, continuation[own...].elementsEqual(choice.utf8) else {
        throw damaged(
          number,
          "request \(index) continues with \(English.shown(requests[index].second)), not with the choice \(English.shown(.string(choice)))"
        )
      }
      let found = String(decoding: continuation[..<own], as: UTF8.self)
      guard found == delimiter ?? found else {
        throw damaged(number, "choices follow the prompt with different texts between")
      }
      delimiter = found
      let parts = responses[index].arrayValue ?? []
      guard parts.count == 2, let value = parts[0].stringValue.flatMap(Double.init),
        let isGreedy = ["True": true, "False": false][parts[1].stringValue ?? ""]
      else {
        throw damaged(
          number,
          "the response to request \(index) must be a log-likelihood and whether it is greedy")
      }
      guard value.isFinite else {
        throw damaged(number, "the log-likelihood of choice \(index) is \(value), not a number")
      }
      scored.append(
        SampleResult.ScoredChoice(text: choice, logLikelihood: value, isGreedy: isGreedy))
    }
    if let exact = additions?["log_likelihoods"]?.arrayValue,
      exact.map(\.exactValue) != scored.map(\.logLikelihood)
    {
      throw damaged(number, "\"resps\" and the exact log-likelihoods beside them disagree")
    }
    return .choices(scored, delimiter: delimiter ?? "")
  }

  private func generation(
    _ requests: [Request], _ responses: [JSON], _ additions: JSON?, _ number: Int
  ) throws -> SampleResult.Response {
    guard requests.count == 1, let text = responses[0].stringValue else {
      throw damaged(number, "a generated text must be the response to one request")
    }
    let settings = requests[0].second
    let until = additions?["until"] ?? settings["until"]
    var stops = until?.arrayValue?.compactMap(\.stringValue) ?? []
    if let stop = until?.stringValue { stops = [stop] }
    if additions?["until"] == nil, let endOfSequence,
      !stops.contains(where: { $0.utf8.elementsEqual(endOfSequence.utf8) })
    {
      stops.append(endOfSequence)
    }
    let maximum = (additions ?? settings)["max_gen_toks"]?.integerValue
    return .generation(
      text, stopStrings: stops,
      maximumNewTokens: maximum ?? EvaluationTask.defaultMaximumNewTokens)
  }

  /// Responses as one text: the generated text, or the likelihoods as they stand in the file.
  private func text(_ responses: [JSON], _ number: Int) throws -> String {
    guard task.isGenerative else { return PythonJSON.line(.array(responses)) }
    guard let text = responses.first?.stringValue else {
      throw damaged(number, "\"filtered_resps\" must hold a text")
    }
    return text
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
