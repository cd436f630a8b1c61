internal import Tensors

/// How many of the first steps the learning rate rises over.
package enum WarmUp: Sendable, Equatable {
  /// This many.
  case steps(Int)
  /// This share of all steps, rounded down.
  case ratio(Double)
  /// Axolotl's default: 3 % of all steps, rounded down, at most 100.
  case automatic

  /// Number of warm-up steps in a training of `total`; exactly 1 becomes 2, as in Axolotl.
  package func steps(ofTotal total: Int) -> Int {
    let steps =
      switch self {
      case .steps(let count): count
      case .ratio(let ratio): Int(ratio * Double(total))
      case .automatic: min(Int(0.03 * Double(total)), 100)
      }
    return steps == 1 ? 2 : steps
  }
}

/// The learning rate of each step: a linear rise from 0, then one of three shapes.
///
/// The formulas are those of transformers' `get_scheduler`.
///
/// ```swift
/// let schedule = LearningRateSchedule(
///   shape: .linear, peak: 1e-3, warmUpSteps: 2, totalSteps: 4)
/// let rates = (1...4).map { schedule.rate(ofStep: $0) }  // 0, 5e-4, 1e-3, 5e-4
/// ```
package struct LearningRateSchedule: Sendable, Equatable {
  /// What follows the warm-up.
  package enum Shape: String, Sendable, CaseIterable {
    /// Half a cosine, from the peak to 0.
    case cosine
    /// A straight line from the peak to 0.
    case linear
    /// The peak.
    case constant
  }

  /// What follows the warm-up.
  package let shape: Shape
  /// The highest rate.
  package let peak: Double
  /// Steps of the rise.
  package let warmUpSteps: Int
  /// All steps, the rise included.
  package let totalSteps: Int

  /// Gathers the parts.
  package init(shape: Shape, peak: Double, warmUpSteps: Int, totalSteps: Int) {
    self.shape = shape
    self.peak = peak
    self.warmUpSteps = warmUpSteps
    self.totalSteps = totalSteps
  }

  /// The learning rate of step `step`, from 1; 0 in the first step of a warm-up.
  package func rate(ofStep step: Int) -> Double {
    let done = step - 1
    guard done >= warmUpSteps else { return peak * (Double(done) / Double(warmUpSteps)) }
    let remaining = Double(max(1, totalSteps - warmUpSteps))
    switch shape {
    case .cosine:
      let angle = Double.pi * (Double(done - warmUpSteps) / remaining)
      return peak * max(0, 0.5 * (1 + ElementaryFunctions.cosine(angle)))
    case .linear:
      return peak * max(0, Double(totalSteps - done) / remaining)
    case .constant:
      return peak
    }
  }
}
