import Files

/// The values with which something is called.
struct JinjaCall {
  var positional: [JinjaValue] = []
  var named: [(name: String, value: JinjaValue)] = []
}

extension JinjaInterpreter {
  /// The values of arguments.
  func evaluate(_ arguments: JinjaArguments) throws -> JinjaCall {
    var call = JinjaCall(
      positional: try arguments.positional.map { try evaluate($0) },
      named: try arguments.named.map { ($0.name, try evaluate($0.value)) })
    if let rest = arguments.rest { call.positional += try elements(of: try evaluate(rest)) }
    return call
  }

  /// The arguments by the names of parameters, nil for those that are not given; the first `required` must be.
  func bind(
    _ call: JinjaCall, _ names: [String], required: Int = 0, of what: String
  ) throws -> [JinjaValue?] {
    guard call.positional.count <= names.count else {
      throw failure("\(what) takes at most \(names.count) arguments")
    }
    var values: [JinjaValue?] = call.positional
    values += Array(repeating: nil, count: names.count - values.count)
    for argument in call.named {
      guard let index = names.firstIndex(of: argument.name), values[index] == nil else {
        throw failure("\(what) takes no argument “\(argument.name)” there")
      }
      values[index] = argument.value
    }
    guard values.prefix(required).allSatisfy({ $0 != nil }) else {
      throw failure("\(what) needs at least \(required) arguments")
    }
    return values
  }

  /// A whole number that an argument has to be, or what stands for it.
  func wholeNumber(_ value: JinjaValue?, default other: Int, of what: String) throws -> Int {
    guard let value else { return other }
    if case .undefined(let message) = value { throw failure(message) }
    guard let number = value.wholeNumber else {
      throw failure("\(what) needs a whole number, not a value of the type \(value.typeName)")
    }
    return number
  }

  /// A text that an argument has to be.
  func text(_ value: JinjaValue?, of what: String) throws -> String {
    guard let text = value?.text else {
      throw failure("\(what) needs a text, not a value of the type \(value?.typeName ?? "None")")
    }
    return text
  }

  /// Calls a value.
  func call(_ callee: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
    switch callee {
    case .undefined(let message): throw failure(message)
    case .macro(let macro): return try nested { try self.call(macro, call) }
    case .function(let function): return try self.call(function, call)
    case .method(.text(let method, let text)): return try self.call(method, of: text, call)
    case .method(.list(let method, let list)): return try self.call(method, of: list, call)
    case .method(.dictionary(let method, let dictionary)):
      return try self.call(method, of: dictionary, call)
    case .method(.cycle(let loop)):
      guard let value = loop.cycle(call.positional), call.named.isEmpty else {
        throw failure("“loop.cycle” needs values")
      }
      return value
    case .method(.changed(let loop)):
      guard call.named.isEmpty else { throw failure("“loop.changed” takes no names") }
      let values = try sequence(call.positional)
      try spend(values.weight)
      return .boolean(loop.hasChanged(values))
    case .loop: throw failure("a loop is called that is not recursive")
    default: throw failure("a value of the type \(callee.typeName) cannot be called")
    }
  }

  private func call(_ function: JinjaFunction, _ call: JinjaCall) throws -> JinjaValue {
    let what = "“\(function.rawValue)”"
    switch function {
    case .range: return try range(call)
    case .dict: return .dictionary(try members(call, of: what))
    case .namespace:
      let members = try members(call, of: what)
      for member in members.members { try checkMember(member.key.text ?? "") }
      return .namespace(try keep(JinjaNamespace(members)))
    case .raiseException:
      let message = try bind(call, ["message"], required: 1, of: what)[0]
      throw JinjaFailure.raised(try printed(message ?? .none))
    case .formattedDate:
      let format = try text(try bind(call, ["format"], required: 1, of: what)[0], of: what)
      guard let moment else {
        throw TokenizerError(
          .unsupported,
          "The chat template writes today's date on line \(line), which would make results depend on the day; give it a date."
        )
      }
      guard let date = moment.formatted(format) else {
        throw unsupported("the format of dates “\(format)”")
      }
      return .string(date)
    case .lipsum, .cycler, .joiner: throw unsupported("the function \(what)")
    }
  }

  /// transformers forbids members of namespaces whose names begin with an underscore.
  func checkMember(_ name: String) throws {
    guard !name.utf8.starts(with: "_".utf8) else {
      throw failure("a namespace must not have a member “\(name)” with an underscore in front")
    }
  }

  private func range(_ call: JinjaCall) throws -> JinjaValue {
    guard call.named.isEmpty, (1...3).contains(call.positional.count) else {
      throw failure("“range” needs one to three numbers")
    }
    let numbers = try call.positional.map { try wholeNumber($0, default: 0, of: "“range”") }
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw failure("“range” needs a step other than zero") }
    guard numbers.allSatisfy({ $0.magnitude <= 1 << 40 }) else {
      throw unsupported("a range of numbers of more than 40 bits")
    }
    let range = JinjaRange(
      start: numbers.count == 1 ? 0 : numbers[0], end: numbers.count == 1 ? numbers[0] : numbers[1],
      step: step)
    // Jinja's sandbox has the same limit.
    guard range.count <= 100_000 else {
      throw failure("a range has more than 100000 numbers")
    }
    return .range(range)
  }

  /// The members that `dict` and `namespace` are called with.
  private func members(_ call: JinjaCall, of what: String) throws -> JinjaDictionary {
    var result = JinjaDictionary()
    guard call.positional.count <= 1 else { throw failure("\(what) takes one value at most") }
    if let value = call.positional.first {
      if case .undefined(let message) = value { throw failure(message) }
      if case .dictionary(let dictionary) = value {
        try spend(4 * dictionary.members.count)
        result = dictionary
      } else {
        let elements = try iterator(over: value)
        while let element = try elements.next() {
          let pair = try self.elements(of: element)
          guard pair.count == 2 else { throw failure("\(what) needs pairs of key and value") }
          try insert(pair[0], pair[1], into: &result)
        }
      }
    }
    for argument in call.named {
      try insert(.string(argument.name), argument.value, into: &result)
    }
    return result
  }
}
