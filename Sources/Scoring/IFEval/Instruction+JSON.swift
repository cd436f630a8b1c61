import Files

extension Instruction {
  /// Reads the instructions of a row of the data set, or what ``json(_:)`` writes.
  ///
  /// The row is JSON of an object with the keys "instruction_id_list" and "kwargs"; others are ignored. Throws
  /// `invalidDocument` when it isn't, when it names an instruction that is not one of the 25, or when it gives one
  /// arguments that it can't use.
  package static func instructions(row: some Sequence<UInt8>) throws -> [Instruction] {
    guard let object = try? JSONParser.parse(Array(row), source: "a row"),
      let names = object["instruction_id_list"]?.arrayValue,
      let arguments = object["kwargs"]?.arrayValue
    else { throw unreadable }
    return try instructions(
      ids: names.map { name throws(EvaluationError) in
        guard let text = name.stringValue else { throw unreadable }
        return text
      },
      arguments: arguments.map { values throws(EvaluationError) in
        guard let members = values.objectValue?.members else { throw unreadable }
        // Names that differ in bytes only may be the same to Swift.
        return Dictionary(
          members.map { ($0.key, InstructionArguments.Value($0.value)) },
          uniquingKeysWith: { _, last in last })
      })
  }

  private static var unreadable: EvaluationError {
    EvaluationError(
      .invalidDocument,
      "The instructions of an IFEval row cannot be read, expected JSON with a list of texts \"instruction_id_list\" and a list of objects \"kwargs\"."
    )
  }

  /// Puts together the two columns of a row.
  static func instructions(
    ids: [String], arguments: [[String: InstructionArguments.Value]]
  ) throws -> [Instruction] {
    guard ids.count == arguments.count, !ids.isEmpty else {
      throw EvaluationError(
        .invalidDocument,
        "An IFEval row has \(ids.count) names of instructions and \(arguments.count) sets of arguments, expected as many of both, 1 or more."
      )
    }
    return try zip(ids, arguments).map(Instruction.init(id:arguments:))
  }

  /// The instructions as one line of JSON: what a row of the data set has, without empty arguments, in a fixed order.
  package static func json(_ instructions: [Instruction]) -> String {
    let descriptions = instructions.map(\.description)
    var line = JSONLine()
    line.object { line in
      line.key("instruction_id_list")
      line.array(descriptions) { line, description in line.string(description.id) }
      line.key("kwargs")
      line.array(descriptions) { line, description in
        line.object { line in
          for (name, value) in description.arguments { value.write(as: name, to: &line) }
        }
      }
    }
    return line.text
  }

  /// Name and arguments, these in alphabetical order.
  var description: (id: String, arguments: KeyValuePairs<String, InstructionArguments.Value>) {
    switch rule {
    case .keywords(let keywords): ("keywords:existence", ["keywords": .texts(keywords)])
    case .keywordFrequency(let keyword, let threshold):
      (
        "keywords:frequency",
        [
          "frequency": .number(threshold.count), "keyword": .text(keyword),
          "relation": .text(threshold.relation.rawValue),
        ]
      )
    case .forbiddenWords(let words):
      ("keywords:forbidden_words", ["forbidden_words": .texts(words)])
    case .letterFrequency(let letter, let threshold):
      (
        "keywords:letter_frequency",
        [
          "let_frequency": .number(threshold.count),
          "let_relation": .text(threshold.relation.rawValue), "letter": .text(letter),
        ]
      )
    case .responseLanguage(let code): ("language:response_language", ["language": .text(code)])
    case .sentences(let threshold):
      (
        "length_constraints:number_sentences",
        [
          "num_sentences": .number(threshold.count),
          "relation": .text(threshold.relation.rawValue),
        ]
      )
    case .dividedParagraphs(let count):
      ("length_constraints:number_paragraphs", ["num_paragraphs": .number(count)])
    case .words(let threshold):
      (
        "length_constraints:number_words",
        ["num_words": .number(threshold.count), "relation": .text(threshold.relation.rawValue)]
      )
    case .paragraphFirstWord(let paragraphs, let paragraph, let word):
      (
        "length_constraints:nth_paragraph_first_word",
        [
          "first_word": .text(word), "nth_paragraph": .number(paragraph),
          "num_paragraphs": .number(paragraphs),
        ]
      )
    case .placeholders(let count):
      ("detectable_content:number_placeholders", ["num_placeholders": .number(count)])
    case .postscript(let marker):
      ("detectable_content:postscript", ["postscript_marker": .text(marker)])
    case .bullets(let count):
      ("detectable_format:number_bullet_lists", ["num_bullets": .number(count)])
    case .constrainedResponse: ("detectable_format:constrained_response", [:])
    case .highlights(let count):
      ("detectable_format:number_highlighted_sections", ["num_highlights": .number(count)])
    case .sections(let splitter, let count):
      (
        "detectable_format:multiple_sections",
        ["num_sections": .number(count), "section_spliter": .text(splitter)]
      )
    case .json: ("detectable_format:json_format", [:])
    case .title: ("detectable_format:title", [:])
    case .twoResponses: ("combination:two_responses", [:])
    case .repeatedPrompt(let prompt):
      ("combination:repeat_prompt", ["prompt_to_repeat": .text(prompt)])
    case .endPhrase(let phrase): ("startend:end_checker", ["end_phrase": .text(phrase)])
    case .quotation: ("startend:quotation", [:])
    case .capitalWords(let threshold):
      (
        "change_case:capital_word_frequency",
        [
          "capital_frequency": .number(threshold.count),
          "capital_relation": .text(threshold.relation.rawValue),
        ]
      )
    case .englishCapitals: ("change_case:english_capital", [:])
    case .englishLowercase: ("change_case:english_lowercase", [:])
    case .noComma: ("punctuation:no_comma", [:])
    }
  }

