import Tensors

/// Rows that are computed together in one forward pass.
struct InferencePass {
  /// Input token of each row.
  private(set) var tokens: [Int32] = []
  /// Position of each row in its sequence.
  private(set) var positions: [Int] = []
  /// What the rows attend to.
  private(set) var spans: [AttentionSpan] = []
  /// Rows whose keys and values a slot of the cache gets, each at its position, when the layer has used what it held.
  private(set) var stored: [(rows: Range<Int>, slot: Int)] = []
  /// Rows whose logits are wanted, in rising order.
  var outputs: [Int] = []
  /// For each row a key of the tokens that it follows from; empty without an observer.
  var keys: [TokenPrefixKey] = []

  /// Lets the next `rows`, counted from the first one, see keys and values that a slot holds.
  ///
  /// To be called in the order of positions, before the rows are appended.
  mutating func readCache(_ slot: Int, positions: Range<Int>, rows: Range<Int>) {
    guard !positions.isEmpty, !rows.isEmpty else { return }
    // Ancestors that the same rows see are one span.
    if let last = spans.last, case .cache(slot) = last.source, last.rows == rows,
      last.positions.upperBound == positions.lowerBound
    {
      spans.removeLast()
      spans.append(
        AttentionSpan(
          source: last.source, positions: last.positions.lowerBound..<positions.upperBound,
          rows: rows))
    } else {
      spans.append(AttentionSpan(source: .cache(slot: slot), positions: positions, rows: rows))
    }
  }

  /// Appends rows of consecutive tokens, the first at `position`, which are seen by the rows up to `end` too.
  mutating func append(_ tokens: some Collection<Int32>, position: Int, end: Int) {
    let row = self.tokens.count
    let positions = position..<position + tokens.count
    self.tokens += tokens
    self.positions += positions
    spans.append(
      AttentionSpan(source: .batch(row: row), positions: positions, rows: row..<end))
  }

  /// Has keys and values of rows put into a slot of the cache.
  mutating func store(_ rows: Range<Int>, slot: Int) {
    if !rows.isEmpty { stored.append((rows, slot)) }
  }
}

extension RequestTree {
  /// A pass over the rows of `window`; passes follow one another without gaps.
  ///
  /// A slot of the cache holds the path to the first row of the window, and gets that to the row behind it.
  func pass(_ window: Range<Int>, slot: Int, withKeys: Bool) -> InferencePass {
    var pass = InferencePass()
    func local(_ row: Int) -> Int { min(row, window.upperBound) - window.lowerBound }
    let first = node(at: window.lowerBound)
    for index in path(to: first) {
      let node = nodes[index]
      let count = min(node.rows.upperBound, window.lowerBound) - node.firstRow
      let start = node.positions.lowerBound
      pass.readCache(slot, positions: start..<start + count, rows: 0..<local(node.end))
    }
    for node in nodes[first...].prefix(while: { $0.firstRow < window.upperBound }) {
      let rows = node.rows.clamped(to: window)
      let start = node.positions.lowerBound + rows.lowerBound - node.firstRow
      let tokens = requests[node.request].tokens
      pass.append(tokens[start..<start + rows.count], position: start, end: local(node.end))
      if withKeys {
        pass.keys += TokenPrefixKey.empty.appending(tokens[..<(start + rows.count)])
          .suffix(rows.count)
      }
    }
    if window.upperBound < rowCount {
      for index in path(to: node(at: window.upperBound)) {
        let rows = nodes[index].rows.clamped(to: window)
        pass.store(local(rows.lowerBound)..<local(rows.upperBound), slot: slot)
      }
    }
    return pass
  }

  /// Index of the node that a row belongs to.
  private func node(at row: Int) -> Int {
    var range = nodes.indices
    while range.count > 1 {
      let middle = range.lowerBound + range.count / 2
      range =
        nodes[middle].firstRow <= row
        ? middle..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }

  /// Indices of a node's ancestors, from the first one, and its own.
  private func path(to index: Int) -> [Int] {
    var path = [index]
    while let parent = nodes[path[path.count - 1]].parent { path.append(parent) }
    return path.reversed()
  }
}
