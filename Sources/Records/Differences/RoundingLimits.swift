package import Files
import Foundation

/// How far apart rounding alone may take two trainings in fp32.
///
/// What rounding does grows with the steps, and how fast depends on the training (`docs/axolotl.md` has examples). So the limits are
/// those of one training wherever an engine measured it, by repeating the training with PyTorch in fp32 and in fp64
/// (`replicate_rounding.py`).
package struct RoundingLimits: Sendable, Equatable {
  /// What engines call the measurement in the records of their trainings.
  package static let program = "replicate_rounding"
  /// How many times the distance of fp32 from fp64 two trainings in fp32 may lie apart.
  ///
  /// Each lies about that distance from fp64, in whichever direction; twice that is left for what two samples of fp32 miss.
  static let factor = 4.0
  /// What rounding did at most to a few steps of tiny models (`Tests/TrainingTests`), for trainings that nobody measured.
  private static let standing = (loss: 2e-5, gradientNorm: 1e-4, weights: 1e-5)
  /// Half the distance of two neighbouring numbers of fp32, relative to them.
  private static let unit = 0x1p-24

  /// Distance of fp32 from fp64, as far as it was measured.
  private struct Measured: Equatable {
    /// The largest up to each step, step 1 first.
    let loss: [Double]
    let gradientNorm: [Double]
    let weights: Double
  }

  private let measured: Measured?

  /// The limits for trainings that nobody measured.
  package init() { measured = nil }

  /// The limits of an arm's training, as the log of its record says; nil if nobody measured it.
  ///
  /// - Throws: ``FileError`` if what is said is of another form.
  init?(of arm: RunSummary.Arm, in history: RunHistory) throws {
    for event in history.events.reversed() {
      guard case .engineStated(let stated, Self.program, let facts) = event.content,
        stated.arm == arm.name, stated.seed == arm.unsignedSeed
      else { continue }
      try self.init(facts)
      return
    }
    return nil
  }

  /// Reads what `replicate_rounding.py` wrote.
  ///
  /// - Throws: ``FileError`` if it is of another form.
  package init(_ facts: JSON) throws {
    let field = JSONField(facts, source: "the measured rounding")
    func largest(_ name: String) throws -> [Double] {
      var largest = 0.0
      return try field[name].elements().map {
        largest = max(largest, try $0.number())
        return largest
      }
    }
    measured = Measured(
      loss: try largest("loss"), gradientNorm: try largest("gradient_norm"),
      weights: try field["weights"].number())
  }

  /// Whether they were measured for the training that they are for.
  package var areMeasured: Bool { measured != nil }

  /// How far apart the losses of a step may be, of which the larger one is `value`.
  func loss(step: Int, _ value: Double) -> Double {
    guard let measured else { return Self.standing.loss }
    return Self.factor * max(measured.loss.upTo(step), value * Self.unit)
  }

  /// How far apart the gradient norms of a step may be, divided by the larger of both.
  func gradientNorm(step: Int) -> Double {
    guard let measured else { return Self.standing.gradientNorm }
    return Self.factor * max(measured.gradientNorm.upTo(step), Self.unit)
  }

  /// How far apart a final weight may be.
  var weights: Double { measured.map { Self.factor * $0.weights } ?? Self.standing.weights }

  /// Where they come from, and how much of them is used, in words.
  func sentence(_ share: Double) -> String {
    guard let measured else { return "by limits from a few steps of tiny models" }
    // The measurement is the record's own word: how large it is has to be seen beside what it explains.
    let largest = String(format: "%.2g", measured.loss.last ?? 0)
    return
      "\(Decimals.fixed(share * Self.factor, 2)) times what lies between fp32 and fp64 of this training (\(largest) in a loss at most), up to \(Decimals.fixed(Self.factor, 0)) being rounding"
  }
}

extension [Double] {
  /// The value of a step, or of the last one.
  fileprivate func upTo(_ step: Int) -> Double { isEmpty ? 0 : self[Swift.min(step, count) - 1] }
}
