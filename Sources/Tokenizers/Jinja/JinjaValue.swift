import Files

/// A value of a template, as Python has it.
enum JinjaValue {
  /// Nothing, and what is said when more is asked of it than to be printed, tested or iterated.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// A text that is marked as safe: what is joined to it is escaped first.
  case markup(String)
  case list(JinjaSequence)
  case tuple(JinjaSequence)
  case dictionary(JinjaDictionary)
  /// `range`.
  case range(JinjaRange)
  /// What the methods `keys`, `values` and `items` of mappings give.
  indirect case view(String, JinjaSequence)
  /// What can be iterated once.
  case iterator(JinjaIterator)
  case namespace(JinjaNamespace)
  case loop(JinjaLoop)
  case macro(JinjaMacro)
  case function(JinjaFunction)
  /// A method of a text, list, mapping or loop.
  case method(JinjaMethod)
}

/// Values in order.
struct JinjaSequence {
  /// How deep values may contain each other.
  static let maximumDepth = 64

  let elements: [JinjaValue]
  /// How deep they contain each other, from 1.
  let depth: Int
  /// How much there is to read, one behind the other: see ``JinjaValue/weight``.
  let weight: Int

  /// Values in order.
  ///
  /// - Throws: where they contain each other deeper than ``maximumDepth``.
  init(_ elements: [JinjaValue]) throws {
    self.elements = elements
    var (depth, weight) = (0, 1)
    for element in elements {
      depth = max(depth, element.depth)
      weight = (weight &+ element.weight).saturated
    }
    self.depth = depth + 1
    self.weight = weight
    try Self.check(self.depth)
  }

  /// Fails for a depth that is not taken.
  static func check(_ depth: Int) throws {
    guard depth <= maximumDepth else {
      throw TokenizerError(
        .unsupported,
        "The chat template builds values that contain each other more than \(maximumDepth) deep.")
    }
  }
}

/// A key and its value.
struct JinjaMember {
  let key: JinjaValue
  var value: JinjaValue
}

/// Members in the order in which they came.
struct JinjaDictionary {
  private(set) var members: [JinjaMember] = []
  private(set) var depth = 1
  private(set) var weight = 1

  /// The value of a key that equals another in Python's sense, and nil where there is none.
  func value(of key: JinjaValue) -> JinjaValue? {
    members.first { $0.key.equals(key) }?.value
  }

  /// Gives a key a value, in place of the one that it has.
  mutating func set(_ key: JinjaValue, _ value: JinjaValue) throws {
    depth = max(depth, 1 + max(key.depth, value.depth))
    try JinjaSequence.check(depth)
    weight = (weight &+ key.weight &+ value.weight).saturated
    if let index = members.firstIndex(where: { $0.key.equals(key) }) {
      members[index].value = value
    } else {
      members.append(JinjaMember(key: key, value: value))
    }
  }
}

/// A range of whole numbers.
struct JinjaRange {
  let start: Int
  let end: Int
  let step: Int

  /// How many there are.
  var count: Int {
    let (from, to) = step > 0 ? (start, end) : (end, start)
    return from < to ? (to - from - 1) / abs(step) + 1 : 0
  }

  /// The number at a place.
  subscript(index: Int) -> Int { start + index * step }
}

/// Something that values refer to, and that may refer to itself through others.
///
/// ``JinjaInterpreter`` keeps all of them and empties one after the other in the end, so that no circle stays in memory and
/// no long chain is let go of recursively.
class JinjaObject {
  /// Forgets all values.
  func clear() {}
}

/// Values of which each is made when it is asked for, once.
final class JinjaIterator: JinjaObject {
  private var advance: () throws -> JinjaValue?

  init(_ advance: @escaping () throws -> JinjaValue?) { self.advance = advance }

  override func clear() { advance = { nil } }

  /// The next value; nil at the end, from then on always.
  func next() throws -> JinjaValue? {
    let value = try advance()
    if value == nil { advance = { nil } }
    return value
  }
}

/// What `namespace` gives: the only values that change.
final class JinjaNamespace: JinjaObject {
  var members: JinjaDictionary

  init(_ members: JinjaDictionary) { self.members = members }

  override func clear() { members = JinjaDictionary() }
}

/// A macro with the variables among which it was written.
final class JinjaMacro {
  let statement: JinjaMacroStatement
  let name: String
  let frame: JinjaFrame

  init(_ statement: JinjaMacroStatement, name: String, frame: JinjaFrame) {
    (self.statement, self.name, self.frame) = (statement, name, frame)
  }
}

/// A method that belongs to a value.
indirect enum JinjaMethod {
  case text(JinjaTextMethod, JinjaValue)
  case list(JinjaListMethod, JinjaValue)
  case dictionary(JinjaDictionaryMethod, JinjaDictionary)
  case cycle(JinjaLoop)
  case changed(JinjaLoop)
}

/// The functions that every template has.
enum JinjaFunction: String, CaseIterable {
  case range, dict, namespace
  case raiseException = "raise_exception"
  case formattedDate = "strftime_now"
  case lipsum, cycler, joiner
}

/// The variables of a scope, of which each execution has its own.
final class JinjaFrame: JinjaObject {
  let parent: JinjaFrame?
  private var names: [JinjaName]
  private var values: [JinjaValue?]

  /// A frame in which some names are undefined.
  init(parent: JinjaFrame?, hiding hidden: [JinjaName]) {
    self.parent = parent
    names = hidden
    values = Array(repeating: nil, count: hidden.count)
  }

  /// How many names it has.
  var count: Int { names.count }

  /// Gives a name a value.
  func set(_ name: JinjaName, _ value: JinjaValue) {
    if let index = names.firstIndex(of: name) {
      values[index] = value
    } else {
      names.append(name)
      values.append(value)
    }
  }

  /// The value of a name; nil inside for one that is undefined here, nil for one that this frame does not have.
  func value(of name: JinjaName) -> JinjaValue?? {
    names.firstIndex(of: name).map { values[$0] }
  }

  override func clear() {
    names = []
    values = []
  }
}

extension Int {
  /// The number, or the largest weight in place of a larger one, so that sums of three never overflow.
  fileprivate var saturated: Int { Swift.min(self, 1 << 60) }
}
