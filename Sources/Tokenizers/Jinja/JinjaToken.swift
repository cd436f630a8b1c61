/// A piece of a template: text, or a token of what stands between delimiters.
struct JinjaToken: Sendable {
  /// What a token is.
  enum Kind: Sendable, Equatable {
    /// Text outside of delimiters, white space already cut off as the delimiters around it say.
    case text(String)
    /// `{%` and `%}`.
    case statementBegin, statementEnd
    /// `{{` and `}}`.
    case expressionBegin, expressionEnd
    /// A name or a keyword.
    case name(String)
    /// A literal with its escapes resolved.
    case string(String)
    /// A whole number.
    case integer(Int)
    /// A number with fraction or exponent.
    case float(Double)
    /// An operator or a bracket.
    case symbol(String)
    /// The end of the template.
    case end
  }

  /// What it is.
  let kind: Kind
  /// The line on which it begins, from 1.
  let line: Int

  /// How messages call it.
  var description: String {
    switch kind {
    case .text: "text"
    case .statementBegin: "“{%”"
    case .statementEnd: "“%}”"
    case .expressionBegin: "“{{”"
    case .expressionEnd: "“}}”"
    case .name(let name): "“\(name)”"
    case .string: "a string"
    case .integer, .float: "a number"
    case .symbol(let symbol): "“\(symbol)”"
    case .end: "the end of the template"
    }
  }
}
