/// Filters that need all elements of a value.
extension JinjaInterpreter {
  /// The filters that need all elements.
  func collected(
    _ value: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    switch filter {
    case .first:
      _ = try bind(call, [], of: what)
      return try iterator(over: value).next() ?? .undefined("there is no first element")
    case .last:
      _ = try bind(call, [], of: what)
      if case .iterator = value { throw failure("what can be iterated once has no last element") }
      return try elements(of: value).last ?? .undefined("there is no last element")
    case .list:
      _ = try bind(call, [], of: what)
      return .list(try sequence(try elements(of: value)))
    case .reverse:
      _ = try bind(call, [], of: what)
      if let text = value.text {
        try spend(text.utf8.count)
        return .string(text.unicodeScalars.reversed().text)
      }
      if case .iterator = value {
        return .list(try sequence(try elements(of: value).reversed()))
      }
      var rest = try elements(of: value)[...]
      return .iterator(try generated { rest.popLast() })
    case .join:
      let values = try bind(call, ["d", "attribute"], of: what)
      let parts = try elements(of: value).map { element in
        try printed(
          values[1].map { $0.isNone } ?? true ? element : try member(values[1], of: element))
      }
      return .string(try joined(parts, by: try values[0].map { try printed($0) } ?? ""))
    case .sum:
      let values = try bind(call, ["attribute", "start"], of: what)
      var sum = values[1] ?? .integer(0)
      guard sum.text == nil else { throw failure("texts have no sum") }
      for element in try elements(of: value) {
        sum = try calculate(sum, .add, try member(values[0], of: element))
      }
      return sum
    case .min, .max: return try extreme(value, isLargest: filter == .max, call, of: what)
    default: return try ordered(value, by: filter, call, of: what)
    }
  }

  private func extreme(
    _ value: JinjaValue, isLargest: Bool, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    let values = try bind(call, ["case_sensitive", "attribute"], of: what)
    var best: (key: JinjaValue, element: JinjaValue)?
    for element in try elements(of: value) {
      let key = try key(values[1], of: element, isCaseSensitive: values[0]?.isTrue ?? false)
      guard let old = best?.key else {
        best = (key, element)
        continue
      }
      if try holds(key, isLargest ? .greater : .less, old) { best = (key, element) }
    }
    return best?.element ?? .undefined("there is no element")
  }

  private func ordered(
    _ value: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    try spend(product(value.weight, 16))
    switch filter {
    case .dictsort:
      let values = try bind(call, ["case_sensitive", "by", "reverse"], of: what)
      guard case .dictionary(let dictionary) = value else {
        throw failure("\(what) needs a mapping, not a value of the type \(value.typeName)")
      }
      let by = try values[1].map { try text($0, of: what) } ?? "key"
      guard by == "key" || by == "value" else {
        throw failure("\(what) sorts by “key” or “value”")
      }
      let members = try JinjaOrder.sorted(
        dictionary.members, isReversed: values[2]?.isTrue ?? false, line: line
      ) { member in
        try key(
          nil, of: by == "key" ? member.key : member.value,
          isCaseSensitive: values[0]?.isTrue ?? false)
      }
      return .list(
        try sequence(members.map { .tuple(try sequence([$0.key, $0.value])) }))
    case .sort:
      let values = try bind(call, ["reverse", "case_sensitive", "attribute"], of: what)
      let isCaseSensitive = values[1]?.isTrue ?? false
      let paths =
        values[2]?.text.map {
          JinjaText.split($0, by: ",", limit: -1).map { JinjaValue.string($0) }
        } ?? [values[2] ?? .none]
      return .list(
        try sequence(
          try JinjaOrder.sorted(
            try elements(of: value), isReversed: values[0]?.isTrue ?? false, line: line
          ) { element in
            .list(
              try sequence(
                paths.map { try key($0, of: element, isCaseSensitive: isCaseSensitive) }))
          }))
    default: return try grouped(value, call, of: what)
    }
  }

  private func grouped(
    _ value: JinjaValue, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    let values = try bind(
      call, ["attribute", "default", "case_sensitive"], required: 1, of: what)
    let isCaseSensitive = values[2]?.isTrue ?? false
    let standIn = values[1].flatMap { $0.isNone ? nil : $0 }
    func groupKey(_ element: JinjaValue) throws -> JinjaValue {
      try key(
        nil, of: try member(values[0], of: element, default: standIn),
        isCaseSensitive: isCaseSensitive)
    }
    var groups: [(key: JinjaValue, elements: [JinjaValue])] = []
    let sorted = try JinjaOrder.sorted(try elements(of: value), line: line, by: groupKey)
    for element in sorted {
      if let last = groups.last, try groupKey(element).equals(try groupKey(last.elements[0])) {
        groups[groups.count - 1].elements.append(element)
      } else {
        groups.append((try member(values[0], of: element, default: standIn), [element]))
      }
    }
    return .list(
      try sequence(
        groups.map { group in
          .tuple(try sequence([group.key, .list(try sequence(group.elements))]))
        }))
  }
}
