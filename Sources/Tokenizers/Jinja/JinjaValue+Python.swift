import Files

/// What Python says of values: truth, equality, order, length.
extension JinjaValue {
  /// How deep it contains others.
  var depth: Int {
    switch self {
    case .list(let sequence), .tuple(let sequence), .view(_, let sequence): sequence.depth
    case .dictionary(let dictionary): dictionary.depth
    default: 0
    }
  }

  /// How long it takes to read all that it contains: one for each value and for each 16 bytes of text.
  var weight: Int {
    switch self {
    case .string(let text), .markup(let text): 1 + text.utf8.count / 16
    case .list(let sequence), .tuple(let sequence), .view(_, let sequence): sequence.weight
    case .dictionary(let dictionary): dictionary.weight
    default: 1
    }
  }

  /// The text, if this is one.
  var text: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// The whole number, if this is one or a truth value.
  var wholeNumber: Int? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  /// The number as a double, if this is one.
  var number: Double? {
    if case .float(let value) = self { return value }
    return wholeNumber.map(Double.init)
  }

  /// Whether this is nothing.
  var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  /// `bool(value)`.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let sequence), .tuple(let sequence), .view(_, let sequence):
      !sequence.elements.isEmpty
    case .dictionary(let dictionary): !dictionary.members.isEmpty
    case .range(let range): range.count > 0
    case .iterator, .namespace, .loop, .macro, .function, .method: true
    }
  }

  /// The name of its type in Python.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer: "int"
    case .float: "float"
    case .string: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .range: "range"
    case .view(let name, _): name
    case .iterator: "iterator"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .macro: "Macro"
    case .function: "function"
    case .method: "method"
    }
  }

  /// `len(value)`; nil where it has none.
  var count: Int? {
    switch self {
    case .undefined: 0
    case .string(let text), .markup(let text): text.unicodeScalars.count
    case .list(let sequence), .tuple(let sequence), .view(_, let sequence):
      sequence.elements.count
    case .dictionary(let dictionary): dictionary.members.count
    case .range(let range): range.count
    default: nil
    }
  }

  /// `value == other`.
  func equals(_ other: JinjaValue) -> Bool {
    if let a = text, let b = other.text { return PythonText.areEqual(a, b) }
    if let order = numericOrder(other) { return order == 0 }
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      return a.elements.count == b.elements.count
        && zip(a.elements, b.elements).allSatisfy { $0.equals($1) }
    case (.dictionary(let a), .dictionary(let b)):
      return a.members.count == b.members.count
        && a.members.allSatisfy { b.value(of: $0.key)?.equals($0.value) ?? false }
    case (.range(let a), .range(let b)):
      return a.count == b.count
        && (a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step))
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    case (.macro(let a), .macro(let b)): return a === b
    case (.iterator(let a), .iterator(let b)): return a === b
    case (.function(let a), .function(let b)): return a == b
    default: return false
    }
  }

  /// Negative, 0 or positive as this number is less, equal or greater; nil where one is none, or not a number.
  private func numericOrder(_ other: JinjaValue) -> Int? {
    func sign<Number: Comparable>(_ a: Number, _ b: Number) -> Int? {
      a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
    }
    if let a = wholeNumber, let b = other.wholeNumber { return sign(a, b) }
    guard let a = number, let b = other.number else { return nil }
    // Whole numbers of more bits than a double has are compared exactly.
    if let whole = wholeNumber, let exact = Int(exactly: b) { return sign(whole, exact) }
    if let whole = other.wholeNumber, let exact = Int(exactly: a) { return sign(exact, whole) }
    return sign(a, b)
  }

  /// Whether `value < other` and `value == other`; nil where Python cannot order them.
  func order(_ other: JinjaValue) -> (isLess: Bool, isEqual: Bool)? {
    if let a = text, let b = other.text {
      return (a.utf8.lexicographicallyPrecedes(b.utf8), PythonText.areEqual(a, b))
    }
    if number != nil, other.number != nil {
      let order = numericOrder(other)
      return (order == -1, order == 0)
    }
    switch (self, other) {
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (a, b) in zip(a.elements, b.elements) where !a.equals(b) {
        return a.order(b).map { ($0.isLess, false) }
      }
      return (a.elements.count < b.elements.count, a.elements.count == b.elements.count)
    default: return nil
    }
  }

  /// Whether it can be the key of a mapping.
  var isHashable: Bool {
    switch self {
    case .list, .dictionary, .view: false
    case .tuple(let sequence): sequence.elements.allSatisfy(\.isHashable)
    default: true
    }
  }
}
