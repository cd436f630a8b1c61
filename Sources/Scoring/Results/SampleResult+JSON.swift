import Files
import Foundation

extension SampleResult {
  /// The sample as one line of JSON, without a line feed: fixed order of keys, floats that parse back to the same bits.
  package var jsonLine: String {
    var line = JSONLine()
    line.object { line in
      line.key("task")
      line.string(task)
      line.key("document")
      line.number(documentIndex)
      line.key("prompt")
      line.string(prompt)
      line.key("target")
      line.string(target)
      if let source {
        line.key("source")
        line.string(source)
      }
      writeResponse(to: &line)
      line.key("truncated_tokens")
      line.number(truncatedTokens)
      line.key("scores")
      line.array(scores) { line, score in
        line.object { line in
          line.key("metric")
          line.string(score.metric.rawValue)
          line.key("filter")
          line.string(score.filter.rawValue)
          if score.metric.isPerInstruction {
            line.key("values")
            line.array(score.values) { line, value in line.number(value) }
          } else {
            line.key("value")
            line.number(score.values[0])
          }
        }
      }
    }
    return line.text
  }

  private func writeResponse(to line: inout JSONLine) {
    switch response {
    case .choices(let choices, let delimiter):
      line.key("delimiter")
      line.string(delimiter)
      write(choices, to: &line)
    case .blank(let choices, let prompts, let rest, let delimiter):
      line.key("prompts")
      line.array(prompts) { line, prompt in line.string(prompt) }
      line.key("delimiter")
      line.string(delimiter)
      line.key("rest")
      line.string(rest)
      write(choices, to: &line)
    case .passage(let passage, let delimiter):
      line.key("delimiter")
      line.string(delimiter)
      line.key("passage")
      write(passage.choice, to: &line)
      line.key("tokens")
      line.number(passage.tokenCount)
      line.key("kl_from_base")
      line.number(passage.divergence)
      line.key("kl_from_base_bits")
      line.string(SampleResult.bits(of: passage.divergence))
    case .generation(let text, let stopStrings, let maximumNewTokens):
      line.key("until")
      line.array(stopStrings) { line, stop in line.string(stop) }
      line.key("max_new_tokens")
      line.number(maximumNewTokens)
      line.key("response")
      line.string(text)
      line.key("answers")
      line.array(answers) { line, answer in
        line.object { line in
          line.key("filter")
          line.string(answer.filter.rawValue)
          line.key("text")
          line.string(answer.text)
        }
      }
    }
  }

  private func write(_ choices: [ScoredChoice], to line: inout JSONLine) {
    line.key("choices")
    line.array(choices) { line, choice in write(choice, to: &line) }
  }

  private func write(_ choice: ScoredChoice, to line: inout JSONLine) {
    line.object { line in
      line.key("text")
      line.string(choice.text)
      line.key("log_likelihood")
      line.number(choice.logLikelihood)
      line.key("log_likelihood_bits")
      line.string(Self.bits(of: choice.logLikelihood))
      line.key("is_greedy")
      line.bool(choice.isGreedy)
    }
  }

  /// The bits of a number, as 16 hexadecimal digits.
  fileprivate static func bits(of number: Double) -> String {
    let digits = String(number.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Reads what ``jsonLine`` writes; unknown keys are ignored.
  ///
  /// Recorded scores are taken as they stand: ``rescored(by:)`` computes them anew.
  ///
  /// - Throws: `invalidSample` when the line is not JSON, a key is missing or has the wrong type, a number and its
  ///   bits disagree.
  package init(jsonLine: some Sequence<UInt8>) throws {
    do {
      self = try JSONDecoder().decode(SampleResult.self, from: Data(jsonLine))
    } catch let error as DecodingError {
      throw EvaluationError(
        .invalidSample, "A line of samples cannot be read: \(Self.reason(for: error)).")
    }
  }

  private static func reason(for error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context):
      "the key \"\(key.stringValue)\" is missing at \"\(place(context))\""
    case .typeMismatch(let type, let context):
      "\"\(place(context))\" is not of the expected type \(type)"
    case .valueNotFound(_, let context): "\"\(place(context))\" is null"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is not valid JSON" : "\"\(place(context))\" has a value that is not allowed"
    @unknown default: "it does not have the form of a sample"
    }
  }
}

