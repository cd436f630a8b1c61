import Files

/// A field of a line in a samples file of lm-evaluation-harness.
enum SampleField: Sendable, Hashable {
  /// The row of the data set, after the task's own preparation.
  case document
  /// Its hash.
  case documentHash
  /// The requests: prompts with continuations or with settings of the generation.
  case arguments
  /// The hash of the first prompt.
  case promptHash
  /// What the model answered: texts, or log-likelihoods with whether they are greedy.
  case responses
  /// The expected answer.
  case target
  /// Its hash.
  case targetHash
  /// The line itself, where only one side has one for this filter.
  case line
  /// What the filter made of the answers.
  case filteredResponses
  /// The score by the metric of this name.
  case metric(String)

  /// The fields that every line has, by their names in the file.
  static let named: [(name: String, field: SampleField)] = [
    ("doc", .document), ("doc_hash", .documentHash), ("arguments", .arguments),
    ("prompt_hash", .promptHash), ("resps", .responses), ("target", .target),
    ("target_hash", .targetHash), ("filtered_resps", .filteredResponses),
  ]

  /// The members of a line that say which line it is, or what only this program records.
  static let keys = ["doc_id", "filter", "metrics", "replicate"]

  /// The name in the file.
  var name: String {
    switch self {
    case .line: "line"
    case .metric(let name): name
    default: SampleField.named.first { $0.field == self }?.name ?? ""
    }
  }

  /// The place in the order of cause and effect.
  var rank: Int {
    switch self {
    case .document: 0
    case .documentHash: 1
    case .arguments: 2
    case .promptHash: 3
    case .responses: 4
    case .target: 5
    case .targetHash: 6
    case .line: 7
    case .filteredResponses: 8
    case .metric: 9
    }
  }

  /// Whether the field is a digest of other fields, which not every version of the harness writes.
  var isHash: Bool {
    switch self {
    case .documentHash, .promptHash, .targetHash: true
    default: false
    }
  }

  /// Which part of an evaluation the field belongs to.
  var cause: SampleCause {
    switch self {
    case .document, .documentHash: .document
    case .arguments, .promptHash: .prompt
    case .responses: .output
    case .target, .targetHash, .line, .filteredResponses, .metric: .score
    }
  }
}

/// The part of an evaluation that makes two results differ: the first one in the order of cause and effect that does.
package enum SampleCause: String, Sendable, CaseIterable {
  /// Another row of the data set.
  case document
  /// The same row, but another prompt, another continuation or other settings of the generation.
  case prompt
  /// The same prompt, but another answer of the model.
  case output
  /// The same answer, but another expected answer, another filtered answer or another score.
  case score

  /// What differs and what does not, in words.
  var text: String {
    switch self {
    case .document: "the document differs"
    case .prompt: "the prompt differs, for the same document"
    case .output: "the model's output differs, for the same prompt"
    case .score: "only the score differs, for the same output"
    }
  }
}

/// A line of a samples file, with its fields in the order of cause and effect.
struct SampleRow {
  /// The fields that the line has; metrics are sorted by name.
  let fields: [(key: SampleField, value: JSON)]

  /// The fields of a line.
  init(_ line: JSON.Object) {
    var fields: [(key: SampleField, value: JSON)] = []
    for (key, value) in line.members where !SampleField.keys.contains(key) {
      let field = SampleField.named.first { $0.name == key }?.field ?? .metric(key)
      fields.append((field, SampleRow.normalized(value, field)))
    }
    self.fields = fields.sorted { SampleRow.precedes($0.key, $1.key) }
  }

  /// Whether a field comes before another one: by rank, metrics by name.
  static func precedes(_ a: SampleField, _ b: SampleField) -> Bool {
    a.rank < b.rank || a.rank == b.rank && a.name.precedes(b.name)
  }

  /// The value in a form that all versions of the harness share.
  ///
  /// Requests are `{"gen_args_0": {"arg_0": …}}` in new versions and lists in old ones, here lists; answers are texts in
  /// new versions and numbers and booleans in old ones, here texts.
  private static func normalized(_ value: JSON, _ field: SampleField) -> JSON {
    switch field {
    case .arguments:
      let requests = list(value, "gen_args_")
      return requests.arrayValue.map { .array($0.map { list($0, "arg_") }) } ?? requests
    case .responses, .filteredResponses, .target: return texts(value)
    default: return value
    }
  }

  /// The values of an object whose keys are a prefix and the numbers from 0 on in order; anything else as it is.
  private static func list(_ value: JSON, _ prefix: String) -> JSON {
    guard let members = value.objectValue?.members,
      members.enumerated().allSatisfy({ $0.element.key == "\(prefix)\($0.offset)" })
    else { return value }
    return .array(members.map(\.value))
  }

  private static func texts(_ value: JSON) -> JSON {
    switch value {
    case .null, .string: value
    case .object: value.largeInteger.map(JSON.string) ?? value
    case .bool(let value): .string(value ? "True" : "False")
    case .integer(let value): .string("\(value)")
    case .number(let value): .string("\(value)")
    case .array(let elements): .array(elements.map(texts))
    }
  }
}
