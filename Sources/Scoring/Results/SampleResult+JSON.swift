import Files

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
          if score.metric.isPerInstruction || isSampled {
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
    case .generation(let generation):
      line.key("until")
      line.array(generation.stopStrings) { line, stop in line.string(stop) }
      line.key("max_new_tokens")
      line.number(generation.maximumNewTokens)
      write(generation, to: &line)
      line.key("answers")
      line.array(answers) { line, answer in
        line.object { line in
          line.key("filter")
          line.string(answer.filter.rawValue)
          line.key(isSampled ? "texts" : "text")
          if isSampled {
            line.array(answer.texts) { line, text in line.string(text) }
          } else {
            line.string(answer.texts[0])
          }
        }
      }
    }
  }

  /// Whether the line says how texts were chosen, and has a list wherever there is something for each of them.
  private var isSampled: Bool {
    if case .generation(let generation) = response { generation.sampling != nil } else { false }
  }

  private func write(_ generation: Generation, to line: inout JSONLine) {
    guard let sampling = generation.sampling else {
      line.key("response")
      line.string(generation.texts[0])
      return
    }
    line.key("sampling")
    line.object { line in
      line.key("temperature")
      line.number(sampling.temperature)
      guard !sampling.isGreedy else { return }
      line.key("top_p")
      line.number(sampling.topP)
      line.key("seed")
      line.number(Int(sampling.seed))
    }
    line.key("responses")
    line.array(generation.texts) { line, text in line.string(text) }
    line.key("cut_off")
    line.array(generation.areCutOff) { line, isCutOff in line.bool(isCutOff) }
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
    do throws(FileError) {
      let source = "A line of samples cannot be read"
      self = try SampleResult(
        JSONField(try JSONParser.parse(Array(jsonLine), source: source), source: source))
    } catch {
      throw EvaluationError(.invalidSample, error.message)
    }
  }

  private init(_ line: JSONField) throws(FileError) {
    let prompt = try line["prompt"].string()
    let response: Response
    let answers: [FilteredAnswer]
    if line["choices"].value != nil {
      let choices = try line["choices"].elements().map(ScoredChoice.init)
      let delimiter = try line["delimiter"].string()
      if line["rest"].value != nil {
        let prompts = try line["prompts"].strings()
        guard let first = prompts.first, first.utf8.elementsEqual(prompt.utf8),
          prompts.count == choices.count
        else {
          throw line["prompts"].failure("a prompt for each choice, the first of them the line's")
        }
        response = .blank(
          choices, prompts: prompts, rest: try line["rest"].string(), delimiter: delimiter)
      } else {
        response = .choices(choices, delimiter: delimiter)
      }
      answers = []
    } else if line["passage"].value != nil {
      response = .passage(try ScoredPassage(line), delimiter: try line["delimiter"].string())
      answers = []
    } else {
      let generation = try Generation(line)
      response = .generation(generation)
      answers = try line["answers"].elements().map { answer throws(FileError) in
        let texts =
          generation.sampling == nil
          ? [try answer["text"].string()] : try answer["texts"].strings()
        guard texts.count == generation.texts.count else {
          throw answer["texts"].failure("a text for each response")
        }
        return FilteredAnswer(filter: try answer["filter"].named(AnswerFilter.self), texts: texts)
      }
    }
    self.init(
      task: try line["task"].string(), documentIndex: try line["document"].integer(),
      prompt: prompt, target: try line["target"].string(),
      source: line["source"].isNull ? nil : try line["source"].string(), response: response,
      truncatedTokens: try line["truncated_tokens"].integer(), answers: answers,
      scores: try line["scores"].elements().map { field throws(FileError) in
        try Score(field, of: response)
      })
  }
}

extension SampleResult.Generation {
  /// Texts from the line of their sample.
  fileprivate init(_ line: JSONField) throws(FileError) {
    let isSampled = line["sampling"].value != nil
    let texts =
      isSampled ? try line["responses"].strings() : [try line["response"].string()]
    let areCutOff =
      isSampled
      ? try line["cut_off"].elements().map { field throws(FileError) in try field.bool() } : []
    guard !texts.isEmpty, !isSampled || areCutOff.count == texts.count else {
      throw line["cut_off"].failure("true or false for each response, of which there are some")
    }
    self.init(
      texts: texts, stopStrings: try line["until"].strings(),
      maximumNewTokens: try line["max_new_tokens"].integer(),
      sampling: isSampled ? try AnswerSampling(line["sampling"], count: texts.count) : nil,
      areCutOff: areCutOff)
  }
}

extension AnswerSampling {
  fileprivate init(_ field: JSONField, count: Int) throws(FileError) {
    let temperature = try field["temperature"].number()
    guard temperature != 0 else {
      guard count == 1 else {
        throw field["temperature"].failure("above 0, where there are several responses")
      }
      self = .greedy
      return
    }
    let (topP, seed) = (try field["top_p"].number(), try field["seed"].count())
    guard Self.temperatures.contains(temperature), topP > 0, topP <= 1 else {
      throw field["temperature"].failure(
        "0 or a number from 0.01 to 100, and top_p one above 0 and at most 1")
    }
    self.init(count: count, temperature: temperature, topP: topP, seed: UInt64(seed))
  }
}

extension SampleResult.ScoredChoice {
  fileprivate init(_ field: JSONField) throws(FileError) {
    text = try field["text"].string()
    logLikelihood = try field.finite("log_likelihood")
    isGreedy = try field["is_greedy"].bool()
  }
}

extension SampleResult.ScoredPassage {
  /// A passage from the line of its sample, whose other keys stand beside it.
  fileprivate init(_ line: JSONField) throws(FileError) {
    let tokenCount = try line["tokens"].integer()
    guard tokenCount > 0 else { throw line["tokens"].failure("at least 1") }
    self.init(
      choice: try SampleResult.ScoredChoice(line["passage"]), tokenCount: tokenCount,
      divergence: try line.finite("kl_from_base"))
  }
}

extension SampleResult.Score {
  fileprivate init(
    _ field: JSONField, of response: SampleResult.Response
  ) throws(FileError) {
    metric = try field["metric"].named(Metric.self)
    filter = try field["filter"].named(AnswerFilter.self)
    var isList = metric.isPerInstruction
    var count: Int?
    if case .generation(let generation) = response, generation.sampling != nil {
      isList = true
      count = metric.isPerInstruction ? nil : generation.texts.count
    }
    values =
      isList
      ? try field["values"].elements().map { value throws(FileError) in try value.number() }
      : [try field["value"].number()]
    guard values.allSatisfy(\.isFinite), values.count == count ?? values.count else {
      throw field[isList ? "values" : "value"].failure(
        isList ? "finite numbers, one for each response" : "a finite number")
    }
  }
}

extension JSONField {
  /// The texts of a list.
  fileprivate func strings() throws(FileError) -> [String] {
    try elements().map { field throws(FileError) in try field.string() }
  }

  /// The finite number at a key, which the bits at the key with `_bits` behind it repeat.
  fileprivate func finite(_ key: String) throws(FileError) -> Double {
    let number = try self[key].number()
    let bits = self[key + "_bits"]
    guard number.isFinite, try bits.string() == SampleResult.bits(of: number) else {
      throw bits.failure("the bits of the number beside it")
    }
    return number
  }

  /// The value of an enumeration that has its name at this place.
  fileprivate func named<Value: RawRepresentable<String>>(_: Value.Type) throws(FileError) -> Value
  {
    guard let value = Value(rawValue: try string()) else {
      throw failure("the name of a known \(Value.self)")
    }
    return value
  }
}
