import Files
import Manifests
import Scoring

/// The lines of a task's samples file.
struct HarnessSampleLines {
  /// A line before it is written.
  struct Line {
    /// The object.
    let content: JSON
    /// The hashes of document, prompt and target, one after the other.
    let hashes: String
  }

  /// The task.
  let task: EvaluationTask
  /// All rows of the evaluation split.
  let rows: [JSON]
  /// Most tokens that are generated, where the user said so.
  let maximumNewTokens: Int?

  /// The line of a document and one of the task's filters.
  ///
  /// - Throws: ``InterchangeError`` `invalidRow` when there is no row for the sample, or another document's.
  func line(of sample: SampleResult, filter: AnswerFilter) throws -> Line {
    let (row, document) = try row(of: sample)
    let target = Self.target(of: document, task)
    let hashes = [
      SHA256.digest(of: PythonJSON.indented(row)), SHA256.digest(of: sample.prompt),
      SHA256.digest(of: target),
    ].map(\.hex)
    let responses = Self.responses(sample.response)
    var line = JSON.Object()
    line["doc_id"] = JSON(sample.documentIndex)
    line["doc"] = row
    line["target"] = .string(target)
    line["arguments"] = arguments(of: sample)
    line["resps"] = .array(responses.map(JSON.array))
    line["filtered_resps"] = .array(Self.filtered(responses, sample, filter))
    line["filter"] = .string(filter.rawValue)
    line["metrics"] = .array(task.metrics.map { .string($0.rawValue) })
    for (key, hash) in zip(["doc_hash", "prompt_hash", "target_hash"], hashes) {
      line[key] = .string(hash)
    }
    for score in sample.scores where score.filter == filter {
      line[score.metric.rawValue] = value(of: score)
    }
    line["replicate"] = Self.additions(sample)
    return Line(content: .object(line), hashes: hashes.joined())
  }

  /// What the harness calls the target of a document.
  static func target(of document: Document, _ task: EvaluationTask) -> String {
    switch (task.answer, document.answer) {
    // Where the target is no position, it is the word itself, the text that is scored, or what no score reads.
    case (.words, .choice(let choices, let goldIndex)): choices[goldIndex]
    case (_, .blank(_, _, let rest)): rest
    case (.instructions, _): "0"
    default: document.target
    }
  }

  /// The row of a sample, with the columns that the harness's preparation adds, and its document.
  private func row(of sample: SampleResult) throws -> (JSON, Document) {
    let index = sample.documentIndex
    guard rows.indices.contains(index), var row = rows[index].objectValue else {
      throw InterchangeError(
        .invalidRow,
        "There is no row of the document \(index) of \(task.name): \(rows.count) rows were given.")
    }
    let document: Document
    do {
      document = try task.document(ofOriginalRow: rows[index])
      if task.harness.processDocs != nil {
        for (column, value) in try task.addedColumns(ofOriginalRow: rows[index]) {
          row[column] = value
        }
      }
    } catch let error as EvaluationError {
      throw InterchangeError(
        .invalidRow,
        "The row of the document \(index) of \(task.name) lacks the original columns: \(error.message)"
      )
    }
    guard document.target.utf8.elementsEqual(sample.target.utf8) else {
      throw InterchangeError(
        .invalidRow,
        "The row that was given for the document \(index) of \(task.name) has another answer than its sample."
      )
    }
    return (.object(row), document)
  }

  /// The requests, as `gen_args_0`, `gen_args_1` and so on.
  private func arguments(of sample: SampleResult) -> JSON {
    let requests: [(prompt: String, second: JSON)] =
      switch sample.response {
      case .choices(let choices, let delimiter):
        choices.map { (sample.prompt, .string(delimiter + $0.text)) }
      case .blank(_, let prompts, let rest, let delimiter):
        prompts.map { ($0, .string(delimiter + rest)) }
      case .passage(let passage, let delimiter):
        [(sample.prompt, .string(delimiter + passage.choice.text))]
      case .generation:
        [
          (
            sample.prompt,
            task.generationArguments(maximum: maximumNewTokens).map(JSON.object) ?? .null
          )
        ]
      }
    var arguments = JSON.Object()
    for (index, request) in requests.enumerated() {
      arguments["gen_args_\(index)"] = ["arg_0": .string(request.prompt), "arg_1": request.second]
    }
    return .object(arguments)
  }

  /// What came back from each request, each time that it was repeated, as texts.
  private static func responses(_ response: SampleResult.Response) -> [[JSON]] {
    if case .generation(let generation) = response { return [generation.texts.map(JSON.string)] }
    return response.choices.map {
      [[.string(PythonJSON.text(of: $0.logLikelihood)), .string(PythonJSON.text(of: $0.isGreedy))]]
    }
  }

  /// The harness's filters take the first response to each request.
  private static func filtered(
    _ responses: [[JSON]], _ sample: SampleResult, _ filter: AnswerFilter
  ) -> [JSON] {
    sample.answers.first { $0.filter == filter }.map { [.string($0.texts[0])] }
      ?? responses.map { $0[0] }
  }

  /// A score as the harness's metric returns it: floats, but integers for AIME and booleans for IFEval.
  private func value(of score: SampleResult.Score) -> JSON {
    switch score.metric {
    case .accuracy, .normalizedAccuracy, .natsPerToken, .bitsPerByte, .divergenceFromBase:
      .number(score.values[0])
    case .exactMatch:
      task.comparison == .mathematical ? JSON(Int(score.values[0])) : .number(score.values[0])
    case .promptStrictAccuracy, .promptLooseAccuracy: .bool(score.values[0] == 1)
    case .instructionStrictAccuracy, .instructionLooseAccuracy:
      .array(score.values.map { .bool($0 == 1) })
    }
  }

  /// What this program records of a document and the harness does not.
  private static func additions(_ sample: SampleResult) -> JSON {
    var additions = JSON.Object()
    additions["truncated_tokens"] = JSON(sample.truncatedTokens)
    switch sample.response {
    case .choices(let choices, _), .blank(let choices, _, _, _):
      additions["log_likelihoods"] = .array(choices.map { .exact($0.logLikelihood) })
    case .passage(let passage, _):
      additions["log_likelihoods"] = [.exact(passage.choice.logLikelihood)]
      additions["tokens"] = JSON(passage.tokenCount)
      additions["kl_from_base"] = .exact(passage.divergence)
    case .generation(let generation):
      additions["until"] = .array(generation.stopStrings.map(JSON.string))
      additions["max_gen_toks"] = JSON(generation.maximumNewTokens)
    }
    return .object(additions)
  }
}
