import Files
import Scoring

/// What the documents of a task that this program does not know asked, and how likely their choices were.
struct RecordedDocuments {
  /// What makes two documents the same one, by the document's number: the texts of all requests, and the target.
  private(set) var contents: [Int: Digest] = [:]
  /// The documents as samples whose choices have likelihoods; nil if one of them has none, or no choice is the target.
  private(set) var choices: [SampleResult]?

  /// Reads a samples file.
  ///
  /// - Throws: ``LogError`` for a line that is damaged.
  init(path: String, name: String) throws(LogError) {
    let file = try SampleFile(path: path)
    var samples: [SampleResult] = []
    var hasChoices = true
    for line in file.lines where contents[line.document] == nil {
      let row = try file.row(try file.bytes(of: line), of: line)
      func field(_ field: SampleField) -> JSON? { row.fields.first { $0.key == field }?.value }
      let requests = field(.arguments)?.arrayValue ?? []
      // Settings of a generation are no part of what was asked.
      let texts = requests.map { request -> JSON in
        .array((request.arrayValue ?? [request]).filter { $0.objectValue == nil })
      }
      let target = field(.target) ?? .null
      contents[line.document] = SHA256.digest(
        of: PythonJSON.line(.array([.array(texts), target])))
      guard hasChoices else { continue }
      let sample = Self.sample(
        name, line.document, requests, responses: field(.filteredResponses)?.arrayValue ?? [],
        target: target.stringValue)
      guard let sample else {
        hasChoices = false
        continue
      }
      samples.append(sample)
    }
    choices = hasChoices ? samples : nil
  }

  /// A document whose requests are one prompt with one continuation, which is the target, or with several, of which the target
  /// is one by number or by text.
  private static func sample(
    _ name: String, _ document: Int, _ requests: [JSON], responses: [JSON], target: String?
  ) -> SampleResult? {
    guard !requests.isEmpty, responses.count == requests.count, let target else { return nil }
    var choices: [SampleResult.ScoredChoice] = []
    for (request, response) in zip(requests, responses) {
      guard let pair = request.arrayValue, pair.count == 2, pair[0] == requests[0].arrayValue?[0],
        let text = pair[1].stringValue, let values = response.arrayValue, values.count == 2,
        let likelihood = values[0].stringValue.flatMap(Double.init) ?? values[0].doubleValue,
        likelihood.isFinite
      else { return nil }
      choices.append(
        SampleResult.ScoredChoice(text: text, logLikelihood: likelihood, isGreedy: false))
    }
    if choices.count == 1 { return Self.sample(name, document, choices, gold: 0) }
    let byText = choices.indices.filter { place in
      choices[place].text.drop { $0.isWhitespace } == target
    }
    let number = Int(target).flatMap { choices.indices.contains($0) ? $0 : nil }
    guard let gold = byText.count == 1 ? byText[0] : number else { return nil }
    // A number that is a choice's text too says nothing.
    if byText.count == 1, let number, number != gold { return nil }
    return Self.sample(name, document, choices, gold: gold)
  }

  private static func sample(
    _ name: String, _ document: Int, _ choices: [SampleResult.ScoredChoice], gold: Int
  ) -> SampleResult {
    SampleResult(
      task: name, documentIndex: document, prompt: "", target: "\(gold)",
      response: .choices(choices, delimiter: ""), truncatedTokens: 0, answers: [], scores: [])
  }

  /// One row for each quantity of the choices; documents are told apart by ``contents``.
  func likelihoodRows(of name: String) -> [ArmScores.Row] {
    ChoiceQuantity.allCases.compactMap { quantity in
      var items: [ArmScores.Item] = []
      for sample in choices ?? [] {
        guard let (value, weight) = quantity.value(of: sample),
          let prompt = contents[sample.documentIndex]
        else { return nil }
        items.append(
          ArmScores.Item(
            id: "\(name)/\(sample.documentIndex)", prompt: prompt, scores: [value], cluster: nil,
            weight: weight))
      }
      return items.isEmpty ? nil : ArmScores.Row(task: name, metric: quantity.key, items: items)
    }
  }
}
