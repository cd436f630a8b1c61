/// Keys and values that lie side by side, and consecutive rows of a batch that see them.
struct AttentionSpan {
  /// Where the keys and values are.
  enum Source {
    /// In the batch itself, from a row on.
    case batch(row: Int)
    /// In a slot of a cache, each at its position.
    case cache(slot: Int)
  }

  let source: Source
  /// Positions of the keys in their sequences.
  let positions: Range<Int>
  /// Rows that see them: each those that are at no later position than its own, and inside its window.
  let rows: Range<Int>
}

/// Some consecutive rows, at most ``Attention/queriesPerBlock``, and the keys that they see.
///
/// The rows may belong to several sequences. What a row's softmax is taken over does not depend on its block.
struct AttentionBlock {
  /// Keys that lie side by side and are multiplied with consecutive rows.
  struct Piece {
    let source: AttentionSpan.Source
    /// Positions of the keys.
    let keys: Range<Int>
    /// Rows that see some of them.
    let rows: Range<Int>
  }

  let rows: Range<Int>
  /// Positions of the keys that some row sees.
  let keys: Range<Int>
  /// For each row the keys that it sees, counted from `keys.lowerBound`.
  let visible: [Range<Int>]
  /// In an order in which a row's positions rise.
  let pieces: [Piece]
}

/// What consecutive rows attend to, in layers of either kind.
struct AttentionBlocks {
  let rows: Range<Int>
  let full: [AttentionBlock]
  let sliding: [AttentionBlock]

  /// Blocks of `rows`, whose positions are `positions[row]`.
  ///
  /// A row's spans have all positions up to its own, once each and in rising order. A block has at most `queries` rows.
  init(
    rows: Range<Int>, positions: [Int], spans: [AttentionSpan], configuration: ModelConfiguration,
    queries: Int = Attention.queriesPerBlock
  ) {
    func blocks(_ kind: ModelConfiguration.AttentionKind) -> [AttentionBlock] {
      guard configuration.attentionKinds.contains(kind) else { return [] }
      return parts.map {
        AttentionBlock(
          rows: $0, positions: positions, spans: spans,
          window: kind == .sliding ? configuration.slidingWindow : nil)
      }
    }
    let parts = Self.parts(of: rows, spans: spans, queries: queries)
    self.rows = rows
    full = blocks(.full)
    sliding = blocks(.sliding)
  }

  /// Cuts rows into those of each block: rows that share no key with another are alone.
  private static func parts(
    of rows: Range<Int>, spans: [AttentionSpan], queries: Int
  ) -> [Range<Int>] {
    var isAlone = [Bool](repeating: true, count: rows.count)
    for span in spans where span.rows.count > 1 {
      for row in span.rows.clamped(to: rows) { isAlone[row - rows.lowerBound] = false }
    }
    var parts: [Range<Int>] = []
    for row in rows {
      if let last = parts.last, !isAlone[last.lowerBound - rows.lowerBound],
        !isAlone[row - rows.lowerBound], last.count < queries
      {
        parts[parts.count - 1] = last.lowerBound..<row + 1
      } else {
        parts.append(row..<row + 1)
      }
    }
    return parts
  }

  /// Blocks of a whole sequence.
  init(
    sequence rows: Range<Int>, positions: [Int], configuration: ModelConfiguration,
    queries: Int = Attention.queriesPerBlock
  ) {
    self.init(
      rows: rows, positions: positions,
      spans: [
        AttentionSpan(
          source: .batch(row: rows.lowerBound), positions: 0..<rows.count, rows: rows)
      ], configuration: configuration, queries: queries)
  }
}

extension AttentionBlock {
  fileprivate init(rows: Range<Int>, positions: [Int], spans: [AttentionSpan], window: Int?) {
    let seen = rows.map { row in
      window.map { max(0, positions[row] - $0 + 1) } ?? 0
    }
    let low = seen.min() ?? 0
    keys = low..<(positions[rows].max() ?? 0) + 1
    visible = zip(rows, seen).map { row, first in first - low..<positions[row] + 1 - low }
    pieces = spans.compactMap { span in
      let shared = span.rows.clamped(to: rows)
      guard let first = shared.lazy.map({ seen[$0 - rows.lowerBound] }).min(),
        let last = positions[shared].max()
      else { return nil }
      let keys = span.positions.clamped(to: first..<last + 1)
      guard !keys.isEmpty else { return nil }
      return Piece(
        source: span.source.advanced(by: keys.lowerBound - span.positions.lowerBound), keys: keys,
        rows: shared)
    }
    self.rows = rows
  }
}

extension AttentionSpan.Source {
  /// Where the keys are that come `count` positions later.
  fileprivate func advanced(by count: Int) -> AttentionSpan.Source {
    switch self {
    case .batch(let row): .batch(row: row + count)
    case .cache: self
    }
  }
}
