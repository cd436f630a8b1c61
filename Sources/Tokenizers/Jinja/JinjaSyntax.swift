/// A name of a template, by its place in ``JinjaSyntax/names``.
typealias JinjaName = Int

/// A template, parsed.
struct JinjaSyntax: Sendable {
  /// What it does.
  let body: [JinjaStatement]
  /// The names of its variables.
  let names: [String]
  /// Their places in that list.
  let places: [String: JinjaName]
  /// For each scope the names that are undefined at its beginning, whatever they are outside of it.
  let hiddenNames: [[JinjaName]]
}

/// A part of a template that has variables of its own, by its place in ``JinjaSyntax/hiddenNames``.
typealias JinjaScope = Int

/// What a template does.
indirect enum JinjaStatement: Sendable {
  case text(String)
  case output(JinjaExpression, line: Int)
  case conditional([JinjaBranch], otherwise: [JinjaStatement])
  case loop(JinjaLoopStatement)
  case assignment(JinjaTarget, JinjaExpression, line: Int)
  case capture(JinjaTarget, filters: [JinjaPostfix], JinjaBlock)
  case macro(JinjaMacroStatement)
  case call(JinjaExpression, caller: JinjaMacroStatement)
  case filter([JinjaPostfix], JinjaBlock)
  case with([JinjaAssignment], JinjaBlock)
  case generation(JinjaBlock)
  case leave
  case next
}

/// One of several ways, and when it is taken.
struct JinjaBranch: Sendable {
  let test: JinjaExpression
  let body: [JinjaStatement]
}

/// A variable of `{% with %}`.
struct JinjaAssignment: Sendable {
  let target: JinjaTarget
  let value: JinjaExpression
}

/// Statements with variables of their own.
struct JinjaBlock: Sendable {
  let scope: JinjaScope
  let body: [JinjaStatement]
  let line: Int
}

/// `{% for %}`.
struct JinjaLoopStatement: Sendable {
  let target: JinjaTarget
  let elements: JinjaExpression
  let test: JinjaExpression?
  let testScope: JinjaScope
  let block: JinjaBlock
  let otherwise: JinjaBlock
}

/// `{% macro %}`, and the body of `{% call %}`.
struct JinjaMacroStatement: Sendable {
  /// Its name; nil for the body of a call.
  let name: JinjaName?
  let parameters: [JinjaName]
  /// Defaults of the last parameters.
  let defaults: [JinjaExpression]
  let block: JinjaBlock
  /// Whether the body asks for what called it, and for arguments that are no parameters.
  let usesCaller: Bool
  let usesNamed: Bool
  let usesRest: Bool
}

/// What is assigned to.
indirect enum JinjaTarget: Sendable {
  case name(JinjaName)
  case member(JinjaName, String)
  case tuple([JinjaTarget])
}

/// What has a value.
indirect enum JinjaExpression: Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case name(JinjaName)
  case list([JinjaExpression])
  case tuple([JinjaExpression])
  case dictionary([JinjaPair])
  case not(JinjaExpression)
  case sign(isNegative: Bool, JinjaExpression)
  case and([JinjaExpression])
  case or([JinjaExpression])
  case comparison(JinjaExpression, [JinjaOperation])
  case arithmetic(JinjaExpression, [JinjaOperation])
  case concatenation([JinjaExpression])
  case conditional(JinjaExpression, test: JinjaExpression, otherwise: JinjaExpression?)
  case postfix(JinjaExpression, [JinjaPostfix])
}

/// A member of a mapping that is written out.
struct JinjaPair: Sendable {
  let key: JinjaExpression
  let value: JinjaExpression
}

/// An operator and what stands behind it.
struct JinjaOperation: Sendable {
  enum Operator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
  }

  let name: Operator
  let operand: JinjaExpression
  let line: Int
}

/// What is applied to a value behind it.
struct JinjaPostfix: Sendable {
  enum Kind: Sendable {
    case attribute(String)
    case item(JinjaExpression)
    case slice(JinjaExpression?, JinjaExpression?, JinjaExpression?)
    case call(JinjaArguments)
    case filter(JinjaFilter, JinjaArguments)
    case test(JinjaTest, JinjaArguments, isNegated: Bool)
  }

  let kind: Kind
  let line: Int
}

/// An argument with the name of its parameter.
struct JinjaNamedArgument: Sendable {
  let name: String
  let value: JinjaExpression
}

/// What stands between the parentheses of a call.
struct JinjaArguments: Sendable {
  var positional: [JinjaExpression] = []
  var named: [JinjaNamedArgument] = []
  /// A value whose elements are further arguments.
  var rest: JinjaExpression?
}