  private init(id: String, arguments values: [String: InstructionArguments.Value]) throws {
    var arguments = InstructionArguments(id: id, values: values)
    rule =
      switch id {
      case "keywords:existence": .keywords(try arguments.literals("keywords"))
      case "keywords:frequency":
        .keywordFrequency(
          keyword: try arguments.literal("keyword"),
          try arguments.threshold(count: "frequency", relation: "relation"))
      case "keywords:forbidden_words":
        .forbiddenWords(try arguments.literals("forbidden_words"))
      case "keywords:letter_frequency":
        .letterFrequency(
          letter: try arguments.text("letter"),
          try arguments.threshold(count: "let_frequency", relation: "let_relation"))
      case "language:response_language":
        .responseLanguage(code: try arguments.languageCode("language"))
      case "length_constraints:number_sentences":
        .sentences(try arguments.threshold(count: "num_sentences", relation: "relation"))
      case "length_constraints:number_paragraphs":
        .dividedParagraphs(try arguments.number("num_paragraphs"))
      case "length_constraints:number_words":
        .words(try arguments.threshold(count: "num_words", relation: "relation"))
      case "length_constraints:nth_paragraph_first_word":
        try Self.paragraphFirstWord(&arguments)
      case "detectable_content:number_placeholders":
        .placeholders(try arguments.number("num_placeholders"))
      case "detectable_content:postscript":
        .postscript(marker: try arguments.postscriptMarker("postscript_marker"))
      case "detectable_format:number_bullet_lists": .bullets(try arguments.number("num_bullets"))
      case "detectable_format:constrained_response": .constrainedResponse
      case "detectable_format:number_highlighted_sections":
        .highlights(try arguments.number("num_highlights"))
      case "detectable_format:multiple_sections":
        .sections(
          splitter: try arguments.literal("section_spliter"), try arguments.number("num_sections"))
      case "detectable_format:json_format": .json
      case "detectable_format:title": .title
      case "combination:two_responses": .twoResponses
      case "combination:repeat_prompt": .repeatedPrompt(try arguments.text("prompt_to_repeat"))
      case "startend:end_checker": .endPhrase(try arguments.strippedText("end_phrase"))
      case "startend:quotation": .quotation
      case "change_case:capital_word_frequency":
        .capitalWords(
          try arguments.threshold(count: "capital_frequency", relation: "capital_relation"))
      case "change_case:english_capital": .englishCapitals
      case "change_case:english_lowercase": .englishLowercase
      case "punctuation:no_comma": .noComma
      default:
        throw EvaluationError(
          .invalidDocument, "\"\(id)\" is not one of the 25 instructions of IFEval.")
      }
    try arguments.requireNoMore()
  }

  private static func paragraphFirstWord(_ arguments: inout InstructionArguments) throws -> Rule {
    let paragraphs = try arguments.number("num_paragraphs")
    let paragraph = try arguments.number("nth_paragraph")
    guard paragraph <= paragraphs else {
      throw EvaluationError(
        .invalidDocument,
        "The instruction \"length_constraints:nth_paragraph_first_word\" asks for paragraph \(paragraph) of \(paragraphs)."
      )
    }
    return .paragraphFirstWord(
      paragraphs: paragraphs, paragraph: paragraph, word: try arguments.text("first_word"))
  }
}

extension InstructionArguments.Value {
  /// The value of a row's column; empty texts and lists, 0 and false stand for none, as in Python.
  init(_ value: JSON) {
    switch value {
    case .null, .bool(false): self = .missing
    case .bool(true), .object: self = .other
    case .integer, .number:
      self = value.integerValue.map { $0 == 0 ? .missing : .number($0) } ?? .other
    case .string(let text): self = text.isEmpty ? .missing : .text(text)
    case .array(let elements):
      let texts = elements.compactMap(\.stringValue)
      self = texts.count < elements.count ? .other : texts.isEmpty ? .missing : .texts(texts)
    }
  }

  /// Writes the value as the member of an object.
  fileprivate func write(as name: String, to line: inout JSONLine) {
    switch self {
    case .number(let number):
      line.key(name)
      line.number(number)
    case .text(let text):
      line.key(name)
      line.string(text)
    case .texts(let texts):
      line.key(name)
      line.array(texts) { line, text in line.string(text) }
    case .missing, .other:
      preconditionFailure("The argument \(name) of an instruction has no value.")
    }
  }
}
