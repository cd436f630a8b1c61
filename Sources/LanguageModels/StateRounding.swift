internal import CKernels
internal import Tensors

/// Rounds what is kept or passed on where all of that is bfloat16, and nothing elsewhere.
struct StateRounding: Sendable {
  private let kernels = ck_vector().pointee
  private let isNeeded: Bool

  init(_ precision: TrainingPrecision) { isNeeded = precision == .bfloat16 }

  /// Rounds `count` elements.
  func callAsFunction(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    if isNeeded { kernels.round_bfloat16(x, count) }
  }
}
