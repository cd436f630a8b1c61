import Manifests
import Scoring
import Tensors

/// Rough times of training and evaluation, from the speed of matrix products here and now.
struct RunEstimate {
  /// Parameters of the model.
  let parameterCount: Double
  /// Floating-point operations a second that a pass reaches.
  private let speed: Double

  /// Measures the speed of matrix products for a few milliseconds; nil where these cannot be computed.
  init?(parameterCount: Double, threads: Int, numerics: Numerics) {
    guard numerics.isAvailable else { return nil }
    self.parameterCount = parameterCount
    let products = MatrixProduct(numerics)
    let size = 768
    let (a, b) = (FloatBuffer(count: size * size), FloatBuffer(count: size * size))
    let c = FloatBuffer(count: size * size)
    func multiply() {
      products.multiply(
        Matrix(a.pointer, rows: size, columns: size), Matrix(b.pointer, rows: size, columns: size),
        into: Matrix(c.pointer, rows: size, columns: size), threads: threads)
    }
    let seconds = withExtendedLifetime((a, b, c)) {
      multiply()
      let start = ContinuousClock.now
      for _ in 0..<4 { multiply() }
      return (ContinuousClock.now - start) / .seconds(1)
    }
    // Norms, attention and the optimizer take about a quarter of the time.
    speed = 0.75 * 4 * 2 * Double(size * size * size) / max(seconds, 1e-6)
  }

  /// A forward and a backward pass take six operations a parameter and token.
  func trainingSeconds(tokens: Int) -> Double { 6 * parameterCount * Double(tokens) / speed }

  /// A forward pass takes two; what a generation reads one token at a time counts as much as several.
  func evaluationSeconds(_ evaluation: Manifest.Evaluation, documents: Int) -> Double {
    let usual = evaluation.benchmark.tasks[0].typicalTokens
    let answer = min(evaluation.maximumNewTokens ?? usual.answer, usual.answer)
    let tokens = Double(usual.question + 4 * answer)
    let examples = tokens * Double(evaluation.fewShotCount)
    return 2 * parameterCount * (tokens + examples) * Double(documents) / speed
  }
}
