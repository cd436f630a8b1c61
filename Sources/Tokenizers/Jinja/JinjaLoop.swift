/// A loop that runs, which is what `loop` stands for.
final class JinjaLoop: JinjaObject {
  private var elements: JinjaIterator
  private var knownCount: Int?
  private var index = -1
  /// The next element where it was asked for before its turn; nil inside where there is none.
  private var peeked: JinjaValue??
  private var previous: JinjaValue?
  private var current: JinjaValue?
  private var lastChanged: JinjaValue?

  /// A loop over elements, of which the number may be known.
  init(_ elements: JinjaIterator, count: Int?) {
    self.elements = elements
    knownCount = count
  }

  override func clear() {
    elements = JinjaIterator { nil }
    (peeked, previous, current, lastChanged) = (nil, nil, nil, nil)
  }

  /// Goes to the next element.
  func next() throws -> JinjaValue? {
    guard let element = try peek() else { return nil }
    peeked = nil
    index += 1
    previous = current
    current = element
    return element
  }

  private func peek() throws -> JinjaValue? {
    if let peeked { return peeked }
    let element = try elements.next()
    peeked = .some(element)
    return element
  }

  private func count() throws -> Int {
    if let knownCount { return knownCount }
    var rest: [JinjaValue] = []
    while let element = try elements.next() { rest.append(element) }
    var ahead = rest[...]
    self.elements = JinjaIterator { ahead.popFirst() }
    let waiting = if case .some(.some) = peeked { 1 } else { 0 }
    let count = rest.count + index + 1 + waiting
    knownCount = count
    return count
  }

  /// One of its members; nil for a name that it does not have.
  func member(_ name: String) throws -> JinjaValue? {
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(try count() - index)
    case "revindex0": return .integer(try count() - index - 1)
    case "first": return .boolean(index == 0)
    case "last": return .boolean(try peek() == nil)
    case "length": return .integer(try count())
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "previtem": return previous ?? .undefined("there is no previous item")
    case "nextitem": return try peek() ?? .undefined("there is no next item")
    case "cycle": return .method(.cycle(self))
    case "changed": return .method(.changed(self))
    default: return nil
    }
  }

  /// One of the values, in turn; nil where there are none.
  func cycle(_ values: [JinjaValue]) -> JinjaValue? {
    values.isEmpty ? nil : values[max(index, 0) % values.count]
  }

  /// Whether the values differ from those of the call before.
  func hasChanged(_ values: JinjaSequence) -> Bool {
    let values = JinjaValue.tuple(values)
    defer { lastChanged = values }
    return lastChanged.map { !$0.equals(values) } ?? true
  }
}
