import COpenBLAS
import Foundation
import Tensors

/// Times the products of training steps, portable and with OpenBLAS in turns, and prints one line of JSON for each.
///
///     matrix-benchmark [threads] [rounds]
///
/// OpenBLAS takes its kernels for the processor that OPENBLAS_CORETYPE names, if it is set. It computes each product both
/// as `numerics: openblas` does, in our tiles, and whole, with threads of its own; of both, and of all rounds, the fastest
/// counts.
@main enum MatrixBenchmark {
  /// One product of a training step; sizes as in c = a b, a: rows x depth, b: depth x columns.
  struct Product {
    let name: String
    let (rows, columns, depth): (Int, Int, Int)
    let transposingA: Bool
    let transposingB: Bool

    var operations: Double { 2 * Double(rows) * Double(columns) * Double(depth) }
  }

  /// A linear layer of a model, and how many rows go through it at once.
  struct Layer {
    let name: String
    let (outputs, inputs, rows): (Int, Int, Int)

    /// The forward pass and both gradients.
    var products: [Product] {
      [
        Product(
          name: "\(name), forward", rows: rows, columns: outputs, depth: inputs,
          transposingA: false, transposingB: true),
        Product(
          name: "\(name), input gradient", rows: rows, columns: inputs, depth: outputs,
          transposingA: false, transposingB: false),
        Product(
          name: "\(name), weight gradient", rows: outputs, columns: inputs, depth: rows,
          transposingA: true, transposingB: false),
      ]
    }
  }

  /// A batch of four GSM8K chats has about 940 tokens; logits are computed in blocks of 64 MiB.
  static let layers = [
    Layer(name: "SmolLM2-135M query/key/value", outputs: 960, inputs: 576, rows: 940),
    Layer(name: "SmolLM2-135M attention output", outputs: 576, inputs: 576, rows: 940),
    Layer(name: "SmolLM2-135M gate and up", outputs: 3072, inputs: 576, rows: 940),
    Layer(name: "SmolLM2-135M down", outputs: 576, inputs: 1536, rows: 940),
    Layer(name: "SmolLM2-135M head", outputs: 49152, inputs: 576, rows: 300),
    Layer(name: "Gemma 3 270M query/key/value", outputs: 1536, inputs: 640, rows: 940),
    Layer(name: "Gemma 3 270M attention output", outputs: 640, inputs: 1024, rows: 940),
    Layer(name: "Gemma 3 270M gate and up", outputs: 4096, inputs: 640, rows: 940),
    Layer(name: "Gemma 3 270M down", outputs: 640, inputs: 2048, rows: 940),
    Layer(name: "Gemma 3 270M head", outputs: 262_144, inputs: 640, rows: 64),
  ]

  static func main() {
    let arguments = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
    let threads = arguments.first ?? 2
    let rounds = arguments.dropFirst().first ?? 5
    guard threads > 0, rounds > 0 else {
      FileHandle.standardError.write(
        Data("usage: matrix-benchmark [threads] [rounds], both at least 1\n".utf8))
      exit(64)
    }
    for product in layers.flatMap(\.products) {
      let best = time(product, threads: threads, rounds: rounds)
      print(
        """
        {"product": "\(product.name)", "rows": \(product.rows), "columns": \(product.columns), \
        "depth": \(product.depth), "portable_gflops": \(best.portable), \
        "openblas_gflops": \(best.openblas), "openblas": "\(Numerics.openBLASVersion)"}
        """)
    }
  }

  /// Billions of operations a second of the fastest round of each side.
  private static func time(
    _ product: Product, threads: Int, rounds: Int
  ) -> (portable: Double, openblas: Double) {
    let (rows, columns, depth) = (product.rows, product.columns, product.depth)
    let (left, right) = (filled(rows * depth), filled(depth * columns))
    let out = FloatBuffer(count: rows * columns)
    let a = Matrix(
      left.pointer, rows: product.transposingA ? depth : rows,
      columns: product.transposingA ? rows : depth)
    let b = Matrix(
      right.pointer, rows: product.transposingB ? columns : depth,
      columns: product.transposingB ? depth : columns)
    // About a quarter of a second of work a round.
    let repetitions = max(1, Int(threads) * Int(2e10 / product.operations))
    func speed(_ multiply: () -> Void) -> Double {
      let start = ContinuousClock.now
      for _ in 0..<repetitions { multiply() }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      return Double(repetitions) * product.operations / seconds / 1e9
    }
    func tiled(_ numerics: Numerics) {
      MatrixProduct(numerics).multiply(
        a, transposingA: product.transposingA, b, transposingB: product.transposingB,
        into: Matrix(out.pointer, rows: rows, columns: columns),
        accumulation: product.transposingA ? .adding : .replacing, threads: threads)
    }
    func whole() {
      cblas_sgemm(
        CblasRowMajor, product.transposingA ? CblasTrans : CblasNoTrans,
        product.transposingB ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
        blasint(depth), 1, a.pointer, blasint(a.stride), b.pointer, blasint(b.stride),
        product.transposingA ? 1 : 0, out.pointer, blasint(columns))
    }
    // Before the count is changed here: the first product of ours sets it to 1, once.
    tiled(.openblas)
    var best = (portable: 0.0, openblas: 0.0)
    withExtendedLifetime((left, right, out)) {
      for _ in 0..<rounds {
        openblas_set_num_threads(1)
        best.openblas = max(best.openblas, speed { tiled(.openblas) })
        best.portable = max(best.portable, speed { tiled(.portable) })
        openblas_set_num_threads(Int32(threads))
        best.openblas = max(best.openblas, speed(whole))
      }
    }
    openblas_set_num_threads(1)
    return best
  }

  /// Numbers of about the size of activations, none of them subnormal.
  private static func filled(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    var state: UInt32 = 1
    for index in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      buffer.pointer[index] = Float(state >> 8) * 0x1p-24 - 0.5
    }
    return buffer
  }
}
