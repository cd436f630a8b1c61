/// Macros.
extension JinjaInterpreter {
  /// Makes a macro a variable.
  func define(_ statement: JinjaMacroStatement) throws {
    guard let name = statement.name else { return }
    let frame = try keep(frame)
    frame.set(name, .macro(JinjaMacro(statement, name: text(of: name), frame: frame)))
  }

  /// Calls a macro that may run statements of its caller.
  func run(_ call: JinjaExpression, caller: JinjaMacroStatement) throws {
    let frame = try keep(frame)
    let caller = JinjaValue.macro(JinjaMacro(caller, name: "caller", frame: frame))
    guard case .postfix(let value, let applied) = call, let last = applied.last,
      case .call(let arguments) = last.kind
    else { return }
    let callee = try evaluate(value, applied: applied.dropLast())
    line = last.line
    var call = try evaluate(arguments)
    call.named.append(("caller", caller))
    try write(try printed(try self.call(callee, call)))
  }

  /// Runs a macro and gives what it gives out.
  func call(_ macro: JinjaMacro, _ call: JinjaCall) throws -> JinjaValue {
    let statement = macro.statement
    var named = call.named
    func take(_ name: String) -> JinjaValue? {
      guard let index = named.firstIndex(where: { $0.name == name }) else { return nil }
      return named.remove(at: index).value
    }
    try spend(4)
    let outerLine = line
    let (text, _) = try captured {
      try scoped(statement.block.scope, in: macro.frame) {
        let firstDefault = statement.parameters.count - statement.defaults.count
        var missing: [Int] = []
        for (index, parameter) in statement.parameters.enumerated() {
          if index < call.positional.count {
            frame.set(parameter, call.positional[index])
          } else if let value = take(self.text(of: parameter)) {
            frame.set(parameter, value)
          } else {
            missing.append(index)
          }
        }
        try setRest(of: statement, call, named: &named)
        for index in missing {
          let parameter = statement.parameters[index]
          frame.set(
            parameter,
            index >= firstDefault
              ? try evaluate(statement.defaults[index - firstDefault])
              : .undefined("parameter “\(self.text(of: parameter))” was not provided"))
        }
        guard named.isEmpty else {
          throw failure("the macro “\(macro.name)” has no parameter “\(named[0].name)”")
        }
        return try run(statement.block.body)
      }
    }
    line = outerLine
    return .string(text)
  }

  /// Sets `caller`, `kwargs` and `varargs` where a macro asks for them.
  private func setRest(
    of statement: JinjaMacroStatement, _ call: JinjaCall,
    named: inout [(name: String, value: JinjaValue)]
  ) throws {
    if statement.usesCaller, let name = name(of: "caller") {
      let index = named.firstIndex { $0.name == "caller" }
      frame.set(
        name, index.map { named.remove(at: $0).value } ?? .undefined("no caller is defined"))
    }
    if statement.usesNamed, let name = name(of: "kwargs") {
      var rest = JinjaDictionary()
      for argument in named { try rest.set(.string(argument.name), argument.value) }
      named = []
      frame.set(name, .dictionary(rest))
    }
    let rest = call.positional.dropFirst(statement.parameters.count)
    if statement.usesRest, let name = name(of: "varargs") {
      frame.set(name, .tuple(try JinjaSequence(Array(rest))))
    } else if !rest.isEmpty {
      throw failure(
        "a macro of \(statement.parameters.count) parameters is called with \(call.positional.count) arguments"
      )
    }
  }
}