extension SampleResult: Decodable {
  private enum CodingKeys: String, CodingKey {
    case task
    case document
    case prompt
    case target
    case source
    case prompts
    case delimiter
    case rest
    case choices
    case passage
    case tokens
    case divergence = "kl_from_base"
    case divergenceBits = "kl_from_base_bits"
    case until
    case maximumNewTokens = "max_new_tokens"
    case response
    case answers
    case truncatedTokens = "truncated_tokens"
    case scores
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let prompt = try container.decode(String.self, forKey: .prompt)
    let response: Response
    let answers: [FilteredAnswer]
    if container.contains(.choices) {
      let choices = try container.decode([ScoredChoice].self, forKey: .choices)
      let delimiter = try container.decode(String.self, forKey: .delimiter)
      if container.contains(.rest) {
        let prompts = try container.decode([String].self, forKey: .prompts)
        guard let first = prompts.first, first.utf8.elementsEqual(prompt.utf8),
          prompts.count == choices.count
        else {
          throw DecodingError.dataCorruptedError(
            forKey: .prompts, in: container, debugDescription: "Every choice has one prompt.")
        }
        response = .blank(
          choices, prompts: prompts, rest: try container.decode(String.self, forKey: .rest),
          delimiter: delimiter)
      } else {
        response = .choices(choices, delimiter: delimiter)
      }
      answers = []
    } else if container.contains(.passage) {
      response = .passage(
        try Self.passage(container),
        delimiter: try container.decode(String.self, forKey: .delimiter)
      )
      answers = []
    } else {
      response = .generation(
        try container.decode(String.self, forKey: .response),
        stopStrings: try container.decode([String].self, forKey: .until),
        maximumNewTokens: try container.decode(Int.self, forKey: .maximumNewTokens))
      answers = try container.decode([FilteredAnswer].self, forKey: .answers)
    }
    self.init(
      task: try container.decode(String.self, forKey: .task),
      documentIndex: try container.decode(Int.self, forKey: .document),
      prompt: prompt,
      target: try container.decode(String.self, forKey: .target),
      source: try container.decodeIfPresent(String.self, forKey: .source),
      response: response,
      truncatedTokens: try container.decode(Int.self, forKey: .truncatedTokens),
      answers: answers,
      scores: try container.decode([Score].self, forKey: .scores))
  }

  private static func passage(
    _ container: KeyedDecodingContainer<CodingKeys>
  ) throws -> ScoredPassage {
    let divergence = try container.decode(Double.self, forKey: .divergence)
    guard divergence.isFinite,
      try container.decode(String.self, forKey: .divergenceBits) == bits(of: divergence)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .divergenceBits, in: container,
        debugDescription: "The number and its bits disagree.")
    }
    let tokenCount = try container.decode(Int.self, forKey: .tokens)
    guard tokenCount > 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .tokens, in: container, debugDescription: "A passage has tokens.")
    }
    return ScoredPassage(
      choice: try container.decode(ScoredChoice.self, forKey: .passage), tokenCount: tokenCount,
      divergence: divergence)
  }
}

extension SampleResult.ScoredChoice: Decodable {
  private enum CodingKeys: String, CodingKey {
    case text
    case logLikelihood = "log_likelihood"
    case bits = "log_likelihood_bits"
    case isGreedy = "is_greedy"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    text = try container.decode(String.self, forKey: .text)
    logLikelihood = try container.decode(Double.self, forKey: .logLikelihood)
    isGreedy = try container.decode(Bool.self, forKey: .isGreedy)
    guard logLikelihood.isFinite,
      try container.decode(String.self, forKey: .bits) == SampleResult.bits(of: logLikelihood)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .bits, in: container, debugDescription: "The number and its bits disagree.")
    }
  }
}

extension SampleResult.Score: Decodable {
  private enum CodingKeys: CodingKey {
    case metric
    case filter
    case value
    case values
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metric = try container.decode(Metric.self, forKey: .metric)
    filter = try container.decode(AnswerFilter.self, forKey: .filter)
    values =
      metric.isPerInstruction
      ? try container.decode([Double].self, forKey: .values)
      : [try container.decode(Double.self, forKey: .value)]
    guard values.allSatisfy(\.isFinite) else {
      throw DecodingError.dataCorruptedError(
        forKey: .value, in: container, debugDescription: "A score is not finite.")
    }
  }
}
