internal import Tensors

/// How far the weights of two models of one shape are apart.
package struct WeightDistance: Sendable, Equatable {
  /// Tensors that are counted together: a name without the layer's number, such as "model.layers.*.mlp.up_proj.weight".
  package let tensors: String
  /// Number of weights.
  package fileprivate(set) var count = 0
  /// L2 norm of the differences.
  package var distance: Double { differenceSquares.squareRoot() }
  /// L2 norm of the weights that they are differences from.
  package var baseNorm: Double { baseSquares.squareRoot() }
  private var differenceSquares = 0.0
  private var baseSquares = 0.0

  private init(tensors: String) { self.tensors = tensors }

  /// What the distance of all weights together is called.
  package static let all = "all"

  /// Squares are added in double over blocks of so many weights of a tensor, then blocks in their order, then tensors in
  /// theirs.
  private static let blockSize = 4096

  /// The distances of `model` from `base`, of all weights and then of each kind of tensor in the order of the layout.
  ///
  /// The bits do not depend on the number of threads.
  package static func distances(
    of model: LanguageModel, from base: LanguageModel, threads: Int
  ) -> [WeightDistance] {
    precondition(model.layout == base.layout, "Only models of one shape have a distance.")
    var (all, kinds) = (WeightDistance(tensors: Self.all), [WeightDistance]())
    for entry in base.layout.entries {
      let squares = squares(
        model.parameters.pointer + entry.offset, base.parameters.pointer + entry.offset,
        count: entry.count, threads: threads)
      let name = kind(of: entry.name)
      let index = kinds.firstIndex { $0.tensors == name } ?? kinds.count
      if index == kinds.count { kinds.append(WeightDistance(tensors: name)) }
      all.add(squares, count: entry.count)
      kinds[index].add(squares, count: entry.count)
    }
    return [all] + kinds
  }

  private mutating func add(_ squares: (difference: Double, base: Double), count: Int) {
    differenceSquares += squares.difference
    baseSquares += squares.base
    self.count += count
  }

  private static func kind(of name: String) -> String {
    name.split(separator: ".").map { Int($0) == nil ? String($0) : "*" }.joined(separator: ".")
  }

  private static func squares(
    _ weights: UnsafePointer<Float>, _ base: UnsafePointer<Float>, count: Int, threads: Int
  ) -> (difference: Double, base: Double) {
    let blocks = (count + blockSize - 1) / blockSize
    var sums = [(difference: Double, base: Double)](repeating: (0, 0), count: blocks)
    nonisolated(unsafe) let (weights, base) = (weights, base)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      Parallel.perform(tiles: blocks, threads: threads) { block in
        var (difference, square) = (0.0, 0.0)
        for index in block * blockSize..<min((block + 1) * blockSize, count) {
          let start = Double(base[index])
          let step = Double(weights[index]) - start
          difference += step * step
          square += start * start
        }
        sums[block] = (difference, square)
      }
    }
    return sums.reduce((0, 0)) { ($0.0 + $1.difference, $0.1 + $1.base) }
  }
}
