import Files

/// Renders a parsed template once.
final class JinjaInterpreter {
  private let syntax: JinjaSyntax
  private let limits: JinjaTemplate.Limits
  let moment: JinjaMoment?
  private var steps: Int
  private var depth = 0
  private var given: [JinjaValue?] = []
  private var outputs = [""]
  private var objects: [JinjaObject] = []
  /// The variables of the scope that runs.
  var frame: JinjaFrame
  /// The line that runs, for messages.
  var line = 1

  init(_ syntax: JinjaSyntax, limits: JinjaTemplate.Limits, moment: JinjaMoment?) {
    self.syntax = syntax
    self.limits = limits
    self.moment = moment
    steps = limits.steps
    frame = JinjaFrame(parent: nil, hiding: syntax.hiddenNames[0])
  }

  /// The template's text with those variables.
  func render(_ variables: JSON.Object) throws -> String {
    given = Array(repeating: nil, count: syntax.names.count)
    for (index, name) in syntax.names.enumerated() {
      if let variable = variables[name] {
        given[index] = try value(of: variable)
      } else {
        given[index] = JinjaFunction(rawValue: name).map { .function($0) }
      }
    }
    guard try run(syntax.body) == .onward else { preconditionFailure("No loop is open.") }
    return outputs[0]
  }

  /// Lets go of all variables, which may hold each other.
  func clear() {
    frame.clear()
    for object in objects { object.clear() }
  }

  // MARK: - Limits

  /// Pays for steps.
  ///
  /// - Throws: when none are left.
  func spend(_ count: Int = 1) throws {
    steps -= count
    guard steps >= 0 else {
      throw TokenizerError(
        .unsupported,
        "The chat template needs more than the \(limits.steps) steps that one conversation may take; line \(line)."
      )
    }
  }

  /// Runs what nests one deeper.
  func nested<Result>(_ body: () throws -> Result) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else {
      throw TokenizerError(
        .unsupported,
        "The chat template nests calls, statements and expressions more than \(limits.depth) deep; line \(line)."
      )
    }
    return try body()
  }

  /// An error at the line that runs.
  func failure(_ problem: String) -> TokenizerError {
    JinjaFailure.rendering(problem, line: line)
  }

  /// An error for something at the line that runs that is not interpreted.
  func unsupported(_ what: String) -> TokenizerError {
    JinjaFailure.unsupported(what, line: line)
  }

  // MARK: - Output

  /// Gives out a text.
  func write(_ text: String) throws {
    try spend(1 + text.utf8.count / 16)
    outputs[outputs.count - 1] += text
    guard outputs[outputs.count - 1].utf8.count <= limits.outputSize else {
      throw TokenizerError(
        .unsupported,
        "The chat template writes more than the \(limits.outputSize) bytes that one conversation may have; line \(line)."
      )
    }
  }

  /// What statements give out, caught, and how they ended.
  func captured(_ body: () throws -> JinjaFlow) throws -> (text: String, flow: JinjaFlow) {
    outputs.append("")
    do {
      let flow = try body()
      return (outputs.removeLast(), flow)
    } catch {
      outputs.removeLast()
      throw error
    }
  }

  // MARK: - Variables

  /// Runs statements with variables of their own.
  func scoped(
    _ scope: JinjaScope, in parent: JinjaFrame? = nil, _ body: () throws -> JinjaFlow
  ) throws -> JinjaFlow {
    try spend(8)
    let outer = frame
    frame = JinjaFrame(parent: parent ?? outer, hiding: syntax.hiddenNames[scope])
    defer { frame = outer }
    return try body()
  }

  /// Keeps something that values refer to, to empty it in the end.
  func keep<Object: JinjaObject>(_ object: Object) throws -> Object {
    try spend(32)
    objects.append(object)
    return object
  }

  /// How a variable is called.
  func text(of name: JinjaName) -> String { syntax.names[name] }

  /// The place of a variable's name; nil where the template does not mention it.
  func name(of text: String) -> JinjaName? { syntax.places[text] }

  /// What a name stands for.
  func value(of name: JinjaName) throws -> JinjaValue {
    var scope: JinjaFrame? = frame
    while let frame = scope {
      try spend(1 + frame.count / 16)
      if let value = frame.value(of: name) { return value ?? undefined(name) }
      scope = frame.parent
    }
    return given[name] ?? undefined(name)
  }

  private func undefined(_ name: JinjaName) -> JinjaValue {
    .undefined("“\(text(of: name))” is undefined")
  }

  private func value(of json: JSON) throws -> JinjaValue {
    try spend()
    switch json {
    case .null: return .none
    case .bool(let value): return .boolean(value)
    case .integer(let value): return .integer(Int(value))
    case .number(let value): return .float(value)
    case .string(let text): return .string(text)
    case .array(let elements): return .list(try JinjaSequence(elements.map { try value(of: $0) }))
    case .object(let object):
      var dictionary = JinjaDictionary()
      for (key, member) in object.members {
        try dictionary.set(.string(key), try value(of: member))
      }
      return .dictionary(dictionary)
    }
  }
}

/// How statements end.
enum JinjaFlow {
  /// At their end.
  case onward
  /// By `break`.
  case leave
  /// By `continue`.
  case next
}
