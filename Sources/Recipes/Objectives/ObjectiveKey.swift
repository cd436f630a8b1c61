/// A key that a manifest gives an objective.
package struct ObjectiveKey: Sendable {
  /// What may stand behind it.
  package enum Form: Sendable {
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number; the ends belong to the range.
    case number(ClosedRange<Int>)
    /// One of some words, or the mapping `constant: X` with an X above 0.
    case wordOrConstant([String])
  }

  /// The key.
  package let name: String
  /// What may stand behind it.
  package let form: Form

  init(_ name: String, _ form: Form) {
    self.name = name
    self.form = form
  }

  /// Whether the key may have this value.
  func accepts(_ value: ObjectiveValue) -> Bool {
    switch (form, value) {
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.number(let range), .number(let number)):
      Double(range.lowerBound) <= number && number <= Double(range.upperBound)
    case (.wordOrConstant(let words), .word(let word)): words.contains(word)
    case (.wordOrConstant, .constant(let number)): number.isFinite && number > 0
    default: false
    }
  }

  /// What may stand behind it, in words.
  var expected: String {
    switch form {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .wordOrConstant(let words):
      words.map { "'\($0)'" }.joined(separator: ", ") + " or {constant: X} with an X above 0"
    }
  }
}

/// A value that a manifest gives an objective.
package enum ObjectiveValue: Sendable, Equatable {
  /// A whole number.
  case integer(Int)
  /// A number.
  case number(Double)
  /// A word.
  case word(String)
  /// The mapping `constant: X`.
  case constant(Double)
}

extension [String: ObjectiveValue] {
  /// The whole number behind a key.
  func integer(_ key: String) throws(ObjectiveProblem) -> Int {
    guard case .integer(let value)? = self[key] else {
      throw ObjectiveProblem(key: key, "'\(key)' has to be a whole number")
    }
    return value
  }

  /// The number behind a key.
  func number(_ key: String) throws(ObjectiveProblem) -> Double {
    guard case .number(let value)? = self[key] else {
      throw ObjectiveProblem(key: key, "'\(key)' has to be a number")
    }
    return value
  }
}
