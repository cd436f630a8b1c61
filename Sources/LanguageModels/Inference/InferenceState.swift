internal import Tensors

/// Memory of a forward pass; grown when a pass needs more, never inside one.
final class InferenceState {
  private let threads: Int
  private var capacity = (rows: -1, positions: -1)
  private var memory = FloatBuffer(count: 0)
  /// The residual stream, and a norm's or a block's output; rows x hidden size each.
  private(set) var stream, normed: UnsafeMutablePointer<Float>
  /// Queries, keys and values side by side; rows x their width together.
  private(set) var queryKeyValue: UnsafeMutablePointer<Float>
  /// Attention's result; rows x query width.
  private(set) var attended: UnsafeMutablePointer<Float>
  /// Gate and up projections side by side, or up alone, and the MLP's activation; rows x their widths.
  private(set) var gateUp, gated: UnsafeMutablePointer<Float>
  /// Statistics of the norm that was last computed; rows x the number of heads, which is at least 2.
  private(set) var statistics: UnsafeMutablePointer<Float>
  /// A block of attention scores for each thread.
  private(set) var scratch = FloatBuffer(count: 0)
  /// Logits of some rows.
  private(set) var logits = FloatBuffer(count: 0)

  init(_ configuration: ModelConfiguration, rows: Int, positions: Int, threads: Int) {
    self.threads = threads
    let none = memory.pointer
    (stream, normed, queryKeyValue, attended) = (none, none, none, none)
    (gateUp, gated, statistics) = (none, none, none)
    reserve(configuration, rows: rows, positions: positions)
  }

  /// Makes room for passes of `rows` rows at positions below `positions`.
  func reserve(_ c: ModelConfiguration, rows: Int, positions: Int) {
    if positions > capacity.positions {
      capacity.positions = positions
      scratch = FloatBuffer(count: threads * Attention.scratchCount(positions: positions))
    }
    guard rows > capacity.rows else { return }
    capacity.rows = rows
    let widths = Self.widths(c)
    memory = FloatBuffer(count: 0)
    memory = FloatBuffer(count: rows * widths.reduce(0, +))
    var next = memory.pointer
    func take(_ index: Int) -> UnsafeMutablePointer<Float> {
      defer { next += rows * widths[index] }
      return next
    }
    (stream, normed, queryKeyValue, attended) = (take(0), take(1), take(2), take(3))
    (gateUp, gated, statistics) = (take(4), take(5), take(6))
  }

  /// Numbers that a pass needs for each of its rows, in the order in which they lie.
  static func widths(_ c: ModelConfiguration) -> [Int] {
    [
      c.hiddenSize, c.hiddenSize, c.attentionWidth, c.queryWidth, c.mlpInputWidth,
      c.intermediateSize, c.headCount + c.keyValueHeadCount,
    ]
  }

  /// Makes room for the logits of `rows` rows.
  func reserveLogits(rows: Int, _ c: ModelConfiguration) {
    guard rows * c.vocabularySize > logits.count else { return }
    logits = FloatBuffer(count: 0)
    logits = FloatBuffer(count: rows * c.vocabularySize)
  }
}
