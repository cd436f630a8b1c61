import Foundation
import LanguageModels
import Recipes
import Tensors
import Training

/// Prints where the time of training steps goes, and how much of it the machine's own matrix products would need.
///
///     training-profile [threads] [steps] [precision] [numerics]
///     training-profile scaling [microseconds that waking a thread takes]
///
/// The model has SmolLM2-135M's shapes, a step four rows as long as GSM8K's chats. An operation's time is
/// that from the result before it to its own, as observers are told, so nothing is measured inside of one.
@main enum TrainingProfile {
  /// What operations are added up as.
  enum Part: String, CaseIterable {
    case projections = "projections and their gradients"
    case head = "head and its gradients"
    case attention = "attention and its gradient"
    case elements = "norms, rotations, activations, residual stream"
    case loss = "loss and its gradient"
    case update = "norm of the gradient, AdamW"
    case rest = "everything else"

    init(_ operation: LanguageModels.Operation) {
      switch operation {
      case .layer(_, let operation):
        switch operation {
        case .queryKeyValue, .attentionOutput, .gateUp, .down, .downInputGradient,
          .downWeightGradient, .gateUpWeightGradient, .gateUpInputGradient, .outputInputGradient,
          .outputWeightGradient, .queryKeyValueWeightGradient, .queryKeyValueInputGradient:
          self = .projections
        // The second one comes with the first.
        case .attention, .attentionAgain, .attentionGradient: self = .attention
        default: self = .elements
        }
      case .logits, .headInputGradient, .headWeightGradient: self = .head
      case .embedding, .embeddingGradient, .finalNorm, .finalNormGradient,
        .finalNormWeightGradient, .finalNormBiasGradient:
        self = .elements
      case .crossEntropy, .entropy, .weight, .logitsGradient: self = .loss
      case .gradientNorm: self = .update
      default: self = .rest
      }
    }
  }

  private static let shape = ProfiledShape.smollm2(layers: 30)

  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "scaling" {
      return try ScalingProfile.run(
        waking: arguments.count > 1 ? Double(arguments[1]).map { $0 * 1e-6 } : nil)
    }
    let threads = arguments.first.map { Int($0) ?? 0 } ?? 2
    let steps = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 4
    let precision = TrainingPrecision(rawValue: arguments.count > 2 ? arguments[2] : "fp32")
    let numerics = Numerics(rawValue: arguments.count > 3 ? arguments[3] : "portable")
    guard threads > 0, steps > 0, let precision, let numerics, numerics.isPortable else {
      FileHandle.standardError.write(
        Data(
          """
          usage: training-profile [threads] [steps] [fp32, bf16-mixed or bf16-weights] [portable or amx]
                 training-profile scaling [microseconds that waking a thread takes]

          """.utf8))
      exit(64)
    }
    let trainer = try shape.trainer(
      threads: threads, steps: steps + 1, precision: precision, numerics: numerics)
    let products = precision.products(numerics)
    // The first step touches memory for the first time.
    _ = try trainer.step()
    let before = peak(products, threads: threads)
    var seconds: [Part: Double] = [:]
    let usage = processorSeconds()
    let start = ContinuousClock.now
    var last = start
    trainer.observer = { operation, _ in
      let now = ContinuousClock.now
      seconds[Part(operation), default: 0] += (now - last) / .seconds(1)
      last = now
    }
    while !trainer.isFinished { _ = try trainer.step() }
    let total = (ContinuousClock.now - start) / .seconds(1)
    let after = processorSeconds()
    report(
      seconds.mapValues { $0 / Double(steps) }, total: total / Double(steps),
      peak: max(before, peak(products, threads: threads)),
      arithmetic: "\(precision.rawValue), \(numerics.rawValue)", threads: threads,
      busy: (after.user - usage.user) / total, system: (after.system - usage.system) / total)
  }

  private static func report(
    _ seconds: [Part: Double], total: Double, peak: Double, arithmetic: String,
    threads: Int, busy: Double, system: Double
  ) {
    let work = ModelWork(shape.configuration)
    let tokens = Double(shape.rows * shape.length)
    let operations: [Part: Double] = [
      .projections: 6 * tokens * work.layers,
      .head: 6 * Double(shape.rows * shape.learned) * work.head,
    ]
    func share(_ value: Double) -> String { String(format: "%5.1f %%", 100 * value) }
    print(
      String(
        format: "%@, %@, %d threads, %d tokens: %.0f ms a step", shape.name, arithmetic,
        threads, shape.rows * shape.length, 1000 * total))
    print(String(format: "products of 2048 x 2048: %.0f billion operations a second\n", peak / 1e9))
    for part in Part.allCases {
      let time = seconds[part] ?? 0
      let speed =
        operations[part].map { "  " + share($0 / time / peak) + " of the products'" } ?? ""
      let name = part.rawValue.padding(toLength: 48, withPad: " ", startingAt: 0)
      print("  \(name)\(String(format: "%7.0f ms", 1000 * time))  \(share(time / total))\(speed)")
    }
    let needed = operations.values.reduce(0, +) / peak
    let products = (seconds[.projections] ?? 0) + (seconds[.head] ?? 0)
    print(
      """

        products alone would take \(share(needed / total)); packing, edges and memory in them \
      \(share((products - needed) / total))
        threads compute \(share(busy / Double(threads))), are in the system \
      \(share(system / Double(threads))), wait \(share(1 - (busy + system) / Double(threads)))
      """)
  }

  // MARK: - What is measured

  /// Operations a second of the fastest of some products.
  private static func peak(_ products: MatrixProduct, threads: Int) -> Double {
    let size = 2048
    let buffers = (0..<3).map { _ in FloatBuffer(count: size * size) }
    for buffer in buffers { buffer.elements.update(repeating: 0.5) }
    let (a, b, c) = (
      Matrix(buffers[0].pointer, rows: size, columns: size),
      Matrix(buffers[1].pointer, rows: size, columns: size),
      Matrix(buffers[2].pointer, rows: size, columns: size)
    )
    let seconds = (0..<4).map { _ in
      let start = ContinuousClock.now
      products.multiply(a, b, transposingB: true, into: c, threads: threads)
      return (ContinuousClock.now - start) / .seconds(1)
    }
    return withExtendedLifetime(buffers) {
      2 * Double(size) * Double(size) * Double(size) / (seconds.min() ?? 1)
    }
  }

  /// What all threads of this process have computed, and what the system has for it.
  private static func processorSeconds() -> (user: Double, system: Double) {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return (seconds(usage.ru_utime), seconds(usage.ru_stime))
  }
}
