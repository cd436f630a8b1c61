internal import CKernels

/// The instruction sets that the kernels are compiled for, in rising order; results do not depend on which one runs.
package enum InstructionSet: String, Sendable, CaseIterable {
  /// What every CPU of an architecture has, where that is not NEON.
  case generic
  /// What every 64-bit ARM CPU has, with fused multiply-adds.
  case neon
  /// AVX2 with fused multiply-adds.
  case avx2
  /// AVX-512 with its byte, word, double-word and vector-length extensions.
  case avx512

  /// The environment variable that names a lower one than the best that the CPU has.
  package static let variableName = "REPLICATE_ISA"

  /// Those that this CPU has.
  package static var available: [InstructionSet] {
    allCases.filter { ck_vector_for($0.kernelValue) != nil }
  }

  /// The one that this process computes with.
  package static var selected: InstructionSet {
    let selected = ck_selected_isa()
    return allCases.first { $0.kernelValue == selected } ?? .generic
  }

  /// The kernels' name for it.
  var kernelValue: ck_isa {
    switch self {
    case .generic: CK_ISA_GENERIC
    case .neon: CK_ISA_NEON
    case .avx2: CK_ISA_AVX2
    case .avx512: CK_ISA_AVX512
    }
  }
}
