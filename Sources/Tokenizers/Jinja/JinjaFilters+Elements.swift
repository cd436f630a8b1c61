import Files

/// Filters whose elements are made when they are asked for.
extension JinjaInterpreter {
  /// The filters whose elements are made when they are asked for.
  func lazy(
    _ value: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall, of what: String
  ) throws -> JinjaIterator {
    var source: JinjaIterator?
    // Nothing fails before the first element is asked for, as in Python's generators.
    func begin() throws -> JinjaIterator {
      if let source { return source }
      let isEmpty = filter != .unique && filter != .batch && filter != .slice && !value.isTrue
      let made = isEmpty ? JinjaIterator { nil } : try iterator(over: value)
      source = made
      return made
    }
    switch filter {
    case .items:
      _ = try bind(call, [], of: what)
      return try pairs(of: value)
    case .unique:
      let values = try bind(call, ["case_sensitive", "attribute"], of: what)
      return try unique(begin, isCaseSensitive: values[0]?.isTrue ?? false, values[1])
    case .batch, .slice: return try pieces(begin, by: filter, call, of: what)
    case .map:
      return try generated { [unowned self] in
        guard let element = try begin().next() else { return nil }
        return try mapped(element, call, of: what)
      }
    default:
      return try generated { [unowned self] in
        let elements = try begin()
        while let element = try elements.next() {
          if try isSelected(element, by: filter, call, of: what) { return element }
        }
        return nil
      }
    }
  }

  /// An iterator whose elements nest no deeper than anything else.
  func generated(
    _ next: @escaping () throws -> JinjaValue?
  ) throws -> JinjaIterator {
    try keep(
      JinjaIterator { [unowned self] in
        try spend()
        return try nested(next)
      })
  }

  private func pairs(of value: JinjaValue) throws -> JinjaIterator {
    var rest: ArraySlice<JinjaValue>?
    return try generated { [unowned self] in
      if rest == nil {
        switch value {
        case .undefined: rest = []
        case .dictionary(let dictionary): rest = try pairs(of: dictionary)[...]
        default: throw failure("only mappings have items")
        }
      }
      return rest?.popFirst()
    }
  }

  private func mapped(
    _ element: JinjaValue, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    if call.positional.isEmpty, let path = call.named.first(where: { $0.name == "attribute" }) {
      let rest = call.named.filter { $0.name != "attribute" }
      guard rest.allSatisfy({ $0.name == "default" }) else {
        throw failure("\(what) takes no argument “\(rest[0].name)”")
      }
      let standIn = rest.first?.value
      return try member(
        path.value, of: element, default: standIn.flatMap { $0.isNone ? nil : $0 })
    }
    guard let name = call.positional.first?.text else {
      throw failure("\(what) needs the name of a filter")
    }
    guard let filter = JinjaFilter(rawValue: name) else {
      throw unsupported("the filter “\(name)”")
    }
    let rest = JinjaCall(positional: Array(call.positional.dropFirst()), named: call.named)
    return try self.filter(element, by: filter, rest)
  }

  private func isSelected(
    _ element: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall, of what: String
  ) throws -> Bool {
    var arguments = call.positional[...]
    var value = element
    if filter == .selectattr || filter == .rejectattr {
      guard let path = arguments.popFirst() else {
        throw failure("\(what) needs the name of a member")
      }
      value = try member(path, of: element)
    }
    var holds = value.isTrue
    if let name = arguments.popFirst() {
      guard let text = name.text, let test = JinjaTest(rawValue: text) else {
        throw unsupported("the test “\(try printed(name))”")
      }
      let rest = JinjaCall(positional: Array(arguments), named: call.named)
      holds = try self.test(value, by: test, rest)
    }
    return holds == (filter == .select || filter == .selectattr)
  }

  /// A member by a path of names and numbers with dots between them.
  func member(
    _ path: JinjaValue?, of element: JinjaValue, default standIn: JinjaValue? = nil
  ) throws -> JinjaValue {
    var keys: [JinjaValue] = []
    if let text = path?.text {
      keys = JinjaText.split(text, by: ".", limit: -1).map { part in
        let isNumber = !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? Int(part).map { .integer($0) } ?? .string(part) : .string(part)
      }
    } else if let path, !path.isNone {
      keys = [path]
    }
    var value = element
    for key in keys {
      value = try item(key, of: value)
      if let standIn, value.isUndefined { value = standIn }
    }
    return value
  }

  /// What elements are compared by: a member or themselves, texts in lower case unless case counts.
  func key(
    _ path: JinjaValue?, of element: JinjaValue, isCaseSensitive: Bool
  ) throws -> JinjaValue {
    let value = try member(path, of: element)
    guard !isCaseSensitive, let text = value.text else { return value }
    try spend(value.weight)
    return .string(PythonText.lowercased(text))
  }

  private func unique(
    _ begin: @escaping () throws -> JinjaIterator, isCaseSensitive: Bool, _ path: JinjaValue?
  ) throws -> JinjaIterator {
    var seen: [JinjaValue] = []
    return try generated { [unowned self] in
      let elements = try begin()
      while let element = try elements.next() {
        let key = try key(path, of: element, isCaseSensitive: isCaseSensitive)
        guard key.isHashable else {
          throw failure("a value of the type \(key.typeName) cannot be a key")
        }
        try spend(product(seen.count, key.weight))
        guard !seen.contains(where: { $0.equals(key) }) else { continue }
        seen.append(key)
        return element
      }
      return nil
    }
  }

  /// `batch` and `slice`: lists of some of the elements each.
  private func pieces(
    _ begin: @escaping () throws -> JinjaIterator, by filter: JinjaFilter, _ call: JinjaCall,
    of what: String
  ) throws -> JinjaIterator {
    let name = filter == .batch ? "linecount" : "slices"
    let values = try bind(call, [name, "fill_with"], required: 1, of: what)
    let count = try wholeNumber(values[0], default: 1, of: what)
    guard count > 0, count <= 100_000 else {
      throw unsupported("\(what) with a number outside of 1 to 100000")
    }
    let filling = values[1].flatMap { $0.isNone ? nil : $0 }
    var rest: ArraySlice<JinjaValue>?
    return try generated { [unowned self] in
      if rest == nil {
        let all = try self.elements(of: .iterator(begin()))
        let pieces =
          filter == .batch ? batches(all, count, filling) : slices(all, count, filling)
        try spend(4 * (all.count + pieces.count))
        rest = try pieces.map { .list(try sequence($0)) }[...]
      }
      return rest?.popFirst()
    }
  }

  private func batches(
    _ elements: [JinjaValue], _ count: Int, _ filling: JinjaValue?
  ) -> [[JinjaValue]] {
    var batches = stride(from: 0, to: elements.count, by: count).map {
      Array(elements[$0..<Swift.min($0 + count, elements.count)])
    }
    if let filling, let last = batches.last {
      batches[batches.count - 1] += Array(repeating: filling, count: count - last.count)
    }
    return batches
  }

  private func slices(
    _ elements: [JinjaValue], _ count: Int, _ filling: JinjaValue?
  ) -> [[JinjaValue]] {
    let (size, extra) = elements.count.quotientAndRemainder(dividingBy: count)
    var start = 0
    return (0..<count).map { index in
      let end = start + size + (index < extra ? 1 : 0)
      defer { start = end }
      var slice = Array(elements[start..<end])
      if let filling, index >= extra { slice.append(filling) }
      return slice
    }
  }
}
